"""Byte-level tokenizers: labels, masks and contrast words read as with BERT's."""

import pytest

from explainer import ExplainerError, explain, load_model, predict
from explainer.sentence import contrast_id, read_sentence, word_of, word_spans

TEXT = "the farmers that the assistant loves [MASK] unhappy old."


@pytest.fixture(scope="module")
def roberta(tiny_roberta_dir):
    return load_model(str(tiny_roberta_dir), dtype="float64")


def test_tokens_read_as_text_and_line_up_with_it(roberta):
    sentence = read_sentence(roberta, TEXT)
    assert sentence.tokens[:8] == (
        "<s>",
        *("the", "farmers", "that", "the", "assistant", "loves", "<mask>"),
    )
    assert sentence.masks == (7,)
    assert sentence.tokens[-1] == "</s>"
    assert not any("Ġ" in token for token in sentence.tokens)
    for token, (start, end), special in zip(
        sentence.tokens, sentence.spans, sentence.special, strict=True
    ):
        assert special or sentence.text[start:end] == token.removeprefix("##").strip("␣")


def test_words_are_whole_and_the_mask_has_no_space(roberta):
    words = [TEXT[start:end] for start, end in word_spans(roberta, TEXT)]
    assert words == [*TEXT.removesuffix(".").split(), "."]


def test_more_than_one_space_is_no_word(roberta):
    text = "the   old  [MASK] ."
    words = [text[start:end] for start, end in word_spans(roberta, text)]
    assert words == ["the", "old", "[MASK]", "."]


def test_a_contrast_word_stands_behind_a_space(roberta):
    backend = roberta.tokenizer.backend_tokenizer
    assert contrast_id(roberta, "are") == backend.token_to_id("Ġare")
    assert word_of(roberta, contrast_id(roberta, "are")) == "are"
    assert contrast_id(roberta, ".") == backend.token_to_id(".")
    with pytest.raises(ExplainerError, match="word pieces"):
        contrast_id(roberta, "unhappy")
    with pytest.raises(ExplainerError, match="special token"):
        contrast_id(roberta, "<mask>")


def test_most_predictions_are_taken_back_as_contrast_words(roberta):
    words = [prediction.word for prediction in predict(roberta, TEXT, count=400)]
    letters = [word for word in words if word.removeprefix("##").isalpha() and word.isascii()]
    assert len(letters) == len(set(letters)) > 50
    for word in letters:
        assert word_of(roberta, contrast_id(roberta, word)) == word


def test_the_whole_way(roberta):
    explanation = explain(roberta, TEXT, correct="are", wrong="is", flow=True)
    assert explanation.target.position == 7
    assert explanation.flow is not None
    assert explanation.flow.layer_totals() == pytest.approx([sum(explanation.influence)] * 2)


def test_the_longest_input_leaves_out_the_padding_positions(roberta):
    assert roberta.max_tokens == 32
    with pytest.raises(ExplainerError, match="at most 32"):
        explain(roberta, "[MASK]" + " the" * 31)
    assert len(explain(roberta, "[MASK]" + " the" * 29).tokens) == 32

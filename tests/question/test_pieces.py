"""Byte-level tokenizers: labels, masks and contrast words read as with BERT's."""

import pytest

from explainer import ExplainerError, Settings, explain, load_model, predict
from explainer.question.contrast import asked, contrast_id
from explainer.question.sentence import read_sentence, word_spans
from explainer.question.vocabulary import vocabulary_of
from explainer.results.merged import merge_pieces

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


def test_a_contrast_word_is_read_where_the_mask_stands(roberta):
    backend = roberta.tokenizer.backend_tokenizer
    middle, start = read_sentence(roberta, TEXT), read_sentence(roberta, "[MASK] farmers are old.")
    close = read_sentence(roberta, "the farmers are old[MASK]")
    assert contrast_id(roberta, middle, "are") == backend.token_to_id("Ġare")
    assert vocabulary_of(roberta).alone(contrast_id(roberta, middle, "are")) == "are"
    assert contrast_id(roberta, middle, "the") == backend.token_to_id("Ġthe")
    assert contrast_id(roberta, start, "the") == backend.token_to_id("the")
    assert contrast_id(roberta, close, ".") == backend.token_to_id(".")
    assert contrast_id(roberta, middle, ".") == backend.token_to_id("Ġ.")
    assert contrast_id(roberta, middle, "##.") == backend.token_to_id(".")
    with pytest.raises(ExplainerError, match="word pieces"):
        contrast_id(roberta, middle, "unhappy")
    with pytest.raises(ExplainerError, match="special token"):
        contrast_id(roberta, middle, "<mask>")


def test_every_prediction_is_taken_back_as_a_contrast_word(roberta):
    sentence = read_sentence(roberta, TEXT)
    predictions = predict(roberta, TEXT, count=1000)
    words = [p.word for p in predictions if p.asked == p.word]
    letters = [word for word in words if word.removeprefix("##").isalpha() and word.isascii()]
    assert len(letters) == len(set(letters)) > 50
    for prediction in predictions:
        if prediction.asked is not None:
            assert contrast_id(roberta, sentence, prediction.asked) == prediction.id


def test_an_emoji_is_an_emoji_in_pieces_and_merged(roberta):
    text = "the farmers🙂 [MASK] old"
    sentence = read_sentence(roberta, text)
    at = sentence.tokens.index("🙂")
    assert sentence.tokens[at + 1 : at + 4] == ("##⋯",) * 3
    assert len({sentence.words[i] for i in range(at, at + 4)}) == 1
    explanation = explain(roberta, text, settings=Settings(points=2), flow=True)
    words = merge_pieces(explanation).explanation
    assert words.tokens[2:4] == ("farmers", "🙂")
    assert words.influence[3] == pytest.approx(sum(explanation.influence[at : at + 4]))
    assert not any("\N{REPLACEMENT CHARACTER}" in token for token in sentence.tokens)


def test_a_piece_of_broken_bytes_is_written_as_bytes(roberta):
    half = roberta.tokenizer.backend_tokenizer.token_to_id("ð")
    assert vocabulary_of(roberta).alone(half) == r"\xf0"
    sentence = read_sentence(roberta, TEXT)
    assert contrast_id(roberta, sentence, asked(roberta, sentence, half)) == half


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

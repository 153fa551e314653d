"""XLM-R and CamemBERT: RoBERTa's network behind SentencePiece's words, which `▁` begins."""

from itertools import pairwise

import pytest
import torch
import transformers

from explainer import ExplainerError, explain, load_model
from explainer.models.architectures import ARCHITECTURES
from explainer.question.contrast import contrast_id
from explainer.question.sentence import read_sentence, word_spans
from tests.vocabularies import save_for, sentencepiece

TEXT = "the farmers that the assistant loves [MASK] unhappy old."
TOKENIZERS = {
    "xlm-roberta": transformers.XLMRobertaTokenizer,
    "camembert": transformers.CamembertTokenizer,
}


@pytest.fixture(scope="module", params=TOKENIZERS)
def folder(request, tmp_path_factory):
    """A random masked LM and the library's own tokenizer for it, its vocabulary in their order."""
    kind = request.param
    made = tmp_path_factory.mktemp("models") / kind
    return save_for(made, ARCHITECTURES[kind].masked_lm, sentencepiece(TOKENIZERS[kind]))


@pytest.fixture(scope="module")
def model(folder):
    return load_model(str(folder), dtype="float64")


def test_words_and_mask_are_read_whole(model):
    sentence = read_sentence(model, TEXT)
    assert (sentence.tokens[0], sentence.tokens[-1]) == ("<s>", "</s>")
    assert [sentence.tokens[at] for at in sentence.masks] == ["<mask>"]
    assert not any("▁" in token for token in sentence.tokens)
    words = [TEXT[start:end] for start, end in word_spans(model, TEXT)]
    assert words == [*TEXT.removesuffix(".").split(), "."]
    for token, (start, end), special in zip(
        sentence.tokens, sentence.spans, sentence.special, strict=True
    ):
        # A piece that is the space alone is put before the word's first character, at its place.
        shown = token.removeprefix("##").strip("␣")
        assert special or not shown or sentence.text[start:end] == shown


def test_a_contrast_word_is_a_word_and_a_piece_goes_on_one(model):
    backend = model.tokenizer.backend_tokenizer
    sentence = read_sentence(model, TEXT)
    assert contrast_id(model, sentence, "are") == backend.token_to_id("▁are")
    assert contrast_id(model, sentence, "##s") == backend.token_to_id("s")
    with pytest.raises(ExplainerError, match="word pieces"):
        contrast_id(model, sentence, "zebras")
    with pytest.raises(ExplainerError, match="special token"):
        contrast_id(model, sentence, "<mask>")


def test_what_is_explained_is_what_the_model_gives_from_its_own_tokens(folder, model):
    kind = model.network.config.model_type
    own = ARCHITECTURES[kind].masked_lm.from_pretrained(folder, attn_implementation="eager")
    made = transformers.AutoTokenizer.from_pretrained(folder)(
        TEXT.replace(" [MASK]", "<mask>"), return_tensors="pt"
    )
    found = explain(model, TEXT, correct="are", wrong="is", flow=True)
    at = found.target.position
    backend = model.tokenizer.backend_tokenizer
    right, wrong = (backend.token_to_id(word) for word in ("▁are", "▁is"))
    with torch.no_grad():
        row = own(**made).logits[0, at]
    assert found.target.value == pytest.approx(float(row[right] - row[wrong]), abs=1e-10)
    assert found.flow.layer_totals() == pytest.approx([sum(found.influence)] * 2)


def test_positions_are_counted_after_the_padding_token(model):
    assert model.max_tokens == 32
    with pytest.raises(ExplainerError, match="at most 32"):
        explain(model, "[MASK]" + " the" * 31)
    sentence = read_sentence(model, "[MASK]" + " the" * 29)
    assert len(sentence.token_ids) == 32
    assert all(one < other for one, other in pairwise(start for start, _ in sentence.spans[2:-1]))

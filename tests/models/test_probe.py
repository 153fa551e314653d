"""The number explained is the number the model gives, or it is refused."""

import json
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from transformers import (
    BertTokenizer,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaForSequenceClassification,
)

from explainer.api import explain, measure_path, trace_text
from explainer.base.errors import ExplainerError
from explainer.influence import verify
from explainer.intervention.ablate import keep_all, run_kept
from explainer.intervention.attention import attention
from explainer.models.architectures import ARCHITECTURES
from explainer.models.forward import own_logits, rounding
from explainer.models.registry import load_model
from explainer.question.predictions import predict
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.settings import Settings
from tests.fixtures import WORDS
from tests.folders import refusal, set_weights

TEXT = "the farmers that the assistant love [MASK] zzz old ."
# KLUE's order: what fairseq numbers [CLS] [PAD] [SEP] [UNK], others start with [PAD].
KLUE = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]", *WORDS[5:]]
PADDING = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]", "the", "old", "##s"]


def klue(folder, network_class, padding):
    """A random RoBERTa whose configuration takes `padding` for the padding token."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = RobertaConfig(
            vocab_size=len(KLUE),
            num_hidden_layers=2,
            num_attention_heads=2,
            hidden_size=12,
            intermediate_size=24,
            max_position_embeddings=64,
            pad_token_id=KLUE.index(padding),
            initializer_range=0.5,
        )
        network_class(config).double().save_pretrained(folder)
    BertTokenizer(vocab={word: i for i, word in enumerate(KLUE)}).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("padding", PADDING)
def test_positions_are_those_that_the_library_gives_whatever_token_is_the_padding(
    tmp_path, padding
):
    model = load_model(str(klue(tmp_path, RobertaForMaskedLM, padding)), dtype="float64")
    ids = torch.tensor([read_sentence(model, TEXT).token_ids])
    own = RobertaForMaskedLM.from_pretrained(tmp_path, attn_implementation="eager")(
        input_ids=ids, attention_mask=torch.ones_like(ids), output_attentions=True
    )
    at_mask = own.logits[0, 7]
    expected = (at_mask[KLUE.index("are")] - at_mask[KLUE.index("is")]).item()
    found = explain(model, TEXT, correct="are", wrong="is", settings=Settings(points=300))
    assert found.target.value == pytest.approx(expected, abs=1e-10)
    assert abs(found.completeness_gap) < 0.01

    sentence = read_sentence(model, TEXT)
    theirs = torch.stack(own.attentions)[:, 0].detach()
    assert torch.from_numpy(attention(model, sentence)) == pytest.approx(theirs)
    quantity = choose_quantity(model, sentence, Contrast("are", "is"))
    everything = keep_all(model, len(sentence.token_ids))
    whole = run_kept(model, sentence, quantity, everything, replacement="zero")
    assert whole.value == pytest.approx(expected)
    path = (2, 7, 7)
    measured = measure_path(model, TEXT, path, contrast=Contrast("are", "is"))
    assert measured.influence != 0


def test_a_classifier_whose_padding_is_the_first_token_is_explained_rightly(tmp_path):
    folder = klue(tmp_path, RobertaForSequenceClassification, "[CLS]")
    model = load_model(str(folder), dtype="float64")
    text = "the farmers love the old assistant ."
    ids = torch.tensor([read_sentence(model, text).token_ids])
    own = RobertaForSequenceClassification.from_pretrained(folder)(input_ids=ids).logits[0]
    assert explain(model, text, label=1).target.value == pytest.approx((own[1] - own[0]).item())


def shifted(adapt):
    """An adapter that has every position one too far."""

    def wrong(network):
        right = adapt(network)
        added = right.embedding.added.roll(1, 0)
        return replace(right, embedding=replace(right.embedding, added=added))

    return wrong


def test_an_adapter_that_computes_something_else_is_refused_at_load(
    monkeypatch, tiny_masked_lm_dir
):
    bert = replace(ARCHITECTURES["bert"], adapt=shifted(ARCHITECTURES["bert"].adapt))
    monkeypatch.setitem(ARCHITECTURES, "bert", bert)
    assert "differ by" in refusal(tiny_masked_lm_dir)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_positions_wrong_at_the_far_end_alone_are_found(monkeypatch, tiny_masked_lm_dir, dtype):
    def wrong(network):
        right = ARCHITECTURES_BERT(network)
        added = right.embedding.added.clone()
        added[-1] = added[-2]
        return replace(right, embedding=replace(right.embedding, added=added))

    ARCHITECTURES_BERT = ARCHITECTURES["bert"].adapt
    monkeypatch.setitem(ARCHITECTURES, "bert", replace(ARCHITECTURES["bert"], adapt=wrong))
    assert "differ by" in refusal(tiny_masked_lm_dir, dtype=dtype)


def test_the_segments_of_a_tokenizer_are_those_that_are_explained(tiny_masked_lm_dir, tmp_path):
    folder = shutil.copytree(tiny_masked_lm_dir, tmp_path / "segments")
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    parts = [("SpecialToken", "[CLS]"), ("Sequence", "A"), ("SpecialToken", "[SEP]")]
    tokenizer["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{kind: {"id": name, "type_id": 1}} for kind, name in parts],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {
            name: {"id": name, "ids": [WORDS.index(name)], "tokens": [name]}
            for name in ("[CLS]", "[SEP]")
        },
    }
    path.write_text(json.dumps(tokenizer))
    kinds = ("cls", "sep", "mask", "pad", "unk")
    settings = {"tokenizer_class": "PreTrainedTokenizerFast"}
    settings |= {f"{kind}_token": f"[{kind.upper()}]" for kind in kinds}
    settings["model_input_names"] = ["input_ids", "token_type_ids", "attention_mask"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    model = load_model(str(folder), dtype="float64")
    made = model.tokenizer("the [MASK] is old .", return_tensors="pt")
    assert made["token_type_ids"].eq(1).all()
    own = model.network(**made).logits[0, 2]
    first = model.network(made["input_ids"]).logits[0, 2]
    found = predict(model, "the [MASK] is old .", len(WORDS))
    assert [one.logit for one in found] == pytest.approx([float(own[one.id]) for one in found])
    assert not torch.allclose(own, first)


def test_each_explanation_is_compared_with_the_models_own_forward_pass(tiny_masked_lm):
    adapter = shifted(lambda _: tiny_masked_lm.adapter)(None)
    wrong = replace(tiny_masked_lm, adapter=adapter)
    text = "the farmers [MASK] old ."
    explain(tiny_masked_lm, text)
    with pytest.raises(ExplainerError, match=r"itself gives .* would be explained"):
        explain(wrong, text, correct="are", wrong="is")
    with pytest.raises(ExplainerError, match="itself gives"):
        trace_text(wrong, text)
    with pytest.raises(ExplainerError, match="itself gives"):
        measure_path(wrong, text, (2, 2, 3, 3))


def test_the_whole_vocabulary_is_asked_only_where_rounding_may_be_large(
    tiny_masked_lm, monkeypatch
):
    """Its largest logit says how far rounding may go, and no less is allowed than of 1."""
    asked = []
    head = tiny_masked_lm.adapter.head

    def heard(hidden, words):
        asked.append(words)
        return 100 * head(hidden, words)

    model = replace(tiny_masked_lm, adapter=replace(tiny_masked_lm.adapter, head=heard))
    text = "the farmers [MASK] old ."
    value = explain(model, text, correct="are", wrong="is").target.value
    assert asked
    assert not any(words is None for words in asked)
    row = 100 * own_logits(model.network, read_sentence(model, text))[3]
    least, most = (2 * rounding(numbers) for numbers in (row[:0].new_ones(1), row))
    checked_value = verify.checked_value

    def off_by(amount):
        def off(*given):
            return checked_value(*given[:-1], given[-1] + amount)

        monkeypatch.setattr(verify, "checked_value", off)
        return explain(model, text, correct="are", wrong="is").target.value

    assert off_by(least / 2) == value
    assert not any(words is None for words in asked)
    assert off_by((least + most) / 2) == value
    assert any(words is None for words in asked)
    with pytest.raises(ExplainerError, match="itself gives"):
        off_by(2 * most)


def test_only_logits_that_are_asked_about_must_be_numbers(tiny_masked_lm):
    """Q and all its derivatives are the same whatever another word's logit is."""
    head, broken = tiny_masked_lm.adapter.head, WORDS.index("love")

    def without_love(hidden, words):
        found = head(hidden, words).clone()
        found[:, broken if words is None else words == broken] = torch.nan
        return found

    adapter = replace(tiny_masked_lm.adapter, head=without_love)
    model = replace(tiny_masked_lm, adapter=adapter)
    text = "the farmers [MASK] old ."
    found, whole = (explain(m, text, correct="are", wrong="is") for m in (model, tiny_masked_lm))
    assert found.target.value == whole.target.value
    assert found.influence == pytest.approx(whole.influence, rel=1e-6)
    assert [p.nodes for p in found.patterns] == [p.nodes for p in whole.patterns]
    with pytest.raises(ExplainerError, match="not finite"):
        explain(model, text, correct="love", wrong="is")
    # What looks at all words still needs all of them.
    with pytest.raises(ExplainerError, match="not finite"):
        explain(model, text)


def test_a_single_sentence_of_a_classifier_is_compared_too(tiny_classifier):
    adapter = shifted(lambda _: tiny_classifier.adapter)(None)
    with pytest.raises(ExplainerError, match="itself gives"):
        explain(replace(tiny_classifier, adapter=adapter), "the farmers love", label=1)


def test_finite_weights_with_activations_that_overflow_are_refused_at_load(
    tiny_masked_lm_dir, tmp_path
):
    folder = shutil.copytree(tiny_masked_lm_dir, tmp_path / "large")

    def enlarge(weights):
        # In float32 the distance between two of them is infinite.
        weights["bert.encoder.layer.1.attention.output.dense.bias"][::2] = 3e38
        weights["bert.encoder.layer.1.attention.output.dense.bias"][1::2] = -3e38
        return weights

    set_weights(folder, enlarge)
    assert all(w.float().isfinite().all() for w in load_file(folder / "model.safetensors").values())
    line = refusal(folder)
    assert "not finite" in line
    assert "dtype='float64'" in line
    # What the sentence proposes helps.
    assert explain(load_model(str(folder), dtype="float64"), "the [MASK] .").influence


def test_a_text_that_overflows_is_refused_and_others_are_explained(
    monkeypatch, tiny_classifier_dir, tmp_path
):
    monkeypatch.setattr("explainer.models.loading.probe.FEW", 8)  # among which the word is not
    folder = shutil.copytree(tiny_classifier_dir, tmp_path / "one-word")

    def enlarge(weights):
        weights["bert.embeddings.word_embeddings.weight"][WORDS.index("love"), ::2] = 3e38
        weights["bert.embeddings.word_embeddings.weight"][WORDS.index("love"), 1::2] = -3e38
        return weights

    set_weights(folder, enlarge)
    model = load_model(str(folder))
    assert explain(model, "the farmers are old .").influence
    for ask in (explain, predict, trace_text):
        with pytest.raises(ExplainerError, match="not finite"):
            ask(model, "the farmers love old .")


def test_a_network_that_cannot_be_run_is_refused(monkeypatch, tiny_masked_lm_dir):
    def broken(*_, **__):
        raise TypeError("no such thing")

    monkeypatch.setattr("explainer.models.loading.probe.own_logits", broken)
    assert "cannot be run by transformers ('no such thing')" in refusal(tiny_masked_lm_dir)


def test_loading_leaves_the_network_whole(tiny_masked_lm):
    assert len(tiny_masked_lm.network.bert.encoder.layer) == 3

"""Two texts that a classifier reads together."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from tokenizers import processors
from transformers import (
    AutoTokenizer,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from explainer.api import (
    ablate,
    explain,
    explain_many,
    measure_path,
    stability,
    trace_text,
    word_scores,
)
from explainer.base.errors import ExplainerError
from explainer.models.registry import load_model
from explainer.question.predictions import predict
from explainer.question.quantity import Contrast, Question
from explainer.question.sentence import read_sentence
from explainer.results.explanation import Explanation
from explainer.results.settings import Settings
from tests.fixtures import byte_level_tokenizer

FIRST, SECOND = "the farmers love the assistant .", "the assistant is old ."
SETTINGS = Settings(points=6, rule="trapezoid")


@pytest.fixture(scope="module")
def byte_level(tmp_path_factory):
    """A classifier that knows no segments: two separators stand between the texts."""
    tokenizer = byte_level_tokenizer()
    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        num_hidden_layers=2,
        num_attention_heads=2,
        hidden_size=12,
        intermediate_size=24,
        max_position_embeddings=130,
        type_vocab_size=1,
        id2label={0: "no", 1: "yes"},
    )
    folder = tmp_path_factory.mktemp("models") / "tiny-roberta-classifier"
    RobertaForSequenceClassification(config).double().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return load_model(str(folder), dtype="float64")


@pytest.fixture(params=["segments", "separators"])
def model(request, tiny_classifier, byte_level):
    return tiny_classifier if request.param == "segments" else byte_level


def made_by_the_library(model) -> dict[str, torch.Tensor]:
    """What the library's tokenizer gives its network of the two texts."""
    made = dict(model.tokenizer(FIRST, SECOND, return_tensors="pt"))
    if model.adapter.embedding.segments is None or len(model.adapter.embedding.segments) == 1:
        made.pop("token_type_ids", None)
    return made


def test_two_texts_are_read_as_the_library_reads_them(model):
    sentence = read_sentence(model, FIRST, SECOND)
    made = made_by_the_library(model)
    assert list(sentence.token_ids) == made["input_ids"][0].tolist()
    if "token_type_ids" in made:
        assert list(sentence.segments) == made["token_type_ids"][0].tolist()
        assert set(sentence.segments) == {0, 1}
    else:
        assert set(sentence.segments) == {0}
    assert sentence.texts == (FIRST, SECOND)
    for part, special, (start, stop), token in zip(
        *(sentence.parts, sentence.special, sentence.spans, sentence.tokens), strict=True
    ):
        assert special == (part is None)
        assert special or sentence.texts[part][start:stop].lower() == token.removeprefix("##")


def test_words_are_counted_through_both_texts(tiny_classifier):
    sentence = read_sentence(tiny_classifier, "happiest .", "unhappiest .")
    shown = list(zip(sentence.tokens, sentence.words, sentence.parts, strict=True))
    assert [row for row in shown if row[2] == 1][:1] == [("un", 2, 1)]
    assert sentence.words[0] is sentence.words[-1] is None
    inside = [word for word in sentence.words if word is not None]
    assert sorted(set(inside)) == list(range(4))
    assert inside == sorted(inside)


def test_the_influence_is_the_integrated_gradient_of_the_librarys_own_forward(model):
    found = explain(model, FIRST, pair=SECOND, label=0, other=1, settings=SETTINGS)
    made = made_by_the_library(model)
    x = model.network.get_input_embeddings().weight[made.pop("input_ids")].detach()
    b = model.network.get_input_embeddings().weight[model.mask_id].detach()
    total = torch.zeros(x.shape[1], dtype=torch.float64)
    weights = np.ones(SETTINGS.points)
    weights[[0, -1]] = 0.5
    values = []
    for a, weight in zip(np.linspace(0, 1, SETTINGS.points), weights / weights.sum(), strict=True):
        z = (b + a * (x - b)).requires_grad_()
        logits = model.network(inputs_embeds=z, **made).logits[0]
        (slope,) = torch.autograd.grad(logits[0] - logits[1], z)
        total += weight * (slope * (x - b))[0].sum(-1)
        values.append((logits[0] - logits[1]).item())
    assert found.influence == pytest.approx(total.tolist(), abs=1e-9)
    assert found.target.value == pytest.approx(values[-1])
    assert found.target.baseline_value == pytest.approx(values[0])


def test_every_answer_of_a_pair_is_of_both_texts(model):
    asked = {"pair": SECOND, "contrast": Contrast(label=0, other=1), "settings": SETTINGS}
    found = explain(model, FIRST, pair=SECOND, label=0, other=1, settings=SETTINGS)
    assert found.texts == read_sentence(model, FIRST, SECOND).parts
    own = model.network(**made_by_the_library(model)).logits[0]
    predicted = predict(model, FIRST, pair=SECOND)
    assert [one.logit for one in predicted] == pytest.approx([float(own[p.id]) for p in predicted])
    assert trace_text(model, FIRST, **asked).influence == pytest.approx(found.influence)
    assert word_scores(model, FIRST, "influence", **asked).scores == pytest.approx(found.influence)
    pattern = found.patterns[0]
    measured = measure_path(model, FIRST, pattern.nodes, pattern.components, **asked)
    assert measured.influence == pytest.approx(pattern.attention_influence)
    with_nothing_cut = ablate(model, FIRST, cut=[], **asked)
    assert with_nothing_cut.value == pytest.approx(found.target.value)
    (kept,) = stability(model, FIRST, [pattern.source], **asked)
    assert kept.pattern.source == pattern.source
    # Alone the first text has another answer, and fewer tokens.
    alone = explain(model, FIRST, label=0, other=1, settings=SETTINGS)
    assert alone.texts is None
    assert alone.target.value != pytest.approx(found.target.value)


def test_pairs_among_many_texts_are_what_they_are_one_by_one(model):
    contrast = Contrast(label=0, other=1)
    questions = [
        Question(FIRST, contrast, SECOND),
        Question(FIRST, contrast),
        Question(SECOND, contrast, FIRST),
    ]
    many = list(explain_many(model, questions, settings=SETTINGS))
    for question, found in zip(questions, many, strict=True):
        alone = explain(
            model, question.text, pair=question.pair, label=0, other=1, settings=SETTINGS
        )
        assert found.texts == alone.texts
        assert found.influence == pytest.approx(alone.influence, abs=1e-9)
        assert [p.nodes for p in found.patterns] == [p.nodes for p in alone.patterns]


def test_a_pair_to_a_masked_lm_is_refused(tiny_masked_lm):
    with pytest.raises(ExplainerError, match="leave the second text out, or load a classifier"):
        explain(tiny_masked_lm, "the [MASK] is old .", pair=SECOND)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("", "The second text is empty: type a sentence."),
        (" ", "The second text is blank"),
        (7, "The second text is 7: give a string."),
        ("a\x00b", "The second text .* contains the control character"),
        ("the [SEP] old", r"The second text contains \[SEP\], which the model sets itself"),
        ("the farmer " * 40, "The two texts are together .* shorten the second one, or the first"),
    ],
)
def test_a_second_text_that_cannot_be_read_is_refused(tiny_classifier, pair, said):
    with pytest.raises(ExplainerError, match=said):
        predict(tiny_classifier, FIRST, pair=pair)


def test_an_unknown_word_of_the_second_text_is_named(tiny_classifier):
    (note,) = read_sentence(tiny_classifier, FIRST, "the zebra is old .").notes
    assert "'zebra'" in note


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("tiny_classifier", "two texts: leave the second text out, or load another model"),
        ("tiny_reader", "two texts: load another model"),
    ],
)
def test_a_tokenizer_that_puts_nothing_between_two_texts_is_refused(request, kind, says):
    model = request.getfixturevalue(kind)
    own = model.tokenizer
    backend = own.backend_tokenizer.__class__.from_str(own.backend_tokenizer.to_str())
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A $B",
        special_tokens=[("[CLS]", own.cls_token_id), ("[SEP]", own.sep_token_id)],
    )
    kinds = ("cls", "sep", "mask", "pad", "unk")
    names = {f"{kind}_token": f"[{kind.upper()}]" for kind in kinds}
    bare = PreTrainedTokenizerFast(tokenizer_object=backend, **names)
    with pytest.raises(ExplainerError, match=f"puts nothing between {says}"):
        predict(replace(model, tokenizer=bare), FIRST, pair=SECOND)


def test_more_segments_than_the_model_knows_are_refused(tiny_classifier):
    embedding = tiny_classifier.adapter.embedding
    fewer = replace(embedding, segments=embedding.segments[:1])
    model = replace(tiny_classifier, adapter=replace(tiny_classifier.adapter, embedding=fewer))
    with pytest.raises(ExplainerError, match="tells 2 segments apart, but the model knows 1"):
        predict(model, FIRST, pair=SECOND)


def test_a_record_holds_of_which_text_each_token_is(model):
    found = explain(model, FIRST, pair=SECOND, settings=SETTINGS)
    again = Explanation.from_json(found.to_json())
    assert again.texts == found.texts
    assert again.to_dict() == found.to_dict()
    single = explain(model, FIRST, settings=SETTINGS)
    assert "texts" not in single.to_dict()
    assert Explanation.from_json(single.to_json()).texts is None


@pytest.mark.parametrize(
    "wrong", [[], [0], "01", [0] * 13, [1] * 6 + [0] * 7, [None] * 13, [2] * 13, [0.5] * 13]
)
def test_a_record_of_texts_that_cannot_be_is_refused(tiny_classifier, wrong):
    record = explain(tiny_classifier, FIRST, pair=SECOND, settings=SETTINGS).to_dict()
    assert len(record["texts"]) == 14
    with pytest.raises(ExplainerError, match="texts"):
        Explanation.from_dict({**record, "texts": wrong})


def test_a_model_from_a_folder_reads_pairs_as_before_it_was_saved(tiny_classifier_dir, tmp_path):
    folder = shutil.copytree(tiny_classifier_dir, tmp_path / "again")
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder)
    first, second = load_model(str(tiny_classifier_dir)), load_model(str(folder))
    assert [p.logit for p in predict(first, FIRST, pair=SECOND)] == [
        p.logit for p in predict(second, FIRST, pair=SECOND)
    ]

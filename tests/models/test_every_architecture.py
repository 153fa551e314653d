"""What is asked of a model beside its patterns holds for every architecture."""

from functools import cache, wraps

import pytest
import torch

from explainer import (
    ExplainerError,
    Question,
    Settings,
    ablate,
    explain,
    explain_many,
    predict,
    stability,
    word_scores,
)
from explainer.intervention.filling import fill
from explainer.intervention.knock_out import Cut, knocked_out
from explainer.models.architectures import ARCHITECTURES
from explainer.models.registry import load_model
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.rivals.words.methods import WORD_METHODS
from tests import gates
from tests.fixtures import WORDS, save_tiny
from tests.tiny import SIZES

TEXT = "the farmers that the assistant loves [MASK] old ."
OTHERS = ("the [MASK] .", "the farmers [MASK] unhappiest .")
POST_NORM = ("decompx", "alti", "globenc")
SETTINGS = Settings(points=3)
LOOSE = 1e-5
"""transformers computes ModernBERT's rotations in float32."""
POOLED = "modernbert, pooled"
CASES = [(kind, task) for kind in SIZES for task in ("masked_lm", "classification", "tagging")]
CASES += [(POOLED, "classification"), (POOLED, "tagging")]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: ", ".join(case))
def asked(request, tmp_path_factory):
    """A random model of an architecture, loaded in a precision, and a text for its head."""
    name, task = request.param
    kind = name.removesuffix(", pooled")
    family = ARCHITECTURES[kind]
    sizes = SIZES[kind] | dict(zip(family.sizes, (3, 2, 12, 24, len(WORDS), 40), strict=False))
    pooling = {"classifier_pooling": "mean"} if name == POOLED else {}
    network_class = getattr(family, task)
    folder = save_tiny(
        tmp_path_factory.mktemp(kind) / task,
        network_class,
        network_class.config_class(**{"pad_token_id": 0} | pooling | sizes),
    )

    def load(dtype="float64"):
        return load_model(str(folder), dtype=dtype)

    load.by_the_library = lambda: network_class.from_pretrained(
        folder, dtype=torch.float64, attn_implementation="eager"
    ).eval()
    return wraps(load)(cache(load)), (
        (TEXT, *OTHERS)
        if task == "masked_lm"
        else tuple(text.replace("[MASK]", "are") for text in (TEXT, *OTHERS))
    )


def same(one, other):
    assert one.influence == pytest.approx(other.influence, abs=1e-9)
    for found, expected in zip(one.patterns, other.patterns, strict=True):
        assert (found.nodes, found.components) == (expected.nodes, expected.components)
        assert found.attention_trail == pytest.approx(expected.attention_trail, abs=1e-9)


def test_texts_together_and_pieces_within_a_budget_give_what_one_text_at_once_gives(asked):
    load, texts = asked
    model = load()
    alone = [explain(model, text, settings=SETTINGS) for text in texts]
    for one, together in zip(
        alone, explain_many(model, list(texts), settings=SETTINGS), strict=True
    ):
        same(together, one)
    same(explain(model, texts[0], settings=SETTINGS, memory=60_000), alone[0])


def test_a_folder_is_read_as_the_library_reads_it(asked):
    """Nothing in the configuration that changes the network is left aside."""
    load, (text, *_) = asked
    model = load()
    ids = torch.tensor([read_sentence(model, text).token_ids])
    with torch.no_grad():
        theirs, ours = (of(input_ids=ids).logits for of in (load.by_the_library(), model.network))
    assert torch.allclose(theirs, ours, atol=1e-9)


def test_a_head_is_cut_as_in_the_network_itself(asked):
    load, (text, *_) = asked
    model = load()
    sentence = read_sentence(model, text)
    quantity = choose_quantity(model, sentence, Contrast())
    cuts = [Cut(layer, 1, to) for layer in range(3) for to in (2, quantity.positions[0])]
    found = knocked_out(model, sentence, quantity, cuts, fill(model, sentence, "zero"))
    for cut, value in zip(cuts, found, strict=True):
        with gates.head_zeroed(model.network, cut.layer, cut.head, cut.target):
            logits = model.network(torch.tensor([sentence.token_ids])).logits[0]
        row = logits if model.info.task == "classification" else logits[quantity.position]
        own = row[list(quantity.classes)] @ row.new_tensor(quantity.readout.weights)
        # Where the library computes in float32 inside, its own numbers are no better.
        near = 1e-9 if model.adapter.inside is None else 1e-6
        assert value == pytest.approx(float(own), abs=near)


def test_cuts_scores_and_other_choices_are_there(asked):
    load, (text, *_) = asked
    model = load()
    found = explain(model, text, settings=SETTINGS, flow=True)
    assert found.flow.layer_totals() == pytest.approx([sum(found.influence)] * 3)
    whole = ablate(model, text, cut=[], settings=SETTINGS)
    assert whole.value == pytest.approx(found.target.value, abs=1e-9)
    kept = ablate(model, text, keep=[found.patterns[0].route], settings=SETTINGS)
    assert kept.value != pytest.approx(whole.value, abs=1e-9)
    pre_norm = model.adapter.blocks[0].pre_norm
    for method in WORD_METHODS:
        if pre_norm and method in POST_NORM:
            with pytest.raises(ExplainerError, match="normalise after their sums, and this model"):
                word_scores(model, text, method, settings=SETTINGS)
            continue
        scores = word_scores(model, text, method, settings=SETTINGS).scores
        assert len(scores) == len(found.tokens)
    (sure,) = stability(model, text, [found.patterns[0].source], settings=SETTINGS)
    assert sure


def test_reduced_products_are_near_and_say_how_near(asked):
    load, (text, *_) = asked
    model = load("float32")
    full, reduced = (
        explain(model, text, settings=SETTINGS, precision=precision)
        for precision in ("full", "bfloat16")
    )
    off = abs(reduced.target.value - full.target.value)
    assert 0 < off < 0.2 * max(1.0, abs(full.target.value))
    assert abs(reduced.reduced.gap) == pytest.approx(off, abs=1e-4)


def test_two_texts_are_followed_alone_and_among_others(asked):
    load, (first, second, *_) = asked
    model = load()
    if model.info.task != "classification":
        with pytest.raises(ExplainerError, match="leave the second text out"):
            explain(model, first, pair=second, settings=SETTINGS)
        return
    known = model.adapter.embedding.segments
    if known is not None and len(known) == 1:
        with pytest.raises(ExplainerError, match="tells 2 segments apart"):
            explain(model, first, pair=second, settings=SETTINGS)
        return
    contrast = Contrast(label=0)
    questions = [Question(first, contrast, second), Question(second, contrast)]
    pair, single = explain_many(model, questions, settings=SETTINGS)
    same(explain(model, first, pair=second, label=0, settings=SETTINGS), pair)
    same(explain(model, second, label=0, settings=SETTINGS), single)
    own = model.network(**_given(model, first, second)).logits[0]
    (found,) = [one for one in predict(model, first, 9, pair=second) if one.id == 0]
    assert found.logit == pytest.approx(float(own[0]), abs=LOOSE)


def _given(model, first, second):
    """What transformers gives this network of two texts."""
    made = model.tokenizer(first, second, return_tensors="pt")
    return {
        name: made[name]
        for name in ("input_ids", "attention_mask", "token_type_ids")
        if name != "token_type_ids" or model.adapter.embedding.segments is not None
    }

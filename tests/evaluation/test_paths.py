"""The protocol of paths: every share by real forward passes, with equal nodes."""

import numpy as np
import pandas as pd
import pytest

from explainer.evaluation.evidence.protocols.grid import conditions
from explainer.evaluation.kept import kept_by_nodes, routes
from explainer.evaluation.methods import METHODS
from explainer.evaluation.protocols import paths
from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.condition import PAIR, Condition
from explainer.evaluation.protocols.instead import fillings_of, shared_fillings
from explainer.evaluation.protocols.paths import CUT, NODES, PATHS, STEPS
from explainer.evaluation.protocols.run import measured
from explainer.evaluation.sentence import signals_of
from explainer.influence.together import Asked
from explainer.intervention.ablate import ablated_values, keep_only, run_kept
from explainer.intervention.filling import REPLACEMENTS
from explainer.models.encode import without_gradients
from explainer.question.sentence import read_sentence
from explainer.results.settings import Settings
from explainer.tasks import Case

TEXT = "the farmers that the assistant loves [MASK] old ."
CASE = Case(TEXT, "are", "is", pair=TEXT.replace("farmers", "farmer"))
SETTINGS = Settings(points=3)
ROOM = 2**30
WHERE = (PAIR, *REPLACEMENTS)


@pytest.fixture(scope="module")
def asked(tiny_masked_lm):
    shared = shared_fillings(tiny_masked_lm, SETTINGS, 0)
    return AskedCase.read(tiny_masked_lm, CASE, 0, SETTINGS, 0, ROOM, shared)


@pytest.fixture(scope="module")
def record(tiny_masked_lm):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CLOSEST", 0.0)  # of a random model all sentences say much the same
        return measured(PATHS, tiny_masked_lm, CASE, 0, SETTINGS, 0, ROOM)


def value(record, *place):
    (found,) = (one for one in record.measurements if one.place == place)
    return found.value


@pytest.mark.parametrize("filling", WHERE)
def test_faithfulness_is_where_q_is_left_between_the_filling_alone_and_the_whole(
    asked, record, filling
):
    model, sentence, quantity = asked.model, asked.sentence, asked.quantity
    with without_gradients():
        ranked = sorted(asked.explanation.patterns, key=lambda p: -abs(p.influence))
        whole = asked.explanation.target.value
        (chosen,) = (f for f in fillings_of(asked) if f.name == filling)
        kept = [
            keep_only(model, 11, ranked[:2], "embedding"),
            keep_only(model, 11, [], "embedding"),
        ]
        left, alone = ablated_values(model, sentence, quantity, kept, chosen.activations)
        expected = (left - alone) / (whole - alone)
    found = value(record, "pattern", "kept nodes", Condition("2 words", filling))
    assert found == pytest.approx(expected)
    if filling == "pair":  # all that is replaced says what the other sentence says
        pair = read_sentence(model, CASE.pair)
        full = keep_only(model, 11, [], "embedding")
        full.nodes[:] = True
        assert alone == pytest.approx(
            run_kept(model, pair, quantity, full, replacement="zero").value
        )


def test_all_methods_keep_as_many_nodes_of_every_layer(asked):
    with without_gradients():
        explanation = asked.explanation
        question = Asked(asked.sentence, asked.quantity)
        signals = signals_of(asked.model, question, asked.trace, explanation, asked.rng("paths"))
        some = explanation.patterns[:3]
        own = [len({p.nodes[layer] for p in some}) for layer in range(4)]
        for name in NODES:
            method = METHODS[name]
            if name == "pattern":
                of_words = routes(method, signals)
                nodes = keep_only(
                    asked.model, 11, [of_words[p.source] for p in some], "embedding"
                ).nodes
            else:
                nodes = kept_by_nodes(asked.model, signals, method, "all", "keep", some).nodes
            assert nodes.sum(axis=1).tolist() == own, name


def test_every_method_is_measured_under_every_filling(record):
    places = {one.place for one in record.measurements}
    for filling in WHERE:
        words = ("1 word", "2 words", "3 words", "5 words", "all words")
        assert {(m, "kept nodes", Condition(w, filling)) for m in NODES for w in words} <= places
        assert {(m, "kept steps", Condition(w, filling)) for m in STEPS for w in words} <= places
        assert {(m, "cut steps", Condition("all words", filling)) for m in CUT} <= places
        assert {(m, "cut nodes", Condition("all words", filling)) for m in NODES} <= places
    sizes = [value(record, "all", "nodes", Condition(w)) for w in words]
    assert sizes == sorted(sizes)
    assert sizes[0] == 4


def test_where_the_filling_alone_gives_the_answer_nothing_is_measured(tiny_masked_lm):
    found = measured(PATHS, tiny_masked_lm, CASE, 0, SETTINGS, 0, ROOM)
    pair = [one for one in found.measurements if one.condition == Condition("all words", "pair")]
    assert {(one.value, one.note) for one in pair} == {
        (None, "what stands elsewhere alone gives the answer")
    }


def test_how_many_nodes_are_kept_is_no_condition_of_a_methods():
    rows = pd.DataFrame(
        [("paths", "all", "3 words", ""), ("paths", "pattern", "3 words", "pair")],
        columns=["protocol", "method", "of", "instead"],
    )
    assert conditions(rows) == (Condition("3 words", "pair"),)


def test_what_is_drawn_is_the_sentences_own(tiny_masked_lm, record):
    first, again = (measured(PATHS, tiny_masked_lm, CASE, 0, SETTINGS, 0, ROOM) for _ in range(2))
    other = measured(PATHS, tiny_masked_lm, CASE, 1, SETTINGS, 0, ROOM)
    assert again.measurements == first.measurements
    place = ("random-nodes", "kept nodes", Condition("5 words", "zero"))
    assert value(other, *place) != value(record, *place)
    pattern = ("pattern", "kept nodes", Condition("5 words", "zero"))
    assert np.isclose(value(other, *pattern), value(record, *pattern))

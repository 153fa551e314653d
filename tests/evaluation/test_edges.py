"""The protocol of edges: its cuts by hand, its effects by brute force, its figures by hand."""

import math

import numpy as np
import pytest

from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.condition import Condition
from explainer.evaluation.protocols.cutting import (
    PREDICTIONS,
    SIGNED,
    cuts_of,
    effects_of,
    influence_of,
)
from explainer.evaluation.protocols.edges import EDGES, GROUPS, correlation, same_sign
from explainer.evaluation.protocols.instead import fillings_of, shared_fillings
from explainer.evaluation.protocols.run import measured
from explainer.intervention.ablate import ablated_values, keep_all
from explainer.intervention.filling import REPLACEMENTS
from explainer.intervention.knock_out import Cut
from explainer.models.encode import without_gradients
from explainer.results.route import Edge
from explainer.results.settings import Settings
from explainer.results.total_flow import TotalFlow
from explainer.tasks import Case
from tests.evaluation.test_controls import TWO

TEXT = "the farmers that the assistant loves [MASK] old ."
PAIR = TEXT.replace("farmers", "farmer")
SETTINGS = Settings(points=3)
ROOM = 2**30


def asked(model, pair=PAIR):
    shared = shared_fillings(model, SETTINGS, 0)
    case = Case(TEXT, "are", "is", pair=pair)
    return AskedCase.read(model, case, 0, SETTINGS, 0, ROOM, shared)


def test_every_head_is_cut_once_on_each_step_of_a_pattern():
    rng = np.random.default_rng(0)
    edges, nodes = (cuts_of(TWO, kind, 2, 3, rng) for kind in ("edge", "node"))
    # By hand: (0 0 2 2) by skip, 1, skip and (1 2 2 2) by 0, 1, skip.
    steps = [(0, 0, 0), (0, 2, 1), (1, 2, 0), (1, 2, 2), (2, 2, 2)]
    assert list(edges.cuts) == [Cut(b, h, to, by) for b, to, by in steps for h in (0, 1)]
    own = [cut for cut, is_own in zip(edges.cuts, edges.own, strict=True) if is_own]
    assert own == [Cut(0, 0, 2, 1), Cut(1, 1, 2, 0), Cut(1, 1, 2, 2)]
    at = [(0, 0), (0, 2), (1, 2), (2, 2)]
    assert list(nodes.cuts) == [Cut(b, h, to) for b, to in at for h in (0, 1)]
    assert [cut for cut, is_own in zip(nodes.cuts, nodes.own, strict=True) if is_own] == [
        Cut(0, 0, 2),
        Cut(1, 1, 2),
    ]
    for of, count in ((edges, 3), (nodes, 2)):
        assert [cut.layer for cut in of.random] == [0, 1, 1][:count]
        assert all((cut.source is None) == (of is nodes) for cut in of.random)


def test_influence_of_a_cut_is_what_flows_there():
    flow = TotalFlow(np.zeros((1, 3)), np.arange(18.0).reshape(1, 2, 3, 3))
    found = influence_of(flow, [Cut(0, 1, 2, 0), Cut(0, 1, 2), Cut(0, 0, 1, 1)])
    assert found.tolist() == [15.0, 15.0 + 16.0 + 17.0, 4.0]


@pytest.mark.parametrize("filling", ["pair", *REPLACEMENTS])
def test_what_a_cut_head_loses_is_what_ablating_it_at_its_node_does(tiny_masked_lm, filling):
    one = asked(tiny_masked_lm)
    with without_gradients():
        explanation = one.explanation
        rng = np.random.default_rng(0)
        of = cuts_of(explanation.patterns, "node", 2, len(one.sentence.tokens), rng)
        (chosen,) = (f for f in fillings_of(one) if f.name == filling)
        found = effects_of(one, of, [chosen])[filling]
        whole = keep_all(one.model, len(one.sentence.tokens))
        every = [*of.cuts, *of.random]
        variants = [whole.without([Edge(c.layer, 0, c.target, c.head)]) for c in every]
        values = ablated_values(one.model, one.sentence, one.quantity, variants, chosen.activations)
    lost = explanation.target.value - np.array(values)
    assert np.abs(lost).max() > 1e-3
    assert np.concatenate([found.lost, found.random]) == pytest.approx(lost, abs=1e-10)
    assert set(found.predicted) == set(PREDICTIONS)
    zero = found.predicted["attention-gradient"]
    assert (np.allclose(found.predicted["attribution-patching"], zero)) == (filling == "zero")


def test_without_a_minimal_pair_the_mean_stands_for_it_and_it_is_said(tiny_masked_lm):
    with without_gradients():
        first, second, *_ = fillings_of(asked(tiny_masked_lm, pair=""))
        assert first.activations is second.activations
        assert first.note.startswith("the mean stands for the minimal pair: ")
        assert not any(filling.note for filling in fillings_of(asked(tiny_masked_lm)))


def test_figures_of_cuts_by_hand():
    one = np.array([1.0, 2.0, 3.0, 4.0])
    assert correlation(one, 5 - 2 * one) == pytest.approx(-1)
    assert correlation(one, np.array([1.0, 3.0, 2.0, 4.0])) == pytest.approx(0.8)
    assert math.isnan(correlation(one[:2], one[:2]))
    assert math.isnan(correlation(one, one * 0))
    assert same_sign(np.array([1.0, -1.0, 2.0, 5.0]), np.array([3.0, 1.0, -2.0, 0.0])) == 1 / 3
    assert math.isnan(same_sign(one, one * 0))


def test_a_sentence_gives_every_measure_once_for_every_prediction(tiny_masked_lm):
    record = measured(
        EDGES, tiny_masked_lm, Case(TEXT, "are", "is", pair=PAIR), 0, SETTINGS, 0, ROOM
    )
    again = measured(
        EDGES, tiny_masked_lm, Case(TEXT, "are", "is", pair=PAIR), 0, SETTINGS, 0, ROOM
    )
    assert record.measurements == again.measurements
    of = {m: [one for one in record.measurements if one.measure == m] for m in EDGES.quantities}
    assert {one.method for one in of["rank correlation"]} == set(PREDICTIONS)
    assert len(of["rank correlation"]) == 2 * (1 + len(REPLACEMENTS)) * len(PREDICTIONS)
    assert {one.method for one in of["own sign"]} == set(SIGNED)
    assert {one.method for one in of["effect"]} == set(GROUPS)
    assert len(of["point influence"]) == len(of["point effect"]) == 40


def test_a_classifier_is_asked_too(tiny_classifier):
    case = Case("the farmers love the assistant .", "positive", "negative")
    record = measured(EDGES, tiny_classifier, case, 0, SETTINGS, 0, ROOM)
    pair = [one for one in record.measurements if one.condition == Condition("edge", "pair")]
    assert pair
    assert all("no minimal pair is known" in one.note for one in pair if one.value is not None)

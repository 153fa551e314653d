"""Q read at several positions: patterns end at one of them, and autograd gives their influence."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from explainer.influence.flow import total_flows
from explainer.influence.measure import measure
from explainer.influence.sampling.path import IntegrationPath
from explainer.influence.search.refine import Search, refine, refine_texts
from explainer.influence.together import one_after_another, side_by_side
from explainer.influence.trace import trace_together
from explainer.models.forward import logits_of
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.results.route import Route
from explainer.rivals.conductance import internal_influence, layer_conductance
from tests import gates
from tests.problems import TOKENS
from tests.tiny import SIZES, adapted, asked_by, tiny_problem, traced

POSITIONS = (0, 2, 3)
READ = Quantity(POSITIONS, Logits((7, 9, 3), (1.0, 0.5, -1.0), rows=(1, 0, 2)), "one", "other")
POOLED = {"classifier_pooling": "mean"}


def read(logits):
    return logits[:, 2, 7] + 0.5 * logits[:, 0, 9] - logits[:, 3, 3]


def small(architecture="bert", **more):
    return tiny_problem(architecture=architecture, layers=2, tokens=4, points=3, **more)


SPAN = Quantity(
    POSITIONS, Logits((0, 1, 0, 1), (1.0, 1.0, -1.0, -1.0), rows=(1, 2, 0, 0)), "one", "other"
)


def read_span(logits):
    return logits[:, 2, 0] + logits[:, 3, 1] - logits[:, 0].sum(-1)


@pytest.fixture(scope="module", params=[*SIZES, "pooled", *(f"{kind}, spans" for kind in SIZES)])
def asked(request):
    """A problem, the quantity, and how it is read from the library's own logits."""
    kind, _, spans = request.param.partition(", ")
    if spans:
        return small(kind, reads=True), SPAN, read_span
    if request.param != "pooled":
        return small(request.param), READ, read
    problem = small("modernbert", classes=3, switches=POOLED)
    alone = asked_by(problem)
    quantity = replace(alone, positions=(0, 1, 2, 3))
    return problem, quantity, lambda logits: logits @ logits.new_tensor(problem.coefficients)


@pytest.fixture(scope="module")
def by_way(asked):
    """The influence along every way of nodes, by autograd."""
    problem, quantity, read = asked
    ways = itertools.product(range(4), range(4), quantity.positions)
    return {way: gates.influence_of(problem, way, read=read) for way in ways}


@pytest.mark.parametrize("beam", [None, 1000])
def test_patterns_end_at_the_best_of_the_positions(asked, by_way, beam):
    problem, quantity, read = asked
    trace = traced(problem, quantity=quantity)
    own = logits_of(problem.network, inputs_embeds=problem.x[None])[None]
    if quantity.readout.rows is None:
        own = own[0]
    assert trace.value == pytest.approx(float(read(own)), abs=1e-9)
    patterns = refine(trace, TOKENS[:4], top_k=1, beam=beam)
    assert len(patterns) == 4
    for pattern in patterns:
        sign = 1 if pattern.influence > 0 else -1
        by_nodes = {way: found for way, found in by_way.items() if way[0] == pattern.source}
        assert sum(by_nodes.values()) == pytest.approx(pattern.influence, abs=1e-9)
        assert pattern.embedding_influence == pytest.approx(by_nodes[pattern.nodes], abs=1e-9)
        if beam is None:
            greedy = _greedy(by_nodes, sign)
            assert pattern.nodes == greedy
        components = tuple(-1 if c == "skip" else c for c in pattern.components)
        exact = gates.influence_of(problem, pattern.nodes, components, read=read)
        assert pattern.attention_influence == pytest.approx(exact, abs=1e-9)


def _greedy(by_nodes, sign):
    """The nodes chosen one after the other."""
    middles = {}
    for (_, middle, _), influence in by_nodes.items():
        middles[middle] = middles.get(middle, 0.0) + sign * influence
    middle = max(middles, key=middles.get)
    return max(
        (nodes for nodes in by_nodes if nodes[1] == middle), key=lambda n: sign * by_nodes[n]
    )


def test_influence_is_conserved_at_every_layer_and_through_every_target(asked):
    problem, quantity, _ = asked
    trace = traced(problem, quantity=quantity)
    (flow,) = total_flows(trace)
    whole = sum(trace.influence)
    assert flow.layer_totals() == pytest.approx([whole] * 2, abs=1e-9)
    other = [at for at in range(4) if at not in quantity.positions]
    assert not flow.skip[-1][other].any()
    assert not flow.heads[-1][:, other].any()
    conductance = layer_conductance(flow)
    assert conductance.sum(1) == pytest.approx([whole] * 3, abs=1e-9)
    assert np.flatnonzero(conductance[-1]).tolist() == list(quantity.positions)
    assert internal_influence(trace).shape == (3, 4)
    by_way = [
        measure(trace, Route(nodes, None)).influence
        for nodes in itertools.product(range(4), range(4), quantity.positions)
    ]
    assert sum(by_way) == pytest.approx(whole, abs=1e-9)


@pytest.mark.parametrize("beam", [None, 4])
def test_texts_with_targets_of_their_own_are_followed_together(beam):
    problem, other = small(), tiny_problem(layers=2, tokens=5, points=3)
    elsewhere = Quantity((1, 4), Logits((7, 9), (1.0, -1.0), rows=(0, 1)), "one", "other")
    quantities, problems = [READ, asked_by(other), elsewhere], [problem, other, other]
    lengths = [4, 5, 5]
    alone = [traced(p, quantity=q) for p, q in zip(problems, quantities, strict=True)]
    paths = [IntegrationPath.between(p.b, p.x, p.points, p.weights) for p in problems]
    with torch.no_grad():
        together = trace_together(
            side_by_side([adapted(problem)] * 3, lengths),
            one_after_another(paths),
            quantities,
            lengths,
        )
    names = [TOKENS[:4], TOKENS[:5], TOKENS[:5]]
    found = refine_texts(together, names, Search(2, None, beam))
    for own, patterns, tokens, flow in zip(alone, found, names, total_flows(together), strict=True):
        expected = refine(own, tokens, top_k=2, beam=beam)
        assert [p.nodes for p in patterns] == [p.nodes for p in expected]
        for one, two in zip(patterns, expected, strict=True):
            assert one.attention_trail == pytest.approx(two.attention_trail, abs=1e-9)
        (whole,) = total_flows(own)
        assert flow.heads == pytest.approx(whole.heads, abs=1e-9)
        assert flow.skip == pytest.approx(whole.skip, abs=1e-9)

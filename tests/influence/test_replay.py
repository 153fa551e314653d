"""What the method page shows of the computation is what the computation does."""

import numpy as np
import pytest

from explainer.influence import memory
from explainer.influence.replay import node_choices, path_curve
from explainer.influence.search.refine import refine
from explainer.results.settings import Rule
from tests.tiny import tiny_problem, traced

POINTS = 13


def sampled(points: int, rule: Rule = "trapezoid"):
    """The trace of the same small problem at so many points."""
    return traced(tiny_problem(points=points, rule=rule))


@pytest.fixture(scope="module")
def curve():
    return path_curve(sampled(POINTS))


def test_counts_are_those_that_fall_on_the_curves_points(curve):
    assert curve.counts == (2, 3, 4, 5, 7, 13)


@pytest.mark.parametrize("rule", ["trapezoid", "riemann"])
@pytest.mark.parametrize("points", [2, 5, 13])
def test_fewer_points_of_the_curve_give_what_a_run_with_them_gives(curve, rule, points):
    alone = sampled(points, rule)
    found = curve.sampled(rule, points)
    assert found.influence == pytest.approx(alone.influence, abs=1e-12)
    assert found.gap == pytest.approx(alone.completeness_gap, abs=1e-12)
    assert len(found.a) == points


def test_slopes_are_the_derivative_of_q():
    fine = path_curve(sampled(2001))
    differences = np.gradient(fine.values, fine.a)[1:-1]
    assert fine.slopes.sum(axis=1)[1:-1] == pytest.approx(differences, abs=5e-3)


@pytest.mark.parametrize("top_k", [1, 3])
def test_choices_are_those_that_refinement_had(top_k):
    trace = sampled(4)
    for pattern in refine(trace, tuple("abcde"), top_k):
        rows = node_choices(trace, pattern.nodes)
        before = (pattern.influence, *pattern.embedding_trail[:-1])
        for row, node, after in zip(
            rows[:-1], pattern.nodes[1:], pattern.embedding_trail, strict=False
        ):
            assert row[node] == pytest.approx(after, abs=1e-12)
        assert [sum(row) for row in rows[:-1]] == pytest.approx(before[:-1], abs=1e-10)
        assert rows[-1] == pytest.approx((pattern.embedding_influence,), abs=1e-12)
        if top_k == 1:
            sign = np.sign(pattern.influence)
            assert [int(np.argmax(sign * np.array(row))) for row in rows[:-1]] == list(
                pattern.nodes[1:-1]
            )


def test_small_pieces_give_the_same_choices(monkeypatch):
    whole = sampled(4)
    nodes = refine(whole, tuple("abcde"), 1)[0].nodes
    monkeypatch.setitem(memory.PIECE_BYTES, "cpu", 1)
    pieces = sampled(4)
    assert len(pieces.pieces) == 4
    for one, other in zip(node_choices(whole, nodes), node_choices(pieces, nodes), strict=True):
        assert one == pytest.approx(other, abs=1e-12)
    assert np.allclose(path_curve(whole).slopes, path_curve(pieces).slopes)

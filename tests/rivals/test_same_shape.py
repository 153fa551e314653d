"""Random paths of the same shape: counted, and drawn anew each time."""

import numpy as np
import pytest

from explainer.results.route import Route
from explainer.rivals import same_shape

THREE = (
    Route((0, 0, 2, 2, 2), ("skip", 1, "skip", 0)),
    Route((1, 2, 2, 2, 2), (0, 1, "skip", 0)),
    Route((3, 3, 3, 3, 2), ("skip", 1, 1, 0)),
)
"""Four blocks of two heads over six tokens; the first two run together from layer 2 on."""


def counts(routes):
    """Nodes by layer, and heads and skips at their nodes by block, each once."""
    nodes = [len({r.nodes[layer] for r in routes}) for layer in range(5)]
    edges = {(e.layer, e.target, e.component) for r in routes for e in r.edges("attention")}
    by_kind = [
        [
            len([e for e in edges if e[0] == block and (e[2] == "skip") == skips])
            for block in range(4)
        ]
        for skips in (True, False)
    ]
    return nodes, by_kind


def test_doubles_have_as_many_nodes_heads_and_skips_and_run_together_where_the_routes_do():
    rng = np.random.default_rng(0)
    assert counts(THREE) == ([3, 3, 2, 2, 1], [[2, 0, 1, 0], [1, 2, 1, 1]])
    seen = set()
    for _ in range(60):
        doubles = same_shape(rng, THREE, heads=2, n_tokens=6)
        assert counts(doubles) == counts(THREE)
        for double, route in zip(doubles, THREE, strict=True):
            assert (double.nodes[0], double.nodes[-1]) == (route.nodes[0], 2)
            kinds = [(c == "skip") for c in double.components]
            assert kinds == [(c == "skip") for c in route.components]
        first, second, third = doubles
        assert first.nodes[2:] == second.nodes[2:]
        assert first.components[1:] == second.components[1:] or first.nodes[1] != second.nodes[1]
        # Where a word stays by skip its double does: words are where they are.
        assert (first.nodes[1], third.nodes[1]) == (0, 3)
        seen.add(doubles)
    assert len(seen) > 40
    free = {doubles[0].nodes[2] for doubles in seen}
    assert free == {0, 1, 2, 3, 4, 5}


def test_where_nothing_can_move_the_nodes_stay():
    full = tuple(Route((word, word, 1), ("skip", 0)) for word in range(3))
    doubles = same_shape(np.random.default_rng(1), full, heads=2, n_tokens=3)
    assert [double.nodes for double in doubles] == [route.nodes for route in full]


def test_of_nothing_there_is_no_double():
    assert same_shape(np.random.default_rng(0), (), heads=2, n_tokens=3) == ()


@pytest.mark.parametrize("seed", range(3))
def test_the_same_draws_give_the_same_doubles(seed):
    one, other = (
        same_shape(np.random.default_rng(seed), THREE, heads=2, n_tokens=6) for _ in range(2)
    )
    assert one == other

"""Patterns of every architecture against autograd through the library's own network."""

import itertools

import pytest

from explainer.influence.search.refine import refine
from tests import gates
from tests import oracle as published
from tests.problems import TOKENS
from tests.tiny import SIZES, tiny_problem, traced


@pytest.mark.parametrize(
    ("architecture", "head"),
    [*((kind, {}) for kind in SIZES), *((kind, {"tags": 3}) for kind in SIZES)],
)
def test_patterns_and_their_parts_are_what_autograd_gives(architecture, head):
    problem = tiny_problem(architecture=architecture, layers=2, tokens=4, points=3, **head)
    trace = traced(problem)
    patterns = refine(trace, TOKENS[:4], top_k=1)
    assert len(patterns) == 4
    for pattern in patterns:
        sign = 1 if pattern.influence > 0 else -1
        by_nodes = {
            (pattern.source, middle, problem.position): gates.influence_of(
                problem, (pattern.source, middle, problem.position)
            )
            for middle in range(4)
        }
        assert sum(by_nodes.values()) == pytest.approx(pattern.influence, abs=1e-9)
        assert max(by_nodes, key=lambda nodes: sign * by_nodes[nodes]) == pattern.nodes
        assert pattern.embedding_influence == pytest.approx(by_nodes[pattern.nodes], abs=1e-9)
        components = tuple(-1 if c == "skip" else c for c in pattern.components)
        for layer, (found, parts) in enumerate(
            zip(pattern.attention_trail, pattern.attention_parts, strict=True)
        ):
            way = pattern.nodes, components[: layer + 1]
            assert found == pytest.approx(gates.influence_of(problem, *way), abs=1e-9)
            for name, carried in parts._asdict().items() if parts else ():
                exact = gates.influence_of(problem, *way, part=name)
                assert carried == pytest.approx(exact, abs=1e-9)


def test_gates_stop_what_the_published_procedure_stops():
    problem = tiny_problem(layers=2, tokens=4, points=3)
    for nodes, components in itertools.product(
        ((0, 0, 2), (1, 3, 2), (2, 2, 2)), ((0,), (-1, 2), (1, 1))
    ):
        theirs, ours = (way.influence_of(problem, nodes, components) for way in (published, gates))
        assert ours == pytest.approx(theirs, abs=1e-12)

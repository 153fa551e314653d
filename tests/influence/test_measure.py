"""The influence of any given pattern, against a masked run of the whole network."""

import itertools

import pytest

from explainer.base.errors import ExplainerError
from explainer.influence.measure import measure, measure_all
from explainer.influence.search.refine import refine
from explainer.results.route import Route
from tests import oracle as published
from tests.tiny import tiny_problem, traced


@pytest.fixture(scope="module")
def problem():
    return tiny_problem(layers=3, tokens=4)


def test_any_path_equals_a_masked_run(problem):
    trace = traced(problem)
    for nodes in itertools.product(range(4), repeat=3):
        path = (*nodes, problem.position)
        exact = published.influence_of(problem, path)
        assert measure(trace, Route(path, None)).influence == pytest.approx(exact, abs=1e-10)


@pytest.mark.parametrize("components", [(-1, 0, 1), (2, -1, -1), (0, 0, 0), (-1, -1, 2)])
def test_any_components_equal_a_masked_run(problem, components):
    trace = traced(problem)
    steps = [step for step, component in enumerate(components) if component < 0]
    for nodes in itertools.product(range(4), repeat=3):
        path = (*nodes, problem.position)
        if any(path[step] != path[step + 1] for step in steps):
            continue
        exact = published.influence_of(problem, path, components)
        named = tuple("skip" if component < 0 else component for component in components)
        assert measure(trace, Route(path, named)).influence == pytest.approx(exact, abs=1e-10)


def test_refined_patterns_measure_as_reported(problem):
    trace = traced(problem)
    for pattern in refine(trace, tuple("abcd"), top_k=2):
        assert measure(trace, Route(pattern.nodes, None)).trail == pytest.approx(
            pattern.embedding_trail
        )
        by_component = measure(trace, pattern)
        assert by_component.influence == pytest.approx(pattern.attention_influence)


def test_paths_in_batches_measure_as_together(problem):
    trace = traced(problem)
    ends = itertools.product(range(4), repeat=3)
    paths = [Route((*nodes, problem.position), None) for nodes in ends][::-1]
    together = measure_all(trace, paths)
    assert trace.plan.paths > len(paths)
    apart = measure_all(traced(problem, budget=20_000), paths)
    assert [m.influence for m in apart] == pytest.approx([m.influence for m in together])
    assert measure_all(trace, []) == []


@pytest.mark.parametrize(
    ("nodes", "components", "message"),
    [
        ((0, 2), None, "give 4 nodes"),
        ((0, 0, 0, 1), None, "to the target 2"),
        ((0, 4, 0, 2), None, "tokens 0 to 3"),
        ((0, 1, 2, 2), ("skip", 0, 0), "a skip connection cannot"),
        ((0, 1, 2, 2), (0, 3, 0), "heads 0 to 2"),
        ((0, 1, 2, 2), (0, 0), "give one node more than components"),
    ],
)
def test_impossible_paths_are_refused(problem, nodes, components, message):
    with pytest.raises(ExplainerError, match=message):
        measure(traced(problem), Route(nodes, components))

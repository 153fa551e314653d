"""The search of nodes and components together: against every way there is, and the engine's own."""

import itertools
import math
from collections import defaultdict

import pytest
import torch

from explainer.influence.edges.components import row_of
from explainer.influence.measure import measure, measure_all
from explainer.influence.search.joint import of_different_nodes, refine_edges
from explainer.influence.search.refine import refine
from explainer.results.route import Route
from tests import oracle as published
from tests.tiny import tiny_problem, traced

TOKENS = tuple("abcdefgh")
EVERY = 10**6
"""More than there are ways."""


def sign_of(trace, word):
    return 1 if trace.influence[word] > 0 else -1


def every_way(problem, word):
    """All ways from a word to the target, with components as rows −1 (skip) and heads."""
    for middle in itertools.product(range(len(problem.x)), repeat=problem.n_layers - 1):
        nodes = (word, *middle, problem.position)
        steps = [range(-1 if one == other else 0, 3) for one, other in itertools.pairwise(nodes)]
        yield from ((nodes, components) for components in itertools.product(*steps))


def test_a_beam_as_large_as_the_number_of_ways_finds_the_best_of_all():
    problem = tiny_problem(layers=2, tokens=4, points=3)
    trace = traced(problem)
    for word, g in enumerate(trace.influence):
        exact = {way: published.influence_of(problem, *way) for way in every_way(problem, word)}
        found = refine_edges(trace, [word], EVERY)
        assert len(found) == len(exact)
        for way in found:
            components = tuple(row_of(component) - 1 for component in way.components)
            assert way.trail[-1] == pytest.approx(exact[way.nodes, components], abs=1e-10)
        assert sum(way.trail[-1] for way in found) == pytest.approx(g, abs=1e-10)
        signed = [sign_of(trace, word) * way.trail[-1] for way in found]
        assert signed == sorted(signed, reverse=True)
        best = max(sign_of(trace, word) * value for value in exact.values())
        assert signed[0] == pytest.approx(best, abs=1e-10)


@pytest.mark.parametrize("architecture", ["bert", "roberta", "distilbert", "electra"])
@pytest.mark.parametrize("options", [{}, {"classes": 3, "layers": 4}])
def test_every_figure_of_a_pattern_is_that_of_its_route(architecture, options):
    trace = traced(tiny_problem(architecture=architecture, **options))
    for pattern in refine(trace, TOKENS, top_k=3, beam=4):
        assert pattern.embedding_trail == pytest.approx(
            measure(trace, Route(pattern.nodes, None)).trail, abs=1e-10
        )
        assert pattern.attention_influence == pytest.approx(
            measure(trace, pattern).influence, abs=1e-10
        )
        below = pattern.embedding_influence
        for after, candidates in zip(
            pattern.attention_trail, pattern.attention_candidates, strict=True
        ):
            # With the nodes fixed, all components of the step together lose nothing.
            assert sum(candidates) == pytest.approx(below, abs=1e-10)
            below = after


def test_the_trail_of_the_search_is_that_of_each_way_so_far():
    trace = traced(tiny_problem(layers=4))
    ways = refine_edges(trace, list(range(trace.n_tokens)), 3)
    routes = [Route(way.nodes, way.components) for way in ways]
    for way, measured in zip(ways, measure_all(trace, routes), strict=True):
        assert way.trail == pytest.approx(measured.trail, abs=1e-10)


def test_a_wider_beam_finds_more_and_the_widest_no_less_than_refinement_in_stages():
    problem = tiny_problem(layers=4, tokens=4, points=3, seed=5)
    trace = traced(problem)
    staged = {p.source: p for p in refine(trace, TOKENS[:4], 1)}
    widest = {p.source: p for p in refine(trace, TOKENS[:4], 1, beam=EVERY)}
    missed = 0
    for source, best in widest.items():
        sign = sign_of(trace, source)
        assert sign * best.attention_influence >= sign * staged[source].attention_influence - 1e-12
        missed += best.nodes != staged[source].nodes
    assert missed, "the example should have a word whose best way takes other nodes"


def test_patterns_of_a_word_have_different_nodes_and_the_strongest_is_first():
    trace = traced(tiny_problem(layers=3, tokens=4))
    for top_k, beam in ((1, 8), (4, 8), (20, 20)):
        by_word = defaultdict(list)
        for pattern in refine(trace, TOKENS[:4], top_k, beam=beam):
            by_word[pattern.source].append(pattern)
        for source, patterns in by_word.items():
            assert 1 <= len(patterns) <= top_k
            assert len({pattern.nodes for pattern in patterns}) == len(patterns)
            carried = [sign_of(trace, source) * p.attention_influence for p in patterns]
            assert carried == sorted(carried, reverse=True)
            ways = refine_edges(trace, [source], beam)
            assert patterns[0].components == ways[0].components
            assert len(of_different_nodes(ways, EVERY)) >= len(patterns)


def test_a_tie_goes_to_skip():
    problem = tiny_problem()
    for layer in problem.network.bert.encoder.layer:
        layer.attention.output.dense.weight.zero_()
    problem.network.bert.encoder.layer[-1].attention.output.dense.weight.normal_()
    for pattern in refine(traced(problem), TOKENS, top_k=1, beam=1):
        # No head moves anything below the last block, so staying is all there is.
        assert pattern.nodes[:-1] == (pattern.source,) * 3
        assert pattern.components[:-1] == ("skip", "skip")


@pytest.fixture(scope="module")
def without_budget():
    """A problem, and what is found in its trace as one piece."""
    problem = tiny_problem(points=6, layers=4)
    return problem, refine(traced(problem), TOKENS, 2, beam=5)


@pytest.mark.parametrize("budget", [200_000, 60_000, 17_000])
def test_every_budget_gives_the_same_result(budget, without_budget):
    problem, expected = without_budget
    cut = traced(problem, budget)
    assert len(cut.pieces) > 1
    for found, same in zip(refine(cut, TOKENS, 2, beam=5), expected, strict=True):
        assert (found.nodes, found.components) == (same.nodes, same.components)
        assert found.embedding_trail == pytest.approx(same.embedding_trail, abs=1e-9)
        assert found.attention_trail == pytest.approx(same.attention_trail, abs=1e-9)


def test_numbers_that_are_none_are_kept_for_who_checks_them():
    trace = traced(tiny_problem())
    trace.pieces[0].weights.fill_(torch.nan)
    ways = refine_edges(trace, [0, 1], 3)
    assert {way.nodes[0] for way in ways} == {0, 1}
    assert all(math.isnan(value) for way in ways for value in way.trail)

"""What a head carries, by value, key and query: in float64 on tiny random networks."""

import pytest
import torch

from explainer.influence.search.components import components_along
from explainer.influence.search.refine import refine
from tests import oracle as published
from tests.problems import PROBLEMS, TOKENS
from tests.tiny import tiny_problem, traced

BUDGETS = [None, 100_000, 40_000, 17_000]
CASES = [
    pytest.param(options, budget, id=f"{budget}-{name}")
    for name, options in PROBLEMS.items()
    # What is held does not depend on the architecture: for others all and next to nothing.
    for budget in (BUDGETS[:: len(BUDGETS) - 1] if "architecture" in options else BUDGETS)
]


def patterns_of(problem, budget=None):
    """Patterns of random networks, two for each word; some of their heads stay at their token."""
    return refine(traced(problem, budget), TOKENS, top_k=2)


@pytest.mark.parametrize(("options", "budget"), CASES)
def test_they_add_up_to_what_the_head_carries(options, budget):
    heads = 0
    for pattern in patterns_of(tiny_problem(**options), budget):
        steps = zip(pattern.edges("attention"), pattern.attention_parts, strict=True)
        for (layer, source, target, component), parts in steps:
            assert (parts is None) == (component == "skip")
            if parts is not None:
                assert sum(parts) == pytest.approx(pattern.attention_trail[layer], abs=1e-12)
                assert source == target or parts.query == 0
                heads += 1
    assert heads


@pytest.mark.parametrize("how", [{"top_k": 2}, {"top_k": 2, "beam": 4}])
@pytest.mark.parametrize("budget", BUDGETS)
def test_on_request_every_candidate_has_its_parts(budget, how):
    trace = traced(tiny_problem(), budget)
    for pattern in refine(trace, TOKENS, candidates=True, **how):
        for step, every in enumerate(pattern.candidate_parts):
            _, *heads = pattern.attention_candidates[step]
            assert [sum(parts) for parts in every] == pytest.approx(heads, abs=1e-12)
            chosen = pattern.components[step]
            assert pattern.attention_parts[step] == (None if chosen == "skip" else every[chosen])
        assert len(pattern.candidate_parts) == trace.n_layers
    assert {p.candidate_parts for p in refine(trace, TOKENS, **how)} == {()}


@pytest.mark.parametrize("options", [{}, {"classes": 3}, {"seed": 3, "tokens": 4, "layers": 4}])
def test_each_is_what_its_projection_alone_lets_through(options):
    problem = tiny_problem(**options)
    stay = 0
    for pattern in patterns_of(problem):
        components = tuple(-1 if c == "skip" else c for c in pattern.components)
        for layer, parts in enumerate(pattern.attention_parts):
            if parts is None:
                continue
            stay += pattern.nodes[layer] == pattern.nodes[layer + 1]
            for name, found in parts._asdict().items():
                exact = published.influence_of(
                    problem, pattern.nodes, components[: layer + 1], part=name
                )
                assert found == pytest.approx(exact, abs=1e-10)
    assert stay, "the example should have a head that stays, for only there a query counts"


@pytest.mark.parametrize(
    ("constant", "gone"),
    [
        ("query", {"query"}),
        # Attention to keys that are all alike is uniform, whatever is asked for.
        ("key", {"key", "query"}),
        # Of values that are all alike it does not matter which are attended to.
        ("value", {"value", "key", "query"}),
    ],
)
def test_what_is_the_same_for_every_token_carries_nothing(constant, gone):
    problem = tiny_problem()
    for layer in problem.network.bert.encoder.layer:
        getattr(layer.attention.self, constant).weight.zero_()
    # By head 1 all the way, where the target stays at its token.
    (found,) = components_along(
        traced(problem),
        [(problem.position,) * 4],
        lambda *given: torch.full(given[-1].shape[1:], 2),
    )
    first = found.parts[0]
    assert {name for name, value in first._asdict().items() if abs(value) < 1e-14} == gone

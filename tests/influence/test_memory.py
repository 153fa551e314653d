"""How memory is kept is nobody's business but the trace's and of what walks through it."""

import ast

import torch

from explainer.influence import memory
from explainer.influence.components import OPEN, SKIP_ROW, component_of, row_of
from explainer.influence.tangents import Tangents
from explainer.results.route import SKIP
from tests.tiny import tiny_problem, traced
from tests.wings import sources

ENGINE = ("api", "evaluation", "influence", "intervention", "rivals")


def test_only_what_walks_through_a_trace_handles_its_pieces():
    users = {
        module
        for module, tree in sources().items()
        if module.startswith(tuple(f"explainer.{wing}" for wing in ENGINE))
        and any(
            isinstance(node, ast.Attribute) and node.attr == "pieces" for node in ast.walk(tree)
        )
    }
    assert users == {f"explainer.influence.{name}" for name in ("trace", "tangents", "cotangents")}


def test_every_component_has_one_row_and_skip_the_first():
    for component in (SKIP, 0, 1, 11):
        assert component_of(row_of(component)) == component
    assert [row_of(c) for c in (SKIP, 0, 1)] == [SKIP_ROW, 1, 2] == [0, 1, 2]
    assert row_of(None) == OPEN < SKIP_ROW


def test_batches_shrink_with_the_beam_and_the_budget_but_never_to_nothing(monkeypatch):
    trace = traced(tiny_problem())
    assert trace.words_at_once(1) > trace.words_at_once(3) > 1
    several = trace.paths_at_once()
    monkeypatch.setattr(memory, "WORDS_BYTES", 1)
    monkeypatch.setattr(memory, "PATHS_BYTES", memory.PATHS_BYTES // 2)
    assert trace.words_at_once(1) == 1
    assert several // 2 - 1 <= trace.paths_at_once() <= several // 2 + 1


def test_a_tangent_at_the_last_hidden_state_has_nothing_left():
    trace = traced(tiny_problem(layers=1))
    top = Tangents.of_words(trace, [0]).to_nodes(torch.tensor([0]), torch.tensor([trace.target]))
    assert (top.layer, top.parts) == (1, ())

"""How memory is kept is nobody's business but the trace's and of what walks through it."""

import ast
import itertools

import pytest
import torch

from explainer.base.errors import ExplainerError
from explainer.influence import memory
from explainer.influence.cotangents import batches
from explainer.influence.edges import jacobian
from explainer.influence.edges.components import OPEN, SKIP_ROW, component_of, row_of
from explainer.influence.held import Keeps, bytes_of
from explainer.influence.layer import Layer
from explainer.influence.memory import Plan, evenly
from explainer.influence.search.nodes import refine_nodes
from explainer.influence.search.refine import refine
from explainer.influence.tangents import Tangents
from explainer.influence.trace import Trace
from explainer.models import block as blocks
from explainer.results.route import SKIP
from tests.tiny import adapted, tiny_problem, traced
from tests.wings import sources

ENGINE = ("api", "evaluation", "influence", "intervention", "rivals")


def test_only_a_trace_handles_its_pieces():
    users = {
        module
        for module, tree in sources().items()
        if module.startswith(tuple(f"explainer.{wing}" for wing in ENGINE))
        and any(
            isinstance(node, ast.Attribute) and node.attr == "pieces" for node in ast.walk(tree)
        )
    }
    assert users == {f"explainer.influence.{name}" for name in ("passes", "tangents", "trace")}


def test_every_component_has_one_row_and_skip_the_first():
    for component in (SKIP, 0, 1, 11):
        assert component_of(row_of(component)) == component
    assert [row_of(c) for c in (SKIP, 0, 1)] == [SKIP_ROW, 1, 2] == [0, 1, 2]
    assert row_of(None) == OPEN < SKIP_ROW


def test_a_smaller_budget_holds_less_and_follows_fewer_paths():
    adapter = adapted(tiny_problem())
    plans = [Plan.of(adapter, 5, 4, budget) for budget in (10_000_000, 100_000, 60_000, 17_000)]
    assert plans[0].all_held
    assert not plans[2].all_held
    for larger, smaller in itertools.pairwise(plans):
        assert (larger.points, larger.held, larger.paths) >= (
            smaller.points,
            smaller.held,
            smaller.paths,
        )
    assert plans[0].paths > plans[-1].paths >= 1


def test_a_budget_too_small_for_one_point_of_one_word_is_refused():
    with pytest.raises(ExplainerError, match=r"The memory budget is 1 KB, but 5 tokens need at le"):
        traced(tiny_problem(), budget=1000)


def test_pieces_are_about_as_large_as_each_other():
    """23 points and then 1 would leave products of few rows, which are slow."""
    assert [evenly(24, most) for most in (100, 24, 23, 11, 5, 1)] == [24, 24, 12, 8, 5, 1]
    sizes = [len(piece.first) for piece in traced(tiny_problem(points=6), 60_000).pieces]
    assert sum(sizes) == 6
    assert max(sizes) - min(sizes) <= 1 < len(sizes)


def test_a_store_holds_what_was_used_last_and_never_more_than_its_room():
    trace = traced(tiny_problem(layers=4))
    (piece,) = trace.pieces

    def made(store, number):
        layer = store.layer(trace.pieces, 0, number)
        assert layer.attended.q.shape[0] == len(piece.first)
        store.hold(0, layer)
        return layer

    one = made(memory.Store(0), 0).n_bytes
    store = memory.Store(2 * one)
    first, second = (made(store, number) for number in (0, 1))
    assert made(store, 0) is first
    made(store, 2)
    assert made(store, 0) is first
    assert made(store, 1) is not second
    nothing = memory.Store(one - 1)
    assert made(nothing, 0) is not made(nothing, 0)


def full():
    """Two layers, a store that has room for them as they are and holds them, and their piece."""
    pieces = traced(tiny_problem(layers=4)).pieces
    layers = [Layer.of(pieces[0], number) for number in range(2)]
    for layer in layers:
        assert layer.attended is not None
    store = memory.Store(sum(layer.n_bytes for layer in layers))
    for layer in layers:
        store.hold(0, layer)
    return layers, store, pieces


def test_a_layer_that_has_grown_since_it_was_held_pushes_out_others():
    layers, store, pieces = full()
    grown = store.layer(pieces, 0, 1)
    assert grown is layers[1]
    before = grown.n_bytes
    assert grown.norm_1 is not None
    assert grown.n_bytes == before + bytes_of(grown.norm_1)
    store.hold(0, grown)
    assert store.take(0, 0) is None
    assert store.take(0, 1) is grown


def test_a_layer_gives_up_what_only_nodes_are_scored_by_before_another_goes():
    layers, store, pieces = full()
    grown = store.layer(pieces, 0, 1)
    assert grown.R is not None
    store.hold(0, grown)
    assert "R" not in grown.__dict__
    assert [store.take(0, number) for number in range(2)] == layers


def test_what_still_waits_on_a_walk_is_not_pushed_out_by_what_has_been_used():
    pieces = traced(tiny_problem(points=6), 60_000).pieces
    layers = [Layer.of(piece, 0) for piece in pieces[:3]]
    for layer in layers:
        assert layer.slope is not None
    store = memory.Store(2 * layers[0].n_bytes)
    for index in (0, 1):
        store.hold(index, layers[index])
    store.hold(2, layers[2], waiting=[0, 1])
    assert [store.take(index, 0) for index in range(3)] == [*layers[:2], None]
    for index in (0, 1):
        store.hold(index, layers[index])
    store.hold(2, layers[2], waiting=[0])
    assert [store.take(index, 0) for index in range(3)] == [layers[0], None, layers[2]]


@pytest.mark.parametrize("budget", [10_000_000, 265_000])
def test_all_words_meet_a_layer_on_one_walk(monkeypatch, budget):
    """Of paths that end alike the cotangents are there once: more paths have room at once."""
    monkeypatch.setattr(memory, "FEW_PATHS", 1)
    met = []
    at_block = Trace.at_block
    monkeypatch.setattr(
        Trace, "at_block", lambda trace, *given: met.append(given[0]) or at_block(trace, *given)
    )
    trace = traced(tiny_problem(layers=5, tokens=14, points=6), budget)
    assert (len(refine(trace, ("a",) * 14, top_k=1)) > trace.plan.paths) == (budget == 265_000)
    nodes = [0, 0, 1, 1, 2, 2, 3]
    down, components = [4, 3, 2, 1, 0], [0, 0, 1, 1, 2, 2, 3, 3, 4]
    assert met == nodes + down + components


def test_paths_are_followed_in_as_few_batches_as_there_is_room_for():
    """Every path is in one of them, and those that end alike are together."""
    trace = traced(tiny_problem(layers=4), 60_000)
    vectors = trace.plan.vectors
    paths = [(j, j, i, i, 2) for i in range(5) for j in range(5)]
    found = batches(trace, paths)
    assert sorted(number for batch in found for number in batch.numbers) == list(range(25))
    for batch in found:
        ends = {paths[number][start:] for number in batch.numbers for start in (1, 2, 3)}
        assert batch.vectors == memory.VECTORS * len(batch.numbers) + len(ends)
        assert batch.vectors <= vectors or len(batch.numbers) == 1
    assert 1 < len(found) < 25
    assert batches(trace, []) == []


def test_a_store_makes_room_by_degrees():
    """At first A and o go, then what only nodes are scored by, then whole layers."""
    piece = traced(tiny_problem(layers=4)).pieces[0]
    piece.keeps = Keeps.PROJECTIONS
    layers = [Layer.of(piece, number) for number in range(2)]
    for layer in layers:
        assert layer.slope is not None
        assert layer.own_G is not None
    whole = layers[0].n_bytes
    store = memory.Store(2 * whole)
    for layer in layers:
        store.hold(0, layer)
    first, second = (layer.__dict__ for layer in layers)
    store.resize(2 * whole - 1)
    assert "attended" in second
    assert "attended" not in first
    kept = layers[0].n_bytes
    store.resize(2 * kept)
    assert "attended" not in second
    assert "R" in first
    store.resize(2 * kept - 1)
    assert "R" in second
    assert not {"R", "own_G"} & first.keys()
    least = layers[0].n_bytes
    store.resize(2 * least - 1)
    assert store.take(0, 0) is None
    assert store.take(0, 1) is layers[1]
    assert whole > kept > least == layers[1].n_bytes


def test_what_only_scores_nodes_goes_when_all_words_have_been_scored_and_room_is_scarce():
    problem = tiny_problem(layers=4)

    def held_after(budget):
        trace = traced(problem, budget)
        refine_nodes(trace, list(range(5)), 1)
        layers = [trace.store.take(0, number) for number in range(2)]
        return trace.plan, [layer.__dict__.keys() & {"R", "own_G"} for layer in layers]

    plan, kept = held_after(10_000_000)
    assert not plan.lets_scores_go
    assert kept == [{"R", "own_G"}] * 2
    plan, kept = held_after(300_000)
    assert plan.lets_scores_go
    assert kept == [set()] * 2


@pytest.mark.parametrize("keeps", Keeps)
def test_what_a_layer_has_let_go_is_made_again_the_same(keeps):
    piece = traced(tiny_problem(layers=2)).pieces[0]
    layer = Layer.of(piece, 0)
    before, D = layer.attended, layer.D.clone()
    whole = layer.n_bytes
    piece.keeps = keeps
    layer.let_go()
    sizes = {"A": before.attention, "o": before.output, "D": D}
    gone = {Keeps.EVERYTHING: "", Keeps.NO_D: "D", Keeps.PROJECTIONS: "AoD"}[keeps]
    assert whole - layer.n_bytes == sum(sizes[name].numel() * D.itemsize for name in gone)
    again = layer.attended
    assert torch.equal(again.attention, before.attention)
    assert torch.equal(again.output, before.output)
    assert torch.equal(layer.D, D)


def test_layers_keep_less_before_fewer_of_them_are_held():
    adapter = adapted(tiny_problem())
    plans = [Plan.of(adapter, 5, 4, budget) for budget in range(500_000, 100_000, -10_000)]
    kept = [plan.keeps for plan in plans]
    assert list(dict.fromkeys(kept)) == list(Keeps)
    assert all(plan.all_held for plan in plans if plan.keeps != Keeps.PROJECTIONS)


def test_a_tangent_at_the_last_hidden_state_has_nothing_left():
    trace = traced(tiny_problem(layers=1))
    top = Tangents.of_words(trace, [0]).to_nodes([0], torch.tensor([trace.target]))
    assert (top.layer, top.parts) == (1, ())


def test_no_tangent_is_moved_and_no_activation_called_more_than_is_needed(monkeypatch):
    problem = tiny_problem(layers=4)
    adapter = adapted(problem)
    moved, activated = [], []
    tangent, activation = jacobian.feed_forward_tangent, blocks._activated
    monkeypatch.setattr(
        jacobian, "feed_forward_tangent", lambda *given: moved.append(1) or tangent(*given)
    )
    monkeypatch.setattr(
        blocks, "_activated", lambda *given: activated.append(1) or activation(*given)
    )
    found = refine(traced(problem), ("a",) * 5, top_k=1)
    # To H[1] and H[2] for the choice of nodes, where influence at H[3] is known from its choice;
    # to H[1], H[2] and H[3] for the choice of components.
    assert len(moved) == 2 + 3
    assert len(activated) == len(adapter.blocks)
    assert all(p.embedding_trail[-1] == p.embedding_trail[-2] for p in found)

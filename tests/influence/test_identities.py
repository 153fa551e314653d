"""The identities that make the closed forms right, in float64 on tiny random networks."""

import itertools

import pytest
import torch

from explainer.influence.edges import jacobian, parts
from explainer.influence.edges.nodes import AtNodes
from explainer.influence.flow import total_flow
from explainer.influence.layer import Layer
from explainer.influence.search.components import refine_components
from explainer.influence.search.nodes import refine_nodes
from explainer.influence.search.refine import refine
from explainer.models import block
from tests import oracle as published
from tests.problems import PROBLEMS, TOKENS
from tests.tiny import adapted, as_encoder_ends, tiny_problem, traced

problems = pytest.mark.parametrize("options", PROBLEMS.values(), ids=PROBLEMS.keys())


def close(actual, expected, tolerance=1e-9):
    torch.testing.assert_close(
        torch.as_tensor(actual, dtype=torch.float64),
        torch.as_tensor(expected, dtype=torch.float64),
        rtol=tolerance,
        atol=tolerance,
    )


def gradients(trace, problem):
    """∂Q/∂H[l] at all points of a trace of one piece, for every l."""
    (piece,) = trace.pieces
    last = piece.hidden(trace.n_layers)[:, 0].requires_grad_()
    values = piece.adapter.logits(last, torch.tensor(problem.classes))
    (G,) = torch.autograd.grad((values @ values.new_tensor(problem.coefficients)).sum(), last)
    found = [G.unsqueeze(1)]
    for number in reversed(range(trace.n_layers)):
        found.append(Layer.of(piece, number).pull_back(found[-1]))
    return found[::-1]


@problems
def test_forward_equals_hugging_face(options):
    problem = tiny_problem(**options)
    H = problem.x.unsqueeze(0)
    expected = problem.network(inputs_embeds=H, output_hidden_states=True)
    adapter = adapted(problem)
    H, _ = block.embed(adapter.embedding, H)
    for weights, hidden in zip(adapter.blocks, expected.hidden_states, strict=False):
        close(H, hidden)
        H, _ = block.forward(weights, H, None)
    close(as_encoder_ends(problem, H), expected.hidden_states[-1])
    logits = adapter.logits(H[:, problem.position], None)
    close(logits[0], expected.logits[0] if options.get("classes") else expected.logits[0, 2])
    some = adapter.logits(H[:, problem.position], torch.tensor(problem.classes))
    close(some[0], logits[0, list(problem.classes)])
    value = float(some[0] @ torch.tensor(problem.coefficients, dtype=torch.float64))
    assert traced(problem).value == pytest.approx(value, abs=1e-10)


@problems
def test_influence_equals_integrated_gradients_by_autograd(options):
    problem = tiny_problem(**options)
    z = published.path_points(problem).requires_grad_()
    logits = problem.network(inputs_embeds=z).logits
    logits = logits if options.get("classes") else logits[:, problem.position]
    quantity = logits[:, list(problem.classes)] @ torch.tensor(
        problem.coefficients, dtype=torch.float64
    )
    (gradient,) = torch.autograd.grad(quantity.sum(), z)
    expected = torch.einsum("snd,nd,s->n", gradient, problem.x - problem.b, problem.weights)
    close(traced(problem).influence, expected)


@problems
def test_refinements_of_a_node_sum_to_it(options):
    problem = tiny_problem(**options)
    traces = traced(problem)
    (piece,) = traces.pieces
    G = gradients(traces, problem)
    T = torch.randn_like(piece.first)
    everywhere = torch.arange(traces.n_tokens)
    for number in range(traces.n_layers):
        layer = Layer.of(piece, number)
        tangents = jacobian.project(piece, number, T, everywhere)
        scores = jacobian.node_scores(layer, tangents, everywhere)
        expected = torch.einsum("snd,snd->n", T, G[number])
        close(scores.sum(1), expected)
        by_component = jacobian.component_scores(layer, tangents, everywhere)
        close(scores, jacobian.over_components(by_component))
        close(traces.mean_gradient[number], torch.einsum("snd,sn->nd", G[number], piece.weights))


@problems
def test_moved_tangents_and_pulled_cotangents_agree_with_the_scores(options):
    problem = tiny_problem(**options)
    traces = traced(problem)
    (piece,) = traces.pieces
    G = gradients(traces, problem)
    torch.manual_seed(1)
    for number in range(traces.n_layers):
        layer = Layer.of(piece, number)
        T = torch.randn_like(piece.first)
        targets = list(range(traces.n_tokens)) if layer.rows is None else [traces.target]
        source, target = (
            torch.tensor(side)
            for side in zip(*itertools.product(range(traces.n_tokens), targets), strict=True)
        )
        everywhere = torch.arange(traces.n_tokens)
        tangents = jacobian.project(piece, number, T, everywhere).select(source)
        scores = jacobian.component_scores(layer, tangents, source)
        rows = layer.row_of(target)
        edge = torch.arange(len(source))
        expected = scores[:, edge, rows]
        C = G[number + 1][:, rows]
        at_nodes = AtNodes.of(layer, C, target)
        close(at_nodes.P, layer.P[:, rows])
        close(at_nodes.R(layer), layer.R[:, :, rows])
        close(at_nodes.whole(layer).without_heads().R(layer), layer.R[:, :, rows])
        edges = jacobian.move(layer, tangents, source, target)
        found = parts.along_edges(layer, tangents, edges, at_nodes, edge)
        close(found.by_component(), expected)
        assert not found.query[:, source != target].any()
        pulled = at_nodes.pull_back(layer, edge, source)
        carried = torch.einsum("sbd,sbd->b", pulled, tangents.T)
        close(carried, expected.sum(0))
        moved = jacobian.move_to_node(layer, tangents, source, target)
        close(torch.einsum("sbd,sbd->b", moved, C), expected.sum(0))
        for component in range(1 + layer.block.n_heads):
            by_one = jacobian.move_by_component(
                layer, tangents.T, edges.total(), target, torch.full_like(source, component)
            )
            carried = torch.einsum("sbd,sbd->b", by_one, C)
            possible = (
                source == target if component == 0 else torch.full_like(source == target, True)
            )
            close(carried[possible], expected[component, possible])


@problems
def test_total_flow_is_conserved(options):
    traces = traced(tiny_problem(**options))
    flow = total_flow(traces)
    close(flow.layer_totals(), [sum(traces.influence)] * traces.n_layers)
    # Into each node flows what flows out of it, at every layer between.
    for number in range(traces.n_layers - 1):
        into = flow.skip[number] + flow.heads[number].sum(axis=(0, 2))
        out = flow.skip[number + 1] + flow.heads[number + 1].sum(axis=(0, 1))
        close(into, out)
    close(flow.skip[0] + flow.heads[0].sum(axis=(0, 1)), traces.influence)


def test_patterns_equal_brute_force():
    problem = tiny_problem(layers=2, tokens=4, points=3)
    traces = traced(problem)
    n, heads = 4, 3
    for word, g in enumerate(traces.influence):
        paths = [(word, middle, problem.position) for middle in range(n)]
        by_nodes = {path: published.influence_of(problem, path) for path in paths}
        assert sum(by_nodes.values()) == pytest.approx(g, abs=1e-10)
        best = max(paths, key=lambda path: by_nodes[path] * (1 if g > 0 else -1))
        (found,) = refine_nodes(traces, [word], top_k=1)
        assert found.nodes == best
        assert found.trail[-1] == pytest.approx(by_nodes[best], abs=1e-10)
        for path in paths:
            by_components = {
                choice: published.influence_of(problem, path, choice)
                for choice in itertools.product(range(-1, heads), repeat=2)
            }
            assert sum(by_components.values()) == pytest.approx(by_nodes[path], abs=1e-10)
            (carried,) = refine_components(traces, [path])
            choice = tuple(-1 if c == "skip" else c for c in carried.components)
            assert carried.trail[-1] == pytest.approx(by_components[choice], abs=1e-10)


# Forward-mode differentiation of GELU compiles a formula by torch's own, deprecated, script.
@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
@pytest.mark.parametrize("options", [{}, {"classes": 3}, {"seed": 3, "tokens": 4, "layers": 4}])
def test_greedy_choices_equal_the_published_procedure(options):
    problem = tiny_problem(**options)
    traces = traced(problem)
    for pattern in refine(traces, TOKENS, top_k=1):
        found = published.find_pattern(problem, pattern.source, 1 if pattern.influence > 0 else -1)
        assert pattern.nodes == found.nodes
        assert tuple(-1 if c == "skip" else c for c in pattern.components) == found.components
        close(pattern.embedding_trail, found.node_trail)
        close(pattern.attention_trail, found.component_trail)


def test_a_beam_as_wide_as_the_graph_finds_the_strongest_pattern():
    problem = tiny_problem(layers=4, tokens=4, points=3, seed=5)
    traces = traced(problem)
    greedy_missed = 0
    for word, g in enumerate(traces.influence):
        sign = 1 if g > 0 else -1
        influences = {
            (word, *middle, problem.position): 0.0
            for middle in itertools.product(range(4), repeat=3)
        }
        wide = refine_nodes(traces, [word], top_k=len(influences))
        assert {path.nodes for path in wide} == set(influences)
        assert sum(path.trail[-1] for path in wide) == pytest.approx(g, abs=1e-10)
        signed = [sign * path.trail[-1] for path in wide]
        assert signed == sorted(signed, reverse=True)
        best = wide[0]
        exact = published.influence_of(problem, best.nodes)
        assert best.trail[-1] == pytest.approx(exact, abs=1e-10)
        (greedy,) = refine_nodes(traces, [word], top_k=1)
        assert sign * greedy.trail[-1] <= signed[0] + 1e-12
        greedy_missed += greedy.nodes != best.nodes
    assert greedy_missed, "the example should have a word that greedy search gets wrong"


def test_the_gap_shrinks_as_points_are_added():
    for rule in ("riemann", "trapezoid", "midpoint"):
        gaps = [
            abs(traced(tiny_problem(points=points, rule=rule)).completeness_gap)
            for points in (4, 32, 256)
        ]
        assert gaps[0] > 3 * gaps[1] > 9 * gaps[2], (rule, gaps)


def test_words_without_influence_have_no_pattern():
    problem = tiny_problem()
    x = problem.x.clone()
    x[problem.position] = problem.b[problem.position]
    problem = published.Problem(**{**problem.__dict__, "x": x})
    traces = traced(problem)
    assert traces.influence[problem.position] == 0
    sources = {pattern.source for pattern in refine(traces, TOKENS, top_k=1)}
    assert sources == set(range(5)) - {problem.position}


def test_candidates_of_a_step_sum_to_what_all_components_carry():
    problem = tiny_problem()
    for pattern in refine(traced(problem), TOKENS, top_k=1):
        for step, candidates in enumerate(pattern.attention_candidates):
            chosen = pattern.components[step]
            place = 0 if chosen == "skip" else 1 + chosen
            assert candidates[place] == pattern.attention_trail[step]
            below = pattern.attention_trail[step - 1] if step else pattern.embedding_influence
            # With the nodes fixed, all components of the step together lose nothing.
            assert sum(candidates) == pytest.approx(below, abs=1e-10)


@pytest.fixture(scope="module")
def without_budget():
    """A problem, its trace as one piece, and what is found there for one and three patterns."""
    problem = tiny_problem(points=6, layers=4)
    whole = traced(problem)
    return problem, whole, {top_k: refine(whole, TOKENS, top_k) for top_k in (1, 3)}


@pytest.mark.parametrize("budget", [200_000, 100_000, 60_000, 40_000, 17_000])
def test_every_budget_gives_the_same_result(budget, without_budget):
    problem, whole, patterns = without_budget
    assert len(whole.pieces) == 1
    assert whole.plan.all_held
    cut = traced(problem, budget)
    assert len(cut.pieces) > 1
    close(cut.influence, whole.influence)
    close(total_flow(cut).heads, total_flow(whole).heads)
    for top_k, expected in patterns.items():
        for found, same in zip(refine(cut, TOKENS, top_k), expected, strict=True):
            assert (found.nodes, found.components) == (same.nodes, same.components)
            close(found.embedding_trail, same.embedding_trail)
            close(found.attention_trail, same.attention_trail)
            for one, other in zip(found.attention_parts, same.attention_parts, strict=True):
                assert one == pytest.approx(other, abs=1e-9)


def test_float32_conserves_flow_to_a_hundred_thousandth():
    traces = traced(tiny_problem(dtype=torch.float32, points=50))
    total = sum(traces.influence)
    close(total_flow(traces).layer_totals(), [total] * traces.n_layers, tolerance=1e-5)


def test_a_tie_goes_to_skip():
    problem = tiny_problem()
    for layer in problem.network.bert.encoder.layer:
        layer.attention.output.dense.weight.zero_()
    problem.network.bert.encoder.layer[-1].attention.output.dense.weight.normal_()
    for pattern in refine(traced(problem), TOKENS, top_k=1):
        # No head moves anything below the last block, so staying is all there is.
        assert pattern.nodes[:-1] == (pattern.source,) * 3
        assert pattern.components[:-1] == ("skip", "skip")

"""The rival methods, by identities and by hand-worked numbers."""

import itertools

import networkx as nx
import numpy as np
import pytest

from explainer import explain
from explainer.influence.flow import total_flow
from explainer.intervention.attention import attention as attention_of
from explainer.question.sentence import read_sentence
from explainer.rivals import (
    FlowNetwork,
    attention_path,
    heads_for_skip,
    internal_influence,
    layer_conductance,
    random_path,
    rollout,
    rollout_path,
    skip_for_heads,
    strongest_nodes,
)
from explainer.rivals.scored import edge_weights
from tests.tiny import tiny_problem, traced

TEXT = "the farmers that the assistant loves [MASK] old ."
# Two layers, one head, three tokens; row to, column from.
BY_HAND = np.array(
    [
        [[[0.6, 0.3, 0.1], [0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]],
        [[[1.0, 0.0, 0.0], [0.2, 0.4, 0.4], [0.25, 0.5, 0.25]]],
    ]
)


@pytest.fixture(scope="module")
def attention(tiny_masked_lm):
    return attention_of(tiny_masked_lm, read_sentence(tiny_masked_lm, TEXT))


def test_the_best_path_by_hand():
    # 0 → 1 → 2 carries 0.5 · 0.5, more than 0 → 0 → 2 (0.6 · 0.25) and 0 → 2 → 2 (0.1 · 0.25).
    path = attention_path(BY_HAND, 0, 2, residual=False)
    assert path.nodes == (0, 1, 2)
    assert path.components == (0, 0)
    assert path.score == pytest.approx(0.25)
    # Greedy goes to 0 first, where most attention is.
    greedy = attention_path(BY_HAND, 0, 2, beam=1, residual=False)
    assert greedy.nodes == (0, 0, 2)
    assert greedy.score == pytest.approx(0.15)
    # With the residual, staying at 0 first (0.8) and then going (0.125) is 0.1; 0 → 1 → 2 is
    # 0.25 · 0.25 and 0 → 2 → 2 is 0.05 · 0.625.
    stays = attention_path(BY_HAND, 0, 2)
    assert stays.nodes == (0, 0, 2)
    assert stays.components == ("skip", 0)
    assert stays.score == pytest.approx(0.1)


@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize("reduce", ["max", "mean"])
def test_the_best_path_is_the_best_of_all_and_a_wide_beam_finds_it(attention, residual, reduce):
    weights = edge_weights(attention, residual=residual, reduce=reduce)
    for word in (0, 2, 10):
        found = attention_path(attention, word, 7, residual=residual, reduce=reduce)
        products = {
            (word, a, b, 7): weights[0, a, word] * weights[1, b, a] * weights[2, 7, b]
            for a, b in itertools.product(range(11), repeat=2)
        }
        best = max(products, key=products.__getitem__)
        assert found.nodes == best
        assert found.score == pytest.approx(products[best])
        wide = attention_path(attention, word, 7, beam=121, residual=residual, reduce=reduce)
        assert wide.nodes == best
        greedy = attention_path(attention, word, 7, beam=1, residual=residual, reduce=reduce)
        assert greedy.score <= found.score + 1e-12


def test_rollout_by_hand_and_rows_that_sum_to_one(attention):
    found = rollout(BY_HAND)
    first = 0.5 * BY_HAND[0, 0] + 0.5 * np.eye(3)
    np.testing.assert_allclose(found[1], first)
    np.testing.assert_allclose(found[2], (0.5 * BY_HAND[1, 0] + 0.5 * np.eye(3)) @ first)
    np.testing.assert_allclose(rollout(attention).sum(-1), 1)


def test_the_rollout_path_takes_the_node_that_most_passes(attention):
    weights = edge_weights(attention, residual=True, reduce="mean")
    path = rollout_path(attention, 2, 7)
    assert (path.nodes[0], path.nodes[-1]) == (2, 7)
    assert path.score == pytest.approx(rollout(attention)[-1, 7, 2])
    passing = weights[0][:, 2] * (weights[2][7] @ weights[1])
    assert path.nodes[1] == passing.argmax()
    assert passing.sum() == pytest.approx(path.score)


def test_flow_equals_the_minimum_cut_by_hand():
    # Into token 2 of the last layer fit 0.125, 0.25 and 0.625; out of token 0 come 0.8, 0.25, 0.05.
    path = FlowNetwork(BY_HAND).path(0, 2)
    assert path.score == pytest.approx(0.125 + 0.25 + 0.05)
    assert (path.nodes[0], path.nodes[-1]) == (0, 2)


def test_flow_equals_the_minimum_cut(attention):
    weights = edge_weights(attention, residual=True, reduce="mean")
    graph = nx.DiGraph()
    for layer, end, start in np.ndindex(weights.shape):
        graph.add_edge((layer, start), (layer + 1, end), capacity=weights[layer, end, start])
    for word in (0, 5):
        cut, _ = nx.minimum_cut(graph, (0, word), (3, 7))
        path = FlowNetwork(attention).path(word, 7)
        assert path.score == pytest.approx(cut)
        assert (path.nodes[0], path.nodes[-1], len(path.nodes)) == (word, 7, 4)


def test_words_that_are_asked_one_after_the_other_find_what_each_does_alone(attention):
    attention = np.where(attention < 0.05, 0, attention)  # where nothing fits through, too
    network = FlowNetwork(attention)
    for word in (0, 5, 7, 0):
        assert network.path(word, 7) == FlowNetwork(attention).path(word, 7)


def test_conductance_sums_to_the_influence_of_all_words_at_every_layer():
    trace = traced(tiny_problem(points=200))
    found = layer_conductance(total_flow(trace))
    np.testing.assert_allclose(found.sum(axis=1), sum(trace.influence))
    np.testing.assert_allclose(found[0], trace.influence)
    difference = trace.value - trace.baseline_value
    np.testing.assert_allclose(found.sum(axis=1), difference, atol=1e-3 * abs(difference) + 1e-3)


def test_internal_influence_is_mean_gradient_times_value():
    trace = traced(tiny_problem())
    (piece,) = trace.pieces
    found = internal_influence(trace)
    assert found.shape == (4, 5)
    for layer, position in ((0, 1), (2, 4)):
        mean = trace.mean_gradient[layer][position]
        assert found[layer, position] == pytest.approx(
            float(mean @ piece.hidden(layer)[-1, position])
        )
    assert np.count_nonzero(found[-1]) == 1


def test_the_strongest_nodes_of_each_layer():
    scores = np.array([[0.1, 0.5, -2.0], [3.0, 3.0, 4.0]])
    assert strongest_nodes(scores, [1, 3]) == ((1,), (2, 0, 1))


def test_random_paths_are_possible_and_use_everything():
    rng = np.random.default_rng(0)
    paths = [random_path(rng, 1, 2, layers=3, heads=2, n_tokens=4) for _ in range(400)]
    for path in paths:
        assert (path.nodes[0], path.nodes[-1]) == (1, 2)
        for step, component in enumerate(path.components):
            assert component != "skip" or path.nodes[step] == path.nodes[step + 1]
    assert {path.nodes[1] for path in paths} == {0, 1, 2, 3}
    assert {c for path in paths for c in path.components} == {0, 1, "skip"}


def test_variants_replace_what_they_say_and_nothing_else(tiny_masked_lm):
    patterns = explain(tiny_masked_lm, TEXT, correct="are", wrong="is").patterns
    skips = heads = 0
    for pattern in patterns:
        sign = 1 if pattern.influence > 0 else -1
        more, less = skip_for_heads(pattern), heads_for_skip(pattern)
        assert more.nodes == less.nodes == pattern.nodes
        for step, chosen in enumerate(pattern.components):
            stays = pattern.nodes[step] == pattern.nodes[step + 1]
            assert more.components[step] == ("skip" if stays else chosen)
            replaced = less.components[step]
            if chosen == "skip":
                skips += 1
                _, *by_head = (sign * c for c in pattern.attention_candidates[step])
                assert by_head[replaced] == max(by_head)
            else:
                heads += stays
                assert replaced == chosen
    assert skips
    assert heads

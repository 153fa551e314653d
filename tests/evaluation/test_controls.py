"""What patterns are measured against: cells worked by hand, and equal numbers everywhere."""

import itertools

import numpy as np
import pytest

from explainer import explain
from explainer.evaluation.controls import (
    Cells,
    cells_of,
    first_skips,
    heads_at_same_nodes,
    only_heads,
    random_cells,
    random_heads,
    strongest_heads,
)
from explainer.evaluation.kept import kept_by_cells, kept_by_nodes, routes, selected
from explainer.evaluation.methods import (
    METHODS,
    SELECTIONS,
    CellMethod,
    Signals,
)
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.sentence import evaluate_sentence
from explainer.intervention.attention import attention
from explainer.models.encode import word_embeddings
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.pattern import Pattern
from explainer.results.route import Component
from explainer.results.settings import Settings
from explainer.rivals import rollout, rollout_path, rollout_to
from explainer.rivals.words import Matrices, Observed, alti, rolled_out
from explainer.tasks import Case

TEXT = "the farmers that the assistant loves [MASK] old ."
SETTINGS = Settings(points=3)
CONTROLS = [method for method in METHODS.values() if isinstance(method, CellMethod)]


def pattern(nodes: tuple[int, ...], components: tuple[Component, ...]) -> Pattern:
    return Pattern(
        token="word",
        influence=1.0,
        nodes=nodes,
        embedding_influence=0.5,
        embedding_trail=(0.5,) * len(components),
        components=components,
        attention_influence=0.5,
        attention_trail=(0.5,) * len(components),
        attention_candidates=(),
    )


TWO = (pattern((0, 0, 2, 2), ("skip", 1, "skip")), pattern((1, 2, 2, 2), (0, 1, "skip")))
"""In three blocks of two heads over three tokens: by hand, three heads' places and two skips."""


@pytest.fixture
def own() -> Cells:
    return cells_of(TWO, layers=3, heads=2, n_tokens=3)


def taken(cells: Cells) -> tuple[list, list]:
    return (
        [tuple(map(int, place)) for place in np.argwhere(cells.heads)],
        [tuple(map(int, place)) for place in np.argwhere(cells.skip)],
    )


def test_the_cells_of_patterns_by_hand(own):
    # Both patterns take head 1 into token 2 in block 1, and skip at token 2 in block 2.
    assert taken(own) == ([(0, 0, 2), (1, 1, 2)], [(0, 0), (2, 2)])
    assert taken(only_heads(own)) == ([(0, 0, 2), (1, 1, 2)], [])
    assert taken(first_skips(own)) == ([], [(0, 0)])


def test_controls_are_as_many_in_every_block(own):
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(200):
        drawn = random_cells(own, rng)
        assert drawn.heads.sum(axis=(1, 2)).tolist() == [1, 1, 0]
        assert drawn.skip.sum(axis=1).tolist() == [1, 0, 1]
        alone = random_heads(own, rng)
        assert alone.heads.sum(axis=(1, 2)).tolist() == [1, 1, 0]
        assert not alone.skip.any()
        seen.update(taken(alone)[0])
    # Every head at every node of the blocks that have one is drawn at some time.
    assert seen == {(block, head, node) for block in (0, 1) for head in (0, 1) for node in range(3)}


def test_heads_at_the_same_nodes_are_as_many_at_every_node(own):
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(50):
        drawn = heads_at_same_nodes(own, rng)
        assert (drawn.heads.sum(axis=1) == own.heads.sum(axis=1)).all()
        assert not drawn.skip.any()
        seen.update(taken(drawn)[0])
    assert seen == {(0, 0, 2), (0, 1, 2), (1, 0, 2), (1, 1, 2)}


def test_the_strongest_heads_by_hand(own):
    scores = np.zeros((3, 2, 3))
    scores[0, 1, 0], scores[1, 0, 1], scores[2, 0, 0] = 3.0, 2.0, 9.0
    assert taken(strongest_heads(own, scores)) == ([(0, 1, 0), (1, 0, 1)], [])


@pytest.fixture(scope="module")
def signals(tiny_masked_lm):
    explanation = explain(
        tiny_masked_lm, TEXT, correct="are", wrong="is", settings=SETTINGS, flow=True
    )
    shape = (4, len(explanation.tokens))
    sentence = read_sentence(tiny_masked_lm, TEXT)
    quantity = choose_quantity(tiny_masked_lm, sentence, Contrast("are", "is"))
    z = word_embeddings(tiny_masked_lm.adapter, sentence.token_ids)
    return Signals(
        explanation,
        attention(tiny_masked_lm, sentence),
        np.zeros(shape),
        np.zeros(shape),
        np.random.default_rng(0),
        lambda: Observed.of(tiny_masked_lm.adapter, z, quantity),
    )


@pytest.mark.parametrize("words", SELECTIONS)
@pytest.mark.parametrize("method", CONTROLS, ids=lambda method: method.name)
def test_a_control_cuts_no_more_of_a_block_than_the_patterns(
    tiny_masked_lm, signals, method, words
):
    kept = kept_by_cells(tiny_masked_lm, signals, method, words)
    chosen = selected(signals.explanation.patterns, words)
    layers, heads, n_tokens = kept.heads.shape
    own = cells_of(chosen, layers=layers, heads=heads, n_tokens=n_tokens)
    assert own.heads.any()
    assert own.skip.any()
    assert kept.nodes.all()
    by_block = (~kept.heads).sum(axis=(1, 2)).tolist(), (~kept.skip).sum(axis=1).tolist()
    none = [0] * layers
    whole = own.heads.sum(axis=(1, 2)).tolist(), own.skip.sum(axis=1).tolist()
    expected = {
        "pattern-first-skips": (none, [whole[1][0], *none[1:]]),
        "random-cells": whole,
    }.get(method.name, (whole[0], none))
    assert by_block == expected


def test_the_heads_of_largest_flow_have_more_than_all_others(tiny_masked_lm, signals):
    kept = kept_by_cells(tiny_masked_lm, signals, METHODS["flow-heads"], "all")
    size = np.abs(signals.explanation.flow.heads.sum(axis=3))
    for cut, flow in zip(~kept.heads, size, strict=True):
        assert flow[cut].min() >= flow[~cut].max()


def test_controls_only_cut_and_are_tried_by_default():
    names = {method.name for method in CONTROLS}
    assert names <= set(EvaluationOptions().methods)
    assert {method.modes for method in CONTROLS} == {("remove",)}


def test_a_records_controls_are_runs_of_the_model(tiny_masked_lm):
    case = Case(TEXT, "are", "is", "own", "all", "")
    names = ("pattern", "pattern-heads", "pattern-first-skips", "random-cells")
    record = evaluate_sentence(
        tiny_masked_lm, case, 0, EvaluationOptions(settings=SETTINGS, methods=names)
    )
    of = {
        (o.method, o.words, o.replacement): o
        for o in record.outcomes
        if (o.level, o.mode) == ("attention", "remove")
    }
    assert {method for method, *_ in of} == set(names)
    whole, heads = of["pattern", "all", "zero"], of["pattern-heads", "all", "zero"]
    assert of["random-cells", "all", "zero"].size == whole.size > heads.size
    assert heads.value != whole.value != record.value


def test_equal_nodes_of_rollout_lead_to_the_target(tiny_masked_lm, signals):
    weights, target = signals.attention, signals.explanation.target.position
    to = rollout_to(weights, [target])
    assert to[-1].tolist() == [float(i == target) for i in range(to.shape[1])]
    assert np.allclose(to.sum(axis=1), 1)
    # What the target takes from the words is rollout's own last row.
    assert np.allclose(to[0], rollout(weights)[-1, target])
    assert rollout_path(weights, 2, target).score == pytest.approx(to[0, 2])
    kept = kept_by_nodes(tiny_masked_lm, signals, METHODS["rollout-nodes"], "all", "keep")
    for layer, nodes in enumerate(kept.nodes[:-1]):
        own = {p.nodes[layer] for p in signals.explanation.patterns}
        assert nodes.sum() == len(own)
        assert to[layer][nodes].min() >= to[layer][~nodes].max(initial=0)


@pytest.mark.parametrize("name", ["alti", "globenc", "value-zeroing"])
def test_a_method_with_a_matrix_for_every_block_names_paths_and_as_many_nodes(
    tiny_masked_lm, signals, name
):
    layers = signals.matrices[name]
    target = signals.explanation.target.position
    for source, way in routes(METHODS[name], signals).items():
        steps = [layers[b, to, by] for b, (by, to) in enumerate(itertools.pairwise(way.nodes))]
        assert way.score == pytest.approx(np.prod(steps))
        best = np.eye(11)[source]
        for block in layers:  # the largest product of all ways, by hand
            best = (block * best).max(axis=1)
        assert way.score == pytest.approx(best[target])
    method = METHODS[f"{name}-nodes"]
    assert method.scores(signals)[0] == pytest.approx(rolled_out(layers, [target]))
    kept = kept_by_nodes(tiny_masked_lm, signals, method, "all", "keep")
    for layer, nodes in enumerate(kept.nodes[:-1]):
        assert nodes.sum() == len({p.nodes[layer] for p in signals.explanation.patterns})


def test_alti_is_computed_once_and_only_when_it_is_asked_for(signals):
    found = Matrices(signals.observed())
    assert not found
    assert found["alti"] is found["alti"]
    assert found["alti"] == pytest.approx(alti(signals.observed()))


def test_random_doubles_are_paths_of_the_patterns_shape(signals):
    doubles = routes(METHODS["random-shape"], signals)
    assert doubles == routes(METHODS["random-shape"], signals)
    for pattern in signals.explanation.patterns:
        double = doubles[pattern.source]
        assert (double.nodes[0], double.nodes[-1]) == (pattern.nodes[0], pattern.nodes[-1])
        assert [c == "skip" for c in double.components] == [c == "skip" for c in pattern.components]
    for layer in range(4):
        own = {p.nodes[layer] for p in signals.explanation.patterns}
        assert len({way.nodes[layer] for way in doubles.values()}) == len(own)

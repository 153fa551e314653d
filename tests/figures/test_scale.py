"""The scale, the room that a figure takes, and what it says of both."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from explainer.figures import View
from explainer.figures.canvas.frame import fitting_row_height
from explainer.figures.canvas.scene import Area, Label
from explainer.figures.canvas.text import width as text_width
from explainer.figures.patterns.drawn import FEW, Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.scale import key, ladder
from explainer.figures.patterns.ways.lanes import stack
from explainer.results.model_info import ModelInfo
from explainer.results.route import SKIP, Component
from tests.figures.made import large_explanation, small_explanation
from tests.figures.test_figures import scaled


def labels(scene) -> list[Label]:
    return [item for stage in scene.stages for item in stage if isinstance(item, Label)]


@pytest.mark.parametrize("factor", [1e-4, 0.3, 1, 1.7, 40, 1e3])
def test_the_scale_is_a_step_of_a_ladder_and_the_legend_says_it(small, factor):
    scene = lay_out(Drawn.of(scaled(small, factor), View()))
    digit = scene.scale / 10 ** math.floor(math.log10(scene.scale) + 1e-9)
    assert round(digit, 9) in (1, 2, 5)
    (said,) = [one.text for one in labels(scene) if one.text.startswith("width: ")]
    assert said == f"width: {key(scene.scale)[2]}"
    assert "px per logit" in said


def test_like_sentences_have_the_same_scale(small):
    scales = {lay_out(Drawn.of(scaled(small, f), View())).scale for f in (0.9, 0.95, 1)}
    assert len(scales) == 1
    assert ladder([33.0, 61.0]) == 20
    assert key(10)[2] == "1 logit (10 px per logit)"
    assert key(5)[2] == "2 logits (5 px per logit)"


@pytest.mark.parametrize("factor", [0.3, 1, 7])
def test_stacks_in_two_rows_do_not_meet(factor):
    explanation = scaled(sentence(14, 6), factor)
    drawn = Drawn.of(explanation, View(width=800, minimum_share=0))
    scale = lay_out(drawn).scale
    height = fitting_row_height(14, 800)
    lanes = stack(drawn.patterns, "attention", scale, 40)
    for layer in range(6):
        for one, other in combinations(lanes, 2):
            if abs(one.pattern.nodes[layer] - other.pattern.nodes[layer]) == 1:
                assert (one.widths[layer] + other.widths[layer]) / 2 <= height


def test_figures_with_one_scale_can_be_compared(small):
    other = scaled(small, 0.1)
    one, two = (lay_out(Drawn.of(e, View(scale=20))) for e in (small, other))
    assert one.scale == two.scale == 20
    assert lay_out(Drawn.of(other, View())).scale > lay_out(Drawn.of(small, View())).scale


def test_the_legend_shows_a_true_width(small):
    scene = lay_out(Drawn.of(small, View()))
    (label,) = [one for one in labels(scene) if one.text.startswith("width: ")]
    value = float(label.text.split()[1])
    areas = [i for stage in scene.stages for i in stage if isinstance(i, Area)]
    (bar,) = [
        area
        for area in areas
        if abs(area.points[:, 1].mean() - label.y) < 0.1
        and 0 < label.x - area.points[:, 0].max() < 9
    ]
    assert np.ptp(bar.points[:, 1]) == pytest.approx(value * scene.scale)


def sentence(words: int, layers: int):
    """An explanation of so many words through so many blocks, of patterns that stay and then go."""
    made = large_explanation() if layers == 12 else small_explanation()
    patterns = []
    for source in range(words - 1):
        p = made.patterns[source % len(made.patterns)]
        components: tuple[Component, ...] = (*[SKIP] * (layers - 1), 1)
        nodes = (source,) * layers + (words - 1,)
        patterns.append(
            replace(
                p,
                nodes=nodes,
                components=components,
                embedding_trail=(p.embedding_influence,) * layers,
                attention_trail=(p.attention_influence,) * layers,
            )
        )
    return replace(
        made,
        model=ModelInfo("toy", "masked-lm", layers, 12, 8),
        tokens=(*(f"word{i}" for i in range(words - 1)), "[MASK]"),
        target=replace(made.target, positions=(words - 1,)),
        influence=(*(p.influence for p in patterns), 0.0),
        patterns=tuple(patterns),
        flow=None,
    )


@pytest.mark.parametrize(("words", "layers", "most"), [(12, 6, 430), (14, 6, 430), (40, 12, 920)])
def test_a_sentence_fits_its_screen(words, layers, most):
    scene = lay_out(Drawn.of(sentence(words, layers), View(width=800, minimum_share=0)))
    assert scene.height <= most
    nodes = sorted({spot.x for spot in scene.spots if spot.kind == "node"})
    assert (nodes[1] - nodes[0]) >= (60 if layers == 6 else 30)


def test_where_no_word_has_the_share_the_strongest_are_drawn_and_it_says_so():
    explanation = sentence(40, 12)
    for share in (0.3, 1.0):
        drawn = Drawn.of(explanation, View(minimum_share=share))
        strongest = sorted(
            explanation.patterns, key=lambda p: -abs(explanation.influence[p.source])
        )
        assert {p.source for p in drawn.patterns} == {p.source for p in strongest[:FEW]}
        said = [one.text for one in labels(lay_out(drawn))]
        assert (
            f"No word has {share:.0%}".replace("%", " %")
            + (f" of all influence: the strongest {FEW} are drawn")
            in said
        )
    usual = Drawn.of(explanation, View(minimum_share=0))
    assert usual.too_weak == 0
    assert not any("strongest" in one.text for one in labels(lay_out(usual)))


def test_the_selected_word_is_drawn_with_the_strongest():
    explanation = sentence(40, 12)
    weakest = min(explanation.patterns, key=lambda p: abs(p.influence)).source
    drawn = Drawn.of(explanation, View(minimum_share=1, selected=weakest))
    assert weakest in {p.source for p in drawn.patterns}
    assert len(drawn.patterns) == FEW + 1


def test_numbers_and_shares_stand_beside_words_and_ribbons(small):
    tiny = replace(small, influence=(0.004, 2.0, 1.2, 0.0, -0.8))
    scene = lay_out(Drawn.of(tiny, View(width=800, minimum_share=0.1)))
    rows = {spot.source: spot.y for spot in scene.spots if spot.kind == "token"}
    beside = {
        position: {one.text for one in labels(scene) if one.y == y} for position, y in rows.items()
    }
    assert {"+2.00", "farmers", "25 %"} <= beside[1]
    assert {"−0.80", "old", "25 %"} <= beside[4]
    assert "<0.01" in beside[0]
    assert not any("%" in text for text in beside[0])  # no ribbon, so no share of one
    assert "are" in beside[3]


@pytest.mark.parametrize("width", [320, 360, 490])
def test_a_narrow_figure_says_the_numbers_below_the_words_and_the_shares(small, width):
    scene = lay_out(Drawn.of(small, View(width=width, minimum_share=0.1)))
    said = {one.text: one for one in labels(scene)}
    assert {"influence", "carried", "+2.00", "+1.20", "−0.80", "25 %"} <= {*said}
    rows = {spot.source: spot.y for spot in scene.spots if spot.kind == "token"}
    word, number = said["farmers"], said["+2.00"]
    assert word.y < rows[1] < number.y
    assert (word.x, word.anchor) == (number.x, number.anchor)
    shares = [one for one in labels(scene) if one.text == "25 %"]
    first = min(spot.x for spot in scene.spots if spot.kind == "node")
    assert {rows[1], rows[4]} <= {one.y for one in shares}
    assert all(one.x < first for one in shares)
    bars = [item for item in scene.stages[-1] if isinstance(item, Area) and item.points[0, 0] < 70]
    numbers = {one.y for one in labels(scene) if one.text[0] in "+−"}
    on_rows = [bar for bar in bars if float(bar.points[:, 1].mean()) in numbers]
    assert len(on_rows) == 2 * len(small.influence) - 2  # all but the target's, which has none
    left = number.x - text_width("+2.00", number.size)
    assert all(bar.points[:, 0].max() <= left for bar in on_rows)


def test_a_long_word_keeps_the_place_that_tells_it_apart():
    many = large_explanation()
    word = 5 * "extraordinarily"
    tokens = tuple(word if at in (10, 20) else token for at, token in enumerate(many.tokens))
    scene = lay_out(Drawn.of(replace(many, tokens=tokens), View(width=360)))
    said = [one.text for one in labels(scene) if one.text.startswith("ex")]
    assert [text[-5:] for text in said] == [" (10)", " (20)"]
    assert all("…" in text and text_width(text, 14.0) <= 90 for text in said)


def test_the_answer_stands_behind_the_target_on_a_phone_or_below_where_blocks_are_many(small):
    scene = lay_out(Drawn.of(small, View(width=360)))
    y = next(s.y for s in scene.spots if s.kind == "node" and s.source == small.target.position)
    said = next(one for one in labels(scene) if one.text == "are")
    assert (said.y, said.bold) == (y, True)
    assert said.x > max(spot.x for spot in scene.spots if spot.kind == "node")
    many = large_explanation()
    scene = lay_out(Drawn.of(many, View(width=360)))
    below = next(one for one in labels(scene) if one.text == "answer")
    said = next(one for one in labels(scene) if one.bold and one.text == many.target.correct)
    assert said.y > below.y
    assert (said.x, said.anchor) == (below.x, below.anchor)


def test_a_share_that_is_far_too_large_is_said_in_short(small):
    tiny = replace(small, influence=(0.4, 0.001, -0.001, 0.0, -0.8))
    said = {one.text for one in labels(lay_out(Drawn.of(tiny, View(width=800, minimum_share=0))))}
    assert {">999 %", "<−999 %"} <= said


def test_what_meets_in_the_target_may_be_taller_than_a_row():
    dense = sentence(40, 12)
    inside = replace(
        dense,
        target=replace(dense.target, positions=(20,)),
        patterns=tuple(
            replace(p, nodes=(*p.nodes[:-1], 20)) for p in dense.patterns if p.source != 20
        ),
    )
    outer, inner = (lay_out(Drawn.of(e, View(width=800, minimum_share=0))) for e in (dense, inside))
    assert inner.scale > outer.scale
    for scene in (inner, outer):
        for area in (i for stage in scene.stages for i in stage if isinstance(i, Area)):
            assert area.points[:, 1].min() >= 0
            assert area.points[:, 1].max() <= scene.height


def test_blocks_are_named_where_they_are(small):
    scene = lay_out(Drawn.of(small, View(width=800)))
    columns = sorted({spot.x for spot in scene.spots if spot.kind == "node"})
    named = {one.text: one.x for one in labels(scene) if one.text.startswith("block ")}
    assert list(named) == ["block 0", "block 1", "block 2"]
    for block, x in enumerate(named.values()):
        assert x == pytest.approx((columns[block] + columns[block + 1]) / 2)
    said = {line for spot in scene.spots if spot.kind == "node" for line in spot.says}
    assert any("hidden state 3" in line for line in said)
    shares = [s for s in scene.spots if s.kind == "flow"]
    assert [s.says[0] for s in shares] == ["block 0", "block 1", "block 2"]
    assert all("stays by the skip connection" in s.says[1] for s in shares)


@pytest.mark.parametrize(
    ("value", "wrong", "said"), [(1.9, "is", "are"), (-1.9, "is", "is"), (-1.9, None, "are")]
)
def test_the_answer_behind_the_target_is_the_one_that_the_model_prefers(small, value, wrong, said):
    target = replace(small.target, value=value, wrong=wrong)
    scene = lay_out(Drawn.of(replace(small, target=target), View(width=800)))
    y = next(s.y for s in scene.spots if s.kind == "node" and s.source == target.position)
    behind = max((one for one in labels(scene) if one.y == y), key=lambda one: one.x)
    assert (behind.text, behind.bold) == (said, True)


@pytest.mark.parametrize("width", [360, 700])
def test_many_blocks_are_named_by_their_numbers(width):
    scene = lay_out(Drawn.of(large_explanation(), View(width=width)))
    said = [one.text for one in labels(scene)]
    assert "blocks by number" in said
    assert not any(text.startswith("block ") for text in said)


@pytest.mark.parametrize("width", [320.0, 362.0])
def test_masks_are_told_apart_on_a_phone(width):
    """Two masks of a text are called by their positions, which a shorter label would lack."""
    one = large_explanation()
    tokens = tuple("[MASK]" if at in (10, 20) else token for at, token in enumerate(one.tokens))
    scene = lay_out(Drawn.of(replace(one, tokens=tokens), View(width=width)))
    assert {"[MASK] (10)", "[MASK] (20)"} <= {label.text for label in labels(scene)}

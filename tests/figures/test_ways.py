"""The ribbons: as wide as what is still on its way, side by side, in the colours of their signs."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from explainer.figures import View
from explainer.figures.canvas import wording
from explainer.figures.canvas.curves import SAMPLES, Curve, ribbon
from explainer.figures.canvas.palette import LIGHT, PALE, QUIET, rgba
from explainer.figures.canvas.scene import Area, Disc, Item, Label
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.ways import heads, ribbons
from explainer.figures.patterns.ways.lanes import GAP, bundle, stack
from explainer.results.route import Edge


def items_of(explanation, **choices) -> list[Item]:
    scene = lay_out(Drawn.of(explanation, View(**choices)))
    return [item for stage in scene.stages for item in stage]


def widths(outline: np.ndarray) -> np.ndarray:
    """How wide a ribbon is across its own direction, from its start to its end."""
    above, below = np.split(outline, 2)
    return np.linalg.norm(above - below[::-1], axis=1)


def filled(items: list[Item], colour: str, opacity: float) -> list[np.ndarray]:
    """The outlines of the ribbons of this fill that are not level, which bars are."""
    return [
        item.points
        for item in items
        if isinstance(item, Area)
        and item.fill == rgba(colour, opacity)
        and len(item.points) == 2 * SAMPLES
    ]


def test_a_lane_is_as_wide_as_what_is_still_on_its_way(small):
    for lane in stack(small.patterns, "attention", scale=30, room=1000):
        p = lane.pattern
        assert lane.whole == pytest.approx([30 * v for v in (p.influence, *p.embedding_trail)])
        alone = (p.embedding_influence, *p.attention_trail)
        assert lane.core == pytest.approx([30 * v for v in alone])
        assert lane.widths == pytest.approx([abs(v) for v in lane.whole])
        assert list(lane.widths) == sorted(lane.widths, reverse=True)
    for lane in stack(small.patterns, "embedding", scale=30, room=1000):
        assert lane.core == ()
        assert lane.widths == pytest.approx([abs(v) for v in lane.whole])


def test_a_lane_has_room_for_heads_that_carry_more_than_passes_the_nodes(small):
    more = replace(small.patterns[0], attention_trail=(3.0, 2.0, 0.5))
    (lane,) = stack((more,), "attention", scale=10, room=1000)
    assert lane.widths == pytest.approx([20, 30, 20, 10])


@pytest.mark.parametrize("rise", [0, 40, -300])
def test_a_ribbon_is_as_wide_as_its_influence_in_every_direction(rise):
    curve = Curve(0, 0, 120, rise)
    np.testing.assert_allclose(widths(ribbon(curve, 0, 0, 9)), 9, rtol=1e-9)
    thinning = widths(ribbon(curve, 0, 0, (9, 2)))
    assert thinning[[0, -1]] == pytest.approx([9, 2])
    assert (np.diff(thinning) <= 1e-9).all()


def test_patterns_that_meet_lie_side_by_side(small):
    lanes = stack(small.patterns, "attention", scale=30, room=1000)
    for layer in range(4):
        for one, other in combinations(lanes, 2):
            if one.pattern.nodes[layer] == other.pattern.nodes[layer]:
                apart = abs(one.offsets[layer] - other.offsets[layer])
                assert apart >= (one.widths[layer] + other.widths[layer]) / 2 + GAP - 1e-9
    last = [(lane.offsets[-1], lane.widths[-1]) for lane in lanes]
    full = sum(width for _, width in last) + GAP * (len(lanes) - 1)
    assert min(at - width / 2 for at, width in last) == pytest.approx(-full / 2)


def test_lanes_of_one_step_never_overlap_on_the_way(small):
    lanes = stack(small.patterns, "attention", scale=30, room=1000)
    (shared,) = [b for b in bundle(lanes, "attention") if b.edge.component == 1]
    curve = Curve(0, 0, 120, 90)
    outlines = [
        ribbon(curve, lane.offsets[1], lane.offsets[2], lane.widths[1:3]) for lane in shared.lanes
    ]
    _, below = np.split(outlines[0], 2)
    above, _ = np.split(outlines[1], 2)
    points, normals = curve.at(np.linspace(0, 1, SAMPLES))
    assert points.shape == above.shape
    assert (((above - below[::-1]) * normals).sum(axis=1) > 0).all()


def test_drawn_ribbons_have_the_true_widths(small):
    scene = lay_out(Drawn.of(small, View(width=1000)))
    items = [item for stage in scene.stages for item in stage]
    old = small.patterns[2]
    (core,) = filled(items, LIGHT.negative, 1)
    (pale,) = filled(items, LIGHT.negative, PALE)
    for outline, trail in ((core, old.attention_trail), (pale, old.embedding_trail)):
        ends = [max(1.3, scene.scale * abs(value)) for value in trail[-2:]]
        assert widths(outline)[[0, -1]] == pytest.approx(ends)


def test_skips_have_half_the_strength_of_heads(small):
    first = replace(small, patterns=small.patterns[:1])
    items = items_of(first)
    fills = [item.fill for item in items if isinstance(item, Area)]
    assert fills.count(rgba(LIGHT.positive, QUIET)) == 2  # blocks 0 and 2
    assert len(filled(items, LIGHT.positive, 1)) == 1  # the head of block 1
    assert fills.count(rgba(LIGHT.positive, PALE)) == 3
    assert rgba(LIGHT.positive, QUIET) not in [
        item.fill for item in items_of(first, level="embedding") if isinstance(item, Area)
    ]


def test_a_sign_that_turns_on_the_way_has_both_colours_and_is_said(small):
    turned = replace(small.patterns[0], attention_trail=(0.8, -0.4, -0.5))
    one = replace(small, patterns=(turned,))
    items = items_of(one, scale=20)
    by_head = [i for i in items if isinstance(i, Area) and i.fill.endswith(",1)")]
    reach = [i for i in by_head if len(i.points) > 4 and np.ptp(i.points[:, 1]) > 3]
    before, after = (
        [i for i in reach if i.fill == rgba(c, 1)] for c in (LIGHT.positive, LIGHT.negative)
    )
    assert len(before) == len(after) == 1
    assert widths(before[0].points)[[0, -1]] == pytest.approx([16, 1.3], abs=0.1)
    assert widths(after[0].points)[[0, -1]] == pytest.approx([1.3, 8], abs=0.1)
    lines = wording.of_edge(one, Edge(1, 1, 3, 1), (turned,), "attention")
    assert "its sign turns here: from +0.800 to −0.400" in lines
    assert not any(
        "turns" in line
        for line in wording.of_edge(one, Edge(2, 3, 3, "skip"), (turned,), "attention")
    )


def test_a_step_says_what_is_carried_after_it(small):
    taking = small.patterns[:1]
    assert wording.of_edge(small, Edge(0, 1, 1, "skip"), taking, "attention")[1:] == (
        "farmers: g +2.000 logits",
        "so far +2.000 through its nodes,",
        "+1.000 by heads and skips alone",
    )
    assert wording.of_edge(small, Edge(1, 1, 3, None), taking, "embedding")[1:] == (
        "farmers: g +2.000 logits",
        "so far +1.500 through its nodes",
    )
    weak = replace(taking[0], attention_trail=(0.1, 0.0002, 0.0002))
    said = wording.of_edge(small, Edge(1, 1, 3, 1), (weak,), "attention")
    assert said[3] == "less than 0.001 by heads and skips alone"
    many = wording.of_edge(small, Edge(1, 1, 3, 1), taking * 6, "attention")
    assert (len(many), many[-1]) == (1 + 4 * 3 + 1, "and 2 more")


def test_in_a_crowd_the_weak_step_back_and_few_heads_are_named(large):
    drawn = Drawn.of(large, View(minimum_share=0)).patterns
    assert len(drawn) > ribbons.CROWD
    widest = max(abs(p.attention_influence) for p in drawn)
    weak = [p for p in drawn if abs(p.attention_influence) < 0.9 * ribbons.WEAK * widest]
    assert weak
    items = items_of(large, minimum_share=0)
    fills = {item.fill for item in items if isinstance(item, Area)}
    assert {rgba(LIGHT.positive, ribbons.BACK), rgba(LIGHT.positive, 1)} <= fills
    assert len(pills_of(items)) <= heads.MOST + 1  # one more in the legend
    alone = items_of(large, minimum_share=0, selected=weak[0].source)
    fills = {item.fill for item in alone if isinstance(item, Area)}
    assert not {rgba(c, ribbons.BACK) for c in (LIGHT.positive, LIGHT.negative)} & fills


def pills_of(items: list[Item]) -> list[Area]:
    return [i for i in items if isinstance(i, Area) and i.outline_width in (1.4, 1.6)]


@pytest.mark.parametrize("width", [360, 800, 1100])
def test_pills_meet_neither_each_other_nor_a_node(large, width):
    drawn = Drawn.of(large, View(minimum_share=0, width=width))
    scene = lay_out(drawn)
    items = [item for stage in scene.stages for item in stage]
    boxes = [(p.points.min(axis=0), p.points.max(axis=0)) for p in pills_of(items)]
    assert len(boxes) > (20 if width > 400 else 8)
    for (low, high), (other_low, other_high) in combinations(boxes, 2):
        assert (high < other_low).any() or (other_high < low).any()
    spots = [s for s in scene.spots if s.kind == "node"]
    for low, high in boxes:
        assert not any(low[0] <= s.x <= high[0] and low[1] <= s.y <= high[1] for s in spots)


def test_a_pill_and_a_dot_have_the_colour_of_the_strongest_line(small):
    farmers, hostile, *_ = small.patterns
    against = replace(
        hostile,
        influence=-3.0,
        embedding_trail=(-2.0, -1.8, -1.6),
        embedding_influence=-1.6,
        attention_trail=(-1.4, -1.2, -1.0),
        attention_influence=-1.0,
    )
    both = replace(small, patterns=(farmers, against), influence=(0.0, 2.0, -3.0, 0.0, 0.0))
    items = items_of(both, scale=10)
    number = next(i for i in items if isinstance(i, Label) and i.text == "1" and i.bold)
    (around,) = [
        p for p in pills_of(items) if np.allclose(p.points.mean(axis=0), (number.x, number.y))
    ]
    assert around.outline == rgba(LIGHT.negative, 1)
    dots = {(i.outline) for i in items if isinstance(i, Disc) and i.outline_width == 1.3}
    assert dots == {rgba(LIGHT.positive, 1), rgba(LIGHT.negative, 1)}


def test_a_selected_word_stands_out(small):
    strong = {
        item.fill
        for item in items_of(small, selected=4)
        if isinstance(item, Area) and item.fill.endswith(",1)") and len(item.points) > 8
    }
    assert strong == {rgba(LIGHT.negative, 1)}

"""What stands behind the rings: a label for each, or the answer beside a bracket."""

from dataclasses import replace
from itertools import pairwise

import pytest

from explainer.figures import View
from explainer.figures.canvas.scene import Area, Label, Line
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.endings import endings, said_behind
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.ways.cut import Cut
from explainer.results.target import Target
from tests.figures.made import large_explanation, pattern

TALL = 10.0
"""px that a label of the usual size takes, without what hangs below its line."""


def behind(scene):
    """The labels to the right of the last column, from the top down."""
    nodes = [spot for spot in scene.spots if spot.kind == "node"]
    last, legend = max(spot.x for spot in nodes), max(spot.y for spot in nodes) + 36
    found = [
        item
        for stage in scene.stages
        for item in stage
        if isinstance(item, Label) and item.anchor == "start" and item.x > last and item.y < legend
    ]
    return sorted(found, key=lambda one: one.y)


def rings(scene):
    """The y of the top and the bottom of each ring."""
    last = max(spot.x for spot in scene.spots if spot.kind == "node")
    found = [
        item.points
        for stage in scene.stages
        for item in stage
        if isinstance(item, Area) and item.outline_width == 2.0
    ]
    assert all(abs(points[:, 0].mean() - last) < 1e-6 for points in found)
    return sorted((points[:, 1].min(), points[:, 1].max()) for points in found)


def asked(one, positions, reads=(), value=1.9, wrong="is"):
    """The explanation with these targets, its patterns ending at them in turn."""
    last = [positions[n % len(positions)] for n in range(len(one.patterns))]
    patterns = tuple(
        replace(p, nodes=(*p.nodes[:-1], end), components=(*p.components[:-1], 0))
        for p, end in zip(one.patterns, last, strict=True)
    )
    target = replace(one.target, positions=positions, reads=reads, value=value, wrong=wrong)
    return replace(one, target=target, patterns=patterns)


SPANS = ((None, "no answer"), ("start", None), ("end", "start"), (None, "end"))


@pytest.mark.parametrize("width", [565.0, 800.0])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.0, [("no answer", False), ("start", True), ("end", True), ("rival’s end", False)]),
        (-1.0, [("no answer", True), ("rival’s start", False), ("start", True), ("end", True)]),
    ],
)
def test_each_ring_has_a_label_of_its_own(small, width, value, said):
    found = asked(small, (0, 1, 2, 3), SPANS, value)
    scene = lay_out(Drawn.of(found, View(width=width)))
    labels = behind(scene)
    assert [(label.text, label.bold) for label in labels] == said
    rows = {s.source: s.y for s in scene.spots if s.kind == "node"}
    assert [label.y for label in labels] == [rows[at] for at in (0, 1, 2, 3)]


def test_the_words_at_masks_are_those_of_the_answer_that_the_model_prefers(small):
    reads = (("farmers", "farmer"), ("are", "is"))
    for value, said in ((2.0, ["farmers", "are"]), (-2.0, ["farmer", "is"])):
        found = asked(small, (1, 3), reads, value)
        assert [one.says for one in endings(found)] == said
        assert [one.text for one in behind(lay_out(Drawn.of(found, View(width=800))))] == said


@pytest.mark.parametrize("width", [340.0, 565.0, 800.0])
@pytest.mark.parametrize("positions", [(1, 2), (2, 3, 4), (0, 1, 2, 3, 4), (1, 4)])
def test_rings_and_labels_of_neighbouring_rows_do_not_meet(small, width, positions):
    strong = pattern("farmers", 9.0, (1, 1, 1, 3), (0, 1, 2))
    crowd = asked(replace(small, patterns=(strong, *small.patterns * 6)), positions)
    reads = tuple(("a", "b") for _ in positions)
    for found in (crowd, replace(crowd, target=replace(crowd.target, reads=reads))):
        scene = lay_out(Drawn.of(found, View(width=width, minimum_share=0.0)))
        places = rings(scene)
        assert len(places) == len(positions)
        assert all(above < below for (_, above), (below, _) in pairwise(places))
        labels = behind(scene)
        assert all(one.y + TALL < other.y for one, other in pairwise(labels))


def test_rings_in_close_rows_do_not_meet():
    found = asked(large_explanation(), (19, 20, 21), (("a", None),) * 3)
    places = rings(lay_out(Drawn.of(found, View(width=800))))
    assert all(above < below for (_, above), (below, _) in pairwise(places))


def test_a_mean_is_bracketed_and_said(small):
    every = tuple(range(len(small.tokens)))
    scene = lay_out(Drawn.of(asked(small, every, wrong=None), View(width=800)))
    answer, mean = behind(scene)
    assert (answer.text, answer.bold) == ("are", True)
    assert (mean.text, mean.bold) == ("mean of 5 tokens", False)
    rows = sorted({s.y for s in scene.spots if s.kind == "node"})
    lines = [item for stage in scene.stages for item in stage if isinstance(item, Line)]
    assert any((one.y0, one.y1) == (rows[0], rows[-1]) for one in lines)
    assert "mean of 5 tokens" not in said_behind(small)


@pytest.mark.parametrize("positions", [(1, 2), (3, 4), (0, 1, 2, 3, 4), (0, 4)])
@pytest.mark.parametrize("each", [True, False])
def test_what_a_cut_does_is_told_beside_no_label(small, positions, each):
    reads = tuple(("a", "b") for _ in positions) if each else ()
    cut = Cut("Without head 1", 0.5)
    found = asked(small, positions, reads)
    scene = lay_out(replace(Drawn.of(found, View(width=800)), cut=cut))
    labels = behind(scene)
    assert {"+1.90", "→ +0.50"} <= {one.text for one in labels}
    if each and positions == (0, 1, 2, 3, 4):
        return  # there is no free place, and Q is told in words too
    assert all(one.y + TALL < other.y for one, other in pairwise(labels))
    assert labels[-1].y < scene.height


def test_no_label_is_invented_for_a_target_alone(small):
    assert endings(small) == ()
    assert said_behind(small) == ("are",)
    assert isinstance(small.target, Target)

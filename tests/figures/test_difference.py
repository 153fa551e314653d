"""Two figures side by side, and what differs between them in words and numbers."""

import dataclasses

import pytest

from explainer import explain
from explainer.app.compare.numbers import share_bar
from explainer.app.compare.tables import route_frame
from explainer.figures import View
from explainer.figures.canvas.scene import Label
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.pairs.difference import (
    counted_places,
    difference_summary,
    token_name,
    way_difference,
)
from explainer.figures.patterns.pairs.views import pair_views
from explainer.results.comparison import compare
from tests.figures.test_figures import scaled
from tests.tiny import deeper

FIRST = "the farmers that the assistant loves [MASK] old ."
LONGER = "the farmers that the bad assistant loves [MASK] old ."


@pytest.fixture(scope="module")
def both(tiny_masked_lm):
    return tuple(
        explain(tiny_masked_lm, text, correct="are", wrong="is", flow=True)
        for text in (FIRST, LONGER)
    )


@pytest.mark.parametrize("width", [400.0, 900.0])
def test_two_figures_share_scale_rows_and_columns(both, width):
    comparison = compare(*both)
    view = View(width=width, minimum_share=0)
    views = pair_views(both, comparison.alignment, (view, view))
    scenes = [lay_out(Drawn.of(e, v)) for e, v in zip(both, views, strict=True)]
    assert scenes[0].scale == scenes[1].scale
    at = [
        {spot.source: spot.y for spot in scene.spots if spot.kind == "node" and spot.layer == 0}
        for scene in scenes
    ]
    for pair in comparison.alignment:
        if pair.first is not None and pair.second is not None:
            assert at[0][pair.first] == at[1][pair.second]
    inserted = [pair.second for pair in comparison.alignment if pair.kind == "inserted"]
    assert inserted == [5]
    assert at[1][5] not in at[0].values()
    labels = [item for stage in scenes[0].stages for item in stage if isinstance(item, Label)]
    assert [label.y for label in labels if label.text == "–"] == [at[1][5]]
    assert views[1].beside is not None
    assert views[1].beside.marked == {5}
    columns = [{s.x for s in scene.spots if s.kind == "node"} for scene in scenes]
    assert columns[0] == columns[1]


@pytest.mark.parametrize("width", [520.0, 900.0])
def test_columns_line_up_whatever_the_answers_are(both, width):
    first, second = both
    wordy = dataclasses.replace(first.target, correct="an extraordinary answer", value=2.0)
    unlike = (dataclasses.replace(first, target=wordy), second)
    views = pair_views(unlike, compare(*both).alignment, (View(width=width), View(width=width)))
    scenes = [lay_out(Drawn.of(e, v)) for e, v in zip(unlike, views, strict=True)]
    one, two = ({s.x for s in scene.spots if s.kind == "node"} for scene in scenes)
    assert one == two


def test_a_scale_of_ones_own_would_differ(both):
    unlike = (both[0], scaled(both[1], 8))
    alone = [lay_out(Drawn.of(e, View(width=600))).scale for e in unlike]
    assert alone[0] > alone[1]
    views = pair_views(unlike, compare(*unlike).alignment, (View(width=600), View(width=600)))
    assert [view.scale for view in views] == [alone[1]] * 2


def test_long_texts_keep_the_rows_that_either_side_touches(both):
    first = both[0]
    tokens = (*first.tokens[:-1], *["old"] * 80, first.tokens[-1])
    influence = first.influence + (0.0,) * 80
    longer = dataclasses.replace(
        first,
        tokens=tokens,
        influence=influence,
        patterns=first.patterns[:2],
        flow=None,
        words=None,
    )
    comparison = compare(longer, longer)
    views = pair_views((longer, longer), comparison.alignment, (View(), View()))
    assert views[0].beside is not None
    touched = {n for p in longer.patterns for n in p.nodes} | {longer.target.position}
    assert set(views[0].beside.rows) == touched


def test_words_for_what_differs(both):
    comparison = compare(*both)
    frame = route_frame(comparison, both, "attention")
    inserted = frame[frame["word"] == "bad"].iloc[0]
    assert inserted["ways differ"] == "only in the second"
    assert inserted["change of g"] == pytest.approx(both[1].influence[5])
    for route in comparison.changes:
        said = way_difference(route, "attention")
        if route.first is not None and route.second is not None:
            assert (said == "the same") == route.same
            assert ("node" in said) == bool(route.moved)
            assert ("block" in said) == bool(route.switched)
            assert "block" not in way_difference(route, "embedding")


def test_counted_places():
    assert counted_places("block", (3,)) == "block 3"
    assert counted_places("block", (1, 2, 3, 5)) == "blocks 1–3, 5"


def test_the_verdict_says_the_same_of_the_same(both):
    first = both[0]
    said = difference_summary(compare(first, first), (first, first), "attention", 0.0)
    assert "goes the same way in both" in said
    assert "none takes another way" in said
    assert "Of 10 drawn words" in said


def test_the_verdict_tells_a_turned_word(both):
    first = both[0]
    pattern, *rest = first.patterns
    turned = dataclasses.replace(pattern, influence=-pattern.influence)
    second = dataclasses.replace(first, patterns=(turned, *rest))
    said = difference_summary(compare(first, second), (first, second), "attention", 0.0)
    one, two = ("is", "are") if pattern.influence < 0 else ("are", "is")
    assert f"pulls towards “{one}” in the first and towards “{two}” in the second" in said


@pytest.fixture
def tagged(tiny_tagger):
    return explain(tiny_tagger, "the farmer loves the assistant .", word="the (4)")


@pytest.mark.parametrize(("asked", "goal_name"), [("both", "[MASK]"), ("tagged", "“the (4)”")])
def test_the_verdict_names_the_heads_that_arrive(request, asked, goal_name):
    found = request.getfixturevalue(asked)
    first = found[0] if asked == "both" else found
    goal = first.target.position
    start = next(p for p in first.patterns if p.source != goal)
    nodes = (start.source, start.source, start.source, goal)
    ways = [
        dataclasses.replace(
            start, influence=9.0, nodes=nodes, components=("skip", "skip", head), attention_parts=()
        )
        for head in (0, 1)
    ]
    one, two = (dataclasses.replace(first, patterns=(way,)) for way in ways)
    said = difference_summary(compare(one, two), (one, two), "attention", 0.0)
    assert f"reaches {goal_name} by head 0 of block 2 in the first and by head 1 of block" in said
    level = difference_summary(compare(one, two), (one, two), "embedding", 0.0)
    assert "goes the same way in both, by block 2" in level


def test_models_of_different_depth_are_told_apart(both):
    first = both[0]
    second = deeper(first)
    comparison = compare(first, second)
    found = {way_difference(route, "attention") for route in comparison.changes}
    assert found == {"models of different depth"}
    said = difference_summary(comparison, (first, second), "attention", 0.0)
    assert "differ in depth" in said
    assert "drawn words" not in said


def test_share_bars_are_as_long_as_they_say():
    assert "width:37.5%" in share_bar(0.375)
    assert ">38 %<" in share_bar(0.375)


def test_a_repeated_word_is_named_with_its_position(both):
    names = [token_name(row, both) for row in compare(*both).alignment]
    assert len(set(names)) == len(names)
    assert any(name.startswith("the (") for name in names)

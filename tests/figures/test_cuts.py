"""The charts of cuts: dots and lines stand where their numbers say, in both ways of drawing."""

from dataclasses import replace
from itertools import pairwise

import pytest

from explainer import ExplainerError
from explainer.figures.canvas.axes import root_reach
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.plotly import to_figure
from explainer.figures.canvas.scene import Disc, Label, Line
from explainer.figures.canvas.text import width
from explainer.figures.charts.cuts import (
    OTHER,
    OWN,
    SAMPLE,
    CutPoint,
    KeptPoint,
    cuts_scene,
    kept_scene,
)

POINTS = [CutPoint(2.0, 3.0, True), CutPoint(-1.0, 1.0, False), CutPoint(0.0, -1.0, False)]


def discs(scene, spots):
    """Where the scene's dots are, those of its spots."""
    found = [(i.x, i.y) for stage in scene.stages for i in stage if isinstance(i, Disc)]
    places = [(spot.x, spot.y) for spot in spots]
    assert set(places) <= set(found)
    return places


@pytest.mark.parametrize("px", [390.0, 720.0])
def test_a_cuts_dot_is_where_its_influence_and_its_effect_are(px):
    scene = cuts_scene(POINTS, title="Cuts", under="r", px=px)
    says = {spot.says: (spot.x, spot.y) for spot in scene.spots}
    assert len(discs(scene, scene.spots)) == 3
    (own,) = (at for said, at in says.items() if said[0].startswith("a pattern"))
    (left,) = (at for said, at in says.items() if said[1] == "influence −1.00")
    (low,) = (at for said, at in says.items() if said[2] == "Q lost −1.00")
    # As far from 0 as the roots of their sizes: to the right, and upwards.
    assert own[0] - low[0] == pytest.approx(2**0.5 * (low[0] - left[0]))
    (zero,) = (i.y1 for stage in scene.stages for i in stage if level_at_0(i))
    assert zero - own[1] == pytest.approx(3**0.5 * (low[1] - zero))
    assert zero - left[1] == pytest.approx(low[1] - zero)
    assert all(0 <= x <= px and 0 <= y <= scene.height for x, y in says.values())
    assert "Q lost" in to_figure(scene, palette(False)).to_json()


@pytest.mark.parametrize("px", [390.0, 720.0])
def test_own_heads_have_the_colour_of_their_task_where_there_are_several(px):
    points = [CutPoint(1.0, 1.0, True, "one"), CutPoint(2.0, 1.0, True, "two")]
    points += [CutPoint(3.0, 1.0, False, "one"), CutPoint(4.0, 1.0, False, "two")]
    scene = cuts_scene(points, title="Cuts", px=px)
    colours = {(i.x, i.y): i.fill for stage in scene.stages for i in stage if isinstance(i, Disc)}
    says = {spot.says[1]: colours[spot.x, spot.y] for spot in scene.spots}
    one, two, other, grey = (says[f"influence +{k}.00"] for k in range(1, 5))
    assert len({one, two, other}) == 3
    assert other == grey
    labels = [i for stage in scene.stages for i in stage if isinstance(i, Label)]
    of = {label.text: (label.x - 10, label.y) for label in labels}
    assert colours[of[f"{OWN}: one"]] == one
    assert colours[of["two"]] == two
    assert {spot.says[0].split(", ")[1] for spot in scene.spots} == {"one", "two"}
    key = [label for label in labels if label.text.split(": ")[0] in {OWN, OTHER, "two"}]
    assert len(key) == 3
    assert all(label.x + width(label.text, label.size) <= px for label in key)
    alone = cuts_scene(points[::2], title="Cuts", px=px)
    texts = [i.text for stage in alone.stages for i in stage if isinstance(i, Label)]
    assert OWN in texts


def level_at_0(item) -> bool:
    """Whether an item is the line on which nothing is lost, the only level one of its colour."""
    muted = palette(False).muted
    return isinstance(item, Line) and item.y0 == item.y1 and item.colour == muted


def test_what_lies_on_each_other_at_0_is_counted_and_how_cuts_were_drawn_is_said():
    near = [CutPoint(0.01, -0.02, False)] * 3
    drawn = "own heads more often"
    for points, said in (
        (POINTS + near, "3 of 6 dots within 0.05 of 0"),
        (near[:1], "1 of 1 dot within"),
    ):
        scene = cuts_scene(points, title="Cuts", drawn=drawn, px=390)
        texts = [i.text for stage in scene.stages for i in stage if isinstance(i, Label)]
        assert any(said in text for text in texts)
        assert drawn in texts
    plain = cuts_scene(POINTS, title="Cuts")
    assert drawn not in [i.text for stage in plain.stages for i in stage if isinstance(i, Label)]


def test_ticks_of_roots_are_round_apart_and_reach_both_ends():
    axis = replace(root_reach([-0.07, 9.6]), start=0, end=300)
    ticks = axis.ticks()
    assert (ticks[0], ticks[-1]) == (-0.1, 10)
    assert {0.0, 0.5, 5.0} <= set(ticks)
    places = [axis.at(tick) for tick in ticks]
    assert places == sorted(places)
    assert all(b - a >= 40 for a, b in pairwise(places[1:]))
    assert root_reach([]).ticks()
    assert (root_reach([0.5]).low, root_reach([0.5]).high) == (0, 0.5)


def test_no_more_dots_are_drawn_than_can_be_told_apart():
    many = [CutPoint(float(k), 0.0, False) for k in range(2 * SAMPLE)]
    assert len(cuts_scene(many, title="Cuts").spots) == SAMPLE


def test_a_line_leads_from_few_nodes_to_many_and_is_named_at_its_end():
    curve = [KeptPoint(2, 0.25, 0.2, 0.3), KeptPoint(10, 1.0, 0.9, 1.0)]
    other = [KeptPoint(2, 0.0, float("nan"), float("nan")), KeptPoint(10, 0.5, 0.4, 0.6)]
    scene = kept_scene({"one": curve, "two": other}, title="Kept", own="one")
    says = {spot.says: (spot.x, spot.y) for spot in scene.spots}
    places = {(said[0], said[1].split()[0]): at for said, at in says.items()}
    top, low = places["one", "100"], places["two", "0"]
    half = places["two", "50"]
    assert low[1] - top[1] == pytest.approx(2 * (low[1] - half[1]))
    assert top[0] == half[0] > low[0]
    names = [i.text for stage in scene.stages for i in stage if isinstance(i, Label)]
    assert {"one", "two"} <= set(names)
    assert not any("nan" in part for spot in scene.spots for part in spot.says)


def test_a_cut_without_a_number_is_refused():
    with pytest.raises(ExplainerError, match="a number of logits"):
        CutPoint(float("nan"), 0.0, False)

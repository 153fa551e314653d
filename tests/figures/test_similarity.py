"""Figures of two texts: a cell for each pair, a link for each strong one, and the same in words."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from explainer import ExplainerError, Settings, SimilarityMatrix, SimilarityPaths
from explainer.figures import (
    SimilarityView,
    similarity_graph,
    similarity_html,
    similarity_paths_html,
    similarity_paths_svg,
    similarity_summary,
    similarity_svg,
)
from explainer.figures.canvas.palette import DARK, LIGHT
from explainer.figures.canvas.scene import Area, Label
from explainer.figures.patterns.pairs.shared import both_drawn
from explainer.figures.similarity.draw import scene_of
from explainer.figures.similarity.view import Shown, similarity_view
from explainer.results.model_info import ModelInfo
from explainer.results.similarity.side import Side
from tests.figures.made import HOSTILE, small_explanation

SMALL = small_explanation()

SCORES = np.array(
    [[0.0, 0.01, 0.0, 0.0], [0.02, 0.4, -0.2, 0.0], [0.0, 0.1, 0.3, 0.0], [0.0, -0.05, 0.0, 0.0]]
)


def side(*words):
    tokens = ("[CLS]", *words, "[SEP]")
    numbers = (None, *range(len(words)), None)
    return Side(" ".join(words), tokens, numbers, (0.0,) * len(tokens), 9)


MATRIX = SimilarityMatrix(
    model=ModelInfo("m", "similarity", 2, 2, 8, "values"),
    settings=Settings(),
    first=side("guitar", HOSTILE),
    second=side("music", "the"),
    scores=SCORES,
    cosine=0.25,
    first_to_reference=0.1,
    second_to_reference=0.2,
    references=0.63,
)


def shown(matrix=MATRIX, **choices):
    return Shown.of(matrix, similarity_view(**choices))


def items(scene, kind):
    return [item for stage in scene.stages for item in stage if isinstance(item, kind)]


def large(n=40, m=30):
    rng = np.random.default_rng(0)
    sides = (
        side(*(f"{name}{k}{'long' * (k % 4)}" for k in range(size)))
        for name, size in (("word", n), ("other", m))
    )
    first, second = sides
    scores = rng.normal(size=(n + 2, m + 2))
    return replace(MATRIX, first=first, second=second, scores=scores)


def test_a_cell_is_as_strong_as_its_pair_and_has_its_signs_colour():
    scene = scene_of(shown())
    cells = {}
    for area in items(scene, Area):
        x, y = area.points.mean(0)
        cells[round(x), round(y)] = area.fill
    for spot in scene.spots:
        score = SCORES[spot.source, spot.target]
        fill = cells.get((round(spot.x), round(spot.y)))
        if abs(score) <= 0.4 / 40:
            assert fill is None
            continue
        red, green, blue, opacity = re.findall(r"[\d.]+", fill)
        wanted = LIGHT.positive if score > 0 else LIGHT.negative
        assert f"#{int(red):02x}{int(green):02x}{int(blue):02x}" == wanted
        assert float(opacity) == pytest.approx(0.92 * abs(score) / 0.4, abs=0.024)
    assert len(scene.spots) == 16
    said = [label.text for label in items(scene, Label)]
    numbers = {text for text in said if re.fullmatch(r"−?0\.\d\d", text)}
    assert numbers == {"0.01", "0.02", "0.40", "−0.20", "0.10", "0.30", "−0.05", "−0.40"}


def test_rows_are_the_first_text_and_columns_the_second():
    scene = scene_of(shown(hide_special=True))
    assert len(scene.spots) == 4
    by_pair = {(spot.source, spot.target): spot for spot in scene.spots}
    assert by_pair[1, 1].y == by_pair[1, 2].y < by_pair[2, 1].y
    assert by_pair[1, 1].x == by_pair[2, 1].x < by_pair[1, 2].x
    labels = {label.text: label for label in items(scene, Label)}
    assert labels["guitar"].y == pytest.approx(by_pair[1, 1].y)
    assert labels["music"].x == pytest.approx(by_pair[1, 1].x)
    assert by_pair[1, 1].says == (
        "“guitar” and “music”",
        "together +0.400 in cosine, 37 % of all (without signs)",
    )


def test_a_link_is_as_wide_as_its_pair_and_the_strongest_are_drawn():
    scene = scene_of(shown(kind="links", links=3))
    assert [(spot.source, spot.target) for spot in scene.spots] == [(1, 2), (2, 2), (1, 1)]
    links = items(scene, Area)[:3]
    ends = [area.points[0] - area.points[-1] for area in links]
    wide = [float(np.hypot(*end)) for end in ends]
    assert wide == pytest.approx([scene.scale * size for size in (0.2, 0.3, 0.4)])
    assert scene.scale * (0.4 + 0.2) == pytest.approx(18)  # all links of the word with the most
    assert [area.fill.startswith("rgba(213,94,0") for area in links] == [True, False, False]
    said = [label.text for label in items(scene, Label)]
    assert "the strongest 3 of 16 pairs, 83 % of Σ|S|" in said
    # Links of one word lie beside each other, in the order of where they go.
    bundles = [sorted((area.points[0][1], area.points[-1][1])) for area in (links[2], links[0])]
    assert bundles[0][1] == pytest.approx(bundles[1][0], abs=0.01)


@pytest.mark.parametrize("kind", ["matrix", "links"])
def test_what_is_selected_stands_out(kind):
    plain, chosen = (scene_of(shown(kind=kind, selected=pair)) for pair in (None, (1, 1)))
    bold = [label.text for label in items(chosen, Label) if label.bold]
    assert bold == ["guitar", "music"]
    assert not any(label.bold for label in items(plain, Label))
    if kind == "links":
        faded = [area for area in items(chosen, Area) if area.fill.endswith(",0.24)")]
        assert len(faded) == len(chosen.spots) - 1
        assert "+0.400" in [label.text for label in items(chosen, Label)]
    else:
        (ring,) = [area for area in items(chosen, Area) if area.outline == LIGHT.ink]
        spot = next(spot for spot in chosen.spots if (spot.source, spot.target) == (1, 1))
        assert ring.points.mean(0) == pytest.approx((spot.x, spot.y))
    hidden = scene_of(shown(kind=kind, selected=(0, 1), hide_special=True))
    assert not any(label.bold for label in items(hidden, Label))


@pytest.mark.parametrize("kind", ["matrix", "links"])
@pytest.mark.parametrize("width", [320, 720, 1100])
@pytest.mark.parametrize("matrix", [MATRIX, large()], ids=["small", "large"])
def test_nothing_leaves_the_figure(kind, width, matrix):
    scene = scene_of(shown(matrix, kind=kind, width=width))
    for area in items(scene, Area):
        assert area.points.min() >= 0
        assert (area.points.max(0) <= (scene.width, scene.height)).all()
    for spot in scene.spots:
        assert 0 < spot.x < scene.width
        assert 0 < spot.y < scene.height
    if matrix is MATRIX or kind == "links":
        assert scene.width <= width
    assert len({(round(s.x, 1), round(s.y, 1)) for s in scene.spots}) == len(scene.spots)


def test_names_of_many_columns_rise_and_are_drawn_alike():
    view = similarity_view(width=600)
    turned = [label for label in items(scene_of(shown(large(), width=600)), Label) if label.turn]
    assert len(turned) == 32
    svg = similarity_svg(large(), view)
    assert svg.count('transform="rotate(-45 ') == 32
    figure = similarity_graph(large(), view)
    assert len(figure.layout.annotations) == 32
    assert {one.textangle for one in figure.layout.annotations} == {-45}
    assert len(similarity_graph(MATRIX).layout.annotations) == 0


@pytest.mark.parametrize("kind", ["matrix", "links"])
def test_svg_and_plotly_draw_the_same_in_both_themes(kind):
    for dark, colours in ((False, LIGHT), (True, DARK)):
        svg = similarity_svg(MATRIX, kind=kind, dark=dark)
        root = ET.fromstring(svg)
        assert root.find("{*}title").text.startswith("guitar <b>&amp;")
        assert root.find("{*}desc").text == similarity_summary(MATRIX, kind=kind, dark=dark)
        assert f'fill="{colours.surface}"' in svg
        figure = similarity_graph(MATRIX, kind=kind, dark=dark)
        assert figure.layout.paper_bgcolor == colours.surface
        spots = figure.data[-1]
        assert [tuple(data[3:5]) for data in spots.customdata] == [
            (spot.source, spot.target) for spot in scene_of(shown(kind=kind, dark=dark)).spots
        ]
        assert "<b>“guitar” and “music”</b>" in " ".join(spots.hovertext)


def test_pieces_are_one_row_where_nobody_asks_otherwise():
    pieces = replace(
        MATRIX,
        first=Side("undo", ("[CLS]", "un", "##do", "[SEP]"), (None, 0, 0, None), (0.0,) * 4, 3),
    )
    merged = shown(pieces, selected=(2, 1))
    assert merged.matrix.first.tokens == ("[CLS]", "undo", "[SEP]")
    assert merged.selected == (1, 1)
    assert merged.largest == pytest.approx(0.5)
    assert shown(pieces, merge_pieces=False, selected=(2, 1)).selected == (2, 1)


def test_it_is_told_in_words():
    assert similarity_summary(MATRIX) == (
        "How near “guitar <b>&amp;%{x}·</b>” and “music the” are, word by word. All pairs add up "
        "to +0.58; with the −0.33 of the texts’ references that is the cosine, +0.25. The "
        "strongest: “guitar” and “music” +0.400, “<b>&amp;%{x}·</b>” and “the” +0.300, “guitar” "
        "and “the” −0.200."
    )
    nothing = replace(MATRIX, scores=np.zeros((4, 4)))
    assert similarity_summary(nothing).endswith("No two words add anything.")
    for kind in ("matrix", "links"):
        assert "no pair adds anything" in similarity_svg(nothing, kind=kind)


@pytest.mark.parametrize("size", [1e-300, 1e-9, 1e99])
@pytest.mark.parametrize("kind", ["matrix", "links"])
def test_numbers_of_any_size_are_drawn(kind, size):
    ET.fromstring(similarity_svg(replace(MATRIX, scores=SCORES * size), kind=kind))
    assert "nan" not in similarity_svg(replace(MATRIX, scores=SCORES * size), kind=kind)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"kind": "heat"}, "The kind 'heat' is not known: choose one of matrix, links"),
        ({"links": 0}, "The number of links is 0"),
        ({"width": 10}, "The width is 10: give at least 240 pixels"),
        ({"selected": (1,)}, "give a position in each text"),
        ({"selected": (1, 9)}, "The selected token is 9: give a whole number from 0 to 3"),
        ({"selected": 3}, "The selected pair is 3: give two tokens' positions"),
        ({"dark": "yes"}, "dark is 'yes'"),
        ({"colour": 1}, "A figure of two texts has no option colour"),
        ({"view": 3}, "The view is 3: give a SimilarityView"),
    ],
)
def test_impossible_choices_are_refused(choices, message):
    with pytest.raises(ExplainerError, match=re.escape(message)):
        similarity_svg(MATRIX, **choices)


def test_only_a_matrix_is_drawn():
    with pytest.raises(ExplainerError, match="The matrix is 3: give what similarity_matrix"):
        similarity_svg(3)
    assert similarity_svg(MATRIX, SimilarityView(kind="links")) == similarity_svg(
        MATRIX, kind="links"
    )


def test_the_ways_of_a_pair_are_two_graphs_with_their_words_selected():
    one = replace(SMALL, target=replace(SMALL.target, wrong=None, unit="cosine", correct="music"))
    two = replace(one, target=replace(one.target, correct="guitar"))
    paths = SimilarityPaths(one, two, (1,), (2, 4))
    svg = similarity_paths_svg(paths, width=700)
    root = ET.fromstring(svg)
    assert root.find("{*}desc").text.startswith(
        "“guitar” of the first text and “music” of the second add +2.000 in cosine together."
    )
    assert [drawn.view.selected for drawn in both_drawn(paths)] == [1, 2]
    graphs = [element for element in root if element.get("transform")]
    assert len(graphs) == 2
    shift = float(graphs[1].get("transform").split()[1].rstrip(")"))
    assert 300 < shift < float(root.get("height"))
    assert similarity_paths_html(paths).count('class="plotly-graph-div"') == 2
    with pytest.raises(ExplainerError, match="What is selected is of one text"):
        similarity_paths_svg(paths, selected=1)
    with pytest.raises(ExplainerError, match="is 3: give what similarity_paths returns"):
        similarity_paths_svg(3)
    with pytest.raises(ExplainerError, match="has no option kind"):
        similarity_paths_svg(paths, kind="links")


def test_a_page_has_the_figure_and_says_what_it_shows():
    page = similarity_html(MATRIX, kind="links")
    assert page.count('class="plotly-graph-div"') == 1
    assert "All pairs add up to +0.58" in page
    assert "<b>&amp;amp;%{x}" not in page.split("<figure")[0]


@pytest.mark.parametrize("kind", ["matrix", "links"])
def test_of_long_texts_the_words_of_strong_pairs_are_drawn(kind):
    long = large(n=90, m=20)
    selected = tuple(
        int(at) for at in np.unravel_index(abs(long.scores).argmin(), long.scores.shape)
    )
    found = shown(long, kind=kind, selected=selected)
    best = sorted(np.ndindex(long.scores.shape), key=lambda at: -abs(long.scores[at]))[:64]
    assert set(found.rows) == {i for i, _ in best} | {selected[0]}
    assert len(found.columns) == 22
    assert found.left_out == 92 - len(found.rows)
    assert list(found.rows) == sorted(found.rows)
    said = f"{found.left_out} words without a pair among the strongest 64 not drawn"
    labels = " ".join(label.text for label in items(scene_of(found), Label))
    assert said in labels
    assert said in similarity_summary(long, kind=kind, selected=selected)
    assert shown(large(n=50, m=20)).left_out == 0

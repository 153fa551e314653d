"""The figures' geometry, and what they must never do with a user's text."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from explainer.app.explore.inspector.what_if import step_name
from explainer.app.explore.selection import place_name
from explainer.base.errors import ExplainerError
from explainer.base.numbers import percent, signed
from explainer.figures import View, pattern_graph, pattern_html, pattern_svg, summary
from explainer.figures.canvas import wording
from explainer.figures.canvas.frame import MANY_ROWS
from explainer.figures.canvas.palette import DARK, LIGHT
from explainer.figures.canvas.plotly import CONFIG, Finished, to_figure
from explainer.figures.canvas.scene import Area, Disc, Label
from explainer.figures.canvas.text import clean, escape
from explainer.figures.canvas.text import width as text_width
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.overlay import MOST, bands
from explainer.figures.patterns.scale import nice
from explainer.figures.patterns.summary import short_route
from explainer.results.explanation import Explanation
from explainer.results.route import SKIP, Edge
from explainer.results.total_flow import TotalFlow


def test_every_drawn_edge_token_and_node_can_be_clicked(small):
    for level in ("attention", "embedding"):
        figure = pattern_graph(small, level=level, minimum_share=0)
        (spots,) = [trace for trace in figure.data if trace.name == "spots"]
        clickable = {tuple(data) for data in spots.customdata}
        edges = {tuple(edge): word for kind, word, *edge in clickable if kind == "edge"}
        for edge, through in small.by_edge(level):
            widest = max(through, key=lambda p: abs(p.value(level)))
            assert edges[edge] == widest.source
        for position in range(len(small.tokens)):
            assert any(kind == "token" and at == position for kind, _, _, at, *_ in clickable)
            for layer in range(4):
                assert any(
                    kind == "node" and (at_layer, at) == (layer, position)
                    for kind, _, at_layer, at, *_ in clickable
                )
        # All of a marker counts as its middle: only what is beyond tells the nearest.
        assert spots.marker.size <= 6
        assert spots.marker.size / 2 + figure.layout.hoverdistance >= 20
        assert figure.data[-1] is spots
        # A browser draws one trace of words, and one marker: the others are only looked up.
        assert len(figure.data) == 2
        assert spots.marker.maxdisplayed == 1


def test_a_finished_figure_is_sent_without_another_copy(small):
    scene = lay_out(Drawn.of(small, View()))
    figure = Finished(scene, LIGHT)
    assert figure.to_dict() is figure.to_dict()
    assert figure.to_json() == to_figure(scene, LIGHT).to_json()


def test_only_words_above_the_share_and_the_selected_one_are_drawn(small):
    assert {p.source for p in Drawn.of(small, View(minimum_share=0.2)).patterns} == {1, 2}
    chosen = View(minimum_share=0.2, selected=0)
    assert {p.source for p in Drawn.of(small, chosen).patterns} == {0, 1, 2}


@pytest.mark.parametrize("width", [360, 1100])
def test_traces_and_bands_stay_bounded(large, width):
    figure = pattern_graph(large, minimum_share=0, overlay="both", width=width)
    assert len(figure.data) + len(figure.layout.shapes) < 60
    scene = lay_out(Drawn.of(large, View(minimum_share=0, overlay="both", width=width)))
    drawn = sum(isinstance(item, Area) for item in scene.stages[1])
    assert drawn <= MOST
    assert drawn + scene.hidden_flows == bands(large.flow, "both", range(40))[1]
    said = [i.text for stage in scene.stages for i in stage if isinstance(i, Label)]
    assert f"{scene.hidden_flows} thin flows not drawn" in said


def test_everything_stays_inside_the_figure(large, small):
    for explanation in (small, large):
        for width in (360, 700, 1100):
            scene = lay_out(Drawn.of(explanation, View(minimum_share=0, width=width)))
            for item in (i for stage in scene.stages for i in stage):
                if isinstance(item, Area):
                    assert item.points[:, 0].min() >= 0
                    assert item.points[:, 0].max() <= width
                    assert item.points[:, 1].min() >= 0
                    assert item.points[:, 1].max() <= scene.height
            labels = [i for stage in scene.stages for i in stage if isinstance(i, Label)]
            assert min(label.size for label in labels) >= 11


@pytest.mark.parametrize("width", [320, 360, 700, 1100])
def test_no_words_of_the_figure_lie_on_others(large, small, width):
    for explanation in (small, large, scaled(small, 1e-4), scaled(small, 1e3)):
        for view in (View(width=width), View(width=width, overlay="both", level="embedding")):
            scene = lay_out(Drawn.of(explanation, view))
            labels = [i for stage in scene.stages for i in stage if isinstance(i, Label)]
            boxes = [box(label) for label in labels if not label.text.isdigit()]
            for one, other in combinations(boxes, 2):
                apart = (
                    one[2] <= other[0]
                    or other[2] <= one[0]
                    or one[3] <= other[1]
                    or other[3] <= one[1]
                )
                assert apart, (one, other)


def box(label: Label) -> tuple[float, float, float, float, str]:
    """Left, top, right and bottom of a label's letters."""
    wide = text_width(label.text, label.size)
    left = label.x - wide * {"start": 0, "middle": 0.5, "end": 1}[label.anchor]
    high = label.size * 0.4
    return left, label.y - high, left + wide, label.y + high, label.text


def scaled(explanation: Explanation, factor: float) -> Explanation:
    """The same explanation of a model whose logits are `factor` times as large."""
    return replace(
        explanation,
        influence=tuple(factor * g for g in explanation.influence),
        patterns=tuple(
            replace(
                p,
                influence=factor * p.influence,
                embedding_influence=factor * p.embedding_influence,
                embedding_trail=tuple(factor * v for v in p.embedding_trail),
                attention_influence=factor * p.attention_influence,
                attention_trail=tuple(factor * v for v in p.attention_trail),
            )
            for p in explanation.patterns
        ),
    )


def test_long_texts_show_the_rows_they_need_and_say_so(large):
    n = MANY_ROWS + 40
    tokens = large.tokens + tuple("more" for _ in range(n - 40))
    flow = TotalFlow(np.zeros((12, n)), np.zeros((12, 12, n, n)))
    longer = replace(large, tokens=tokens, influence=large.influence + (0.0,) * (n - 40), flow=flow)
    scene = lay_out(Drawn.of(longer, View(minimum_share=0)))
    rows = {spot.source for spot in scene.spots if spot.kind == "token"}
    assert rows == set(range(40))
    said = [i.text for stage in scene.stages for i in stage if isinstance(i, Label)]
    assert f"{n - 40} words without a drawn pattern hidden" in said


def test_user_text_is_never_markup(small):
    figure = pattern_graph(small, minimum_share=0)
    for trace in figure.data:
        for drawn in [*(trace.text or ()), *(trace.hovertext or ())]:
            without_own = re.sub(r"</?b>|<br>", "", drawn) if trace.name == "spots" else drawn
            assert "<" not in without_own
            assert "\x00" not in drawn
        assert trace.hovertemplate is None
        assert trace.texttemplate is None
    (spots,) = [trace for trace in figure.data if trace.name == "spots"]
    assert any("&lt;b&gt;&amp;amp;" in line for line in spots.hovertext)
    assert "<b>&amp;%{x}" not in pattern_html(small).split("<body>")[1].split("<script")[0]


def test_svg_is_xml_with_every_token_and_loads_nothing(small):
    svg = pattern_svg(small, minimum_share=0, overlay="both")
    root = ET.fromstring(svg)
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    for token in small.tokens:
        assert clean(token) in texts
    assert "href" not in svg
    assert "<script" not in svg
    assert svg.count("http") == 1  # the name space
    description = root.find("{http://www.w3.org/2000/svg}desc")
    assert description is not None
    assert description.text == summary(small)


def test_svg_and_plotly_draw_the_same_shapes(small):
    scene = lay_out(Drawn.of(small, View(overlay="both")))
    areas = sum(isinstance(i, Area) for stage in scene.stages for i in stage)
    root = ET.fromstring(pattern_svg(small, overlay="both"))
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) == areas
    figure = pattern_graph(small, overlay="both")
    polygons = sum(shape.path.count("Z") for shape in figure.layout.shapes)
    discs = sum(isinstance(i, Disc) for stage in scene.stages for i in stage)
    assert polygons == areas + discs


def test_html_is_self_contained_and_has_no_cloud_button(small):
    html = pattern_html(small)
    assert '"showSendToCloud": false' in html
    assert '"displaylogo": false' in html
    assert not re.search(r"<script[^>]+src=", html)
    assert CONFIG["showSendToCloud"] is False


def test_the_summary_tells_the_way(small):
    assert summary(small, "attention", 1) == (
        "“farmers” has +2.00 influence on are − is; its pattern carries 25 % of it (+0.50): "
        "stays at “farmers” by skip through block 0, then head 1 of block 1 moves it to "
        "“[MASK]”, then stays at “[MASK]” by skip through block 2."
    )
    assert summary(small, "embedding", 4).endswith(
        "stays at “old” through blocks 0–1, then block 2 moves it to “[MASK]”."
    )
    assert summary(small) == summary(small, word=1)
    assert short_route(small, small.patterns[1], "attention") == (
        "head 0 → farmers, head 1 → [MASK], skip"
    )
    assert short_route(small, small.patterns[2], "embedding") == "at old ×2, → [MASK]"
    assert summary(small, word=3) == "“[MASK]” has no influence on are − is."
    assert summary(replace(small, patterns=())) == "No word has any influence on are − is."


def test_an_explanation_without_patterns_or_flow_is_drawn(small):
    empty = replace(small, patterns=(), influence=(0.0,) * 5, flow=None)
    with pytest.raises(ExplainerError, match="needs the total flow"):
        pattern_graph(empty, overlay="both")
    figure = pattern_graph(empty)
    assert json.loads(figure.to_json())["layout"]["height"] > 100
    ET.fromstring(pattern_svg(empty))


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": "heads"},
        {"overlay": "all"},
        {"minimum_share": 5},
        {"minimum_share": float("nan")},
        {"width": 10},
        {"scale": 0},
    ],
)
def test_impossible_views_are_refused_with_a_sentence(small, wrong):
    with pytest.raises(ExplainerError, match=r"is .*: (choose|give)|above 0"):
        pattern_graph(small, **wrong)


def test_a_view_is_drawn_as_its_choices_by_keyword(small):
    view = View(level="embedding", selected=2, minimum_share=0)
    by_keyword = {"level": "embedding", "selected": 2, "minimum_share": 0}
    assert pattern_svg(small, view) == pattern_svg(small, **by_keyword) != pattern_svg(small)
    assert pattern_svg(small, View(minimum_share=0, selected=2), level="embedding") == (
        pattern_svg(small, view)
    )
    # Plotly numbers every page's element at random.
    pages = (pattern_html(small, view), pattern_html(small, **by_keyword))
    one, two = (re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", page) for page in pages)
    assert one == two
    figure = pattern_graph(small, view)
    assert figure == pattern_graph(small, **by_keyword) == small.figure(**by_keyword)
    assert figure == small.figure("embedding", selected=2, minimum_share=0) != small.figure()


def test_what_is_no_view_is_refused(small):
    for wrong in ("embedding", {"level": "embedding"}, 3):
        with pytest.raises(ExplainerError, match=r"The view is .*: give a View"):
            pattern_svg(small, wrong)
    with pytest.raises(ExplainerError, match="no option view: choose from"):
        small.figure(view=View())
    with pytest.raises(ExplainerError, match="no option colour: choose from"):
        pattern_graph(small, View(), colour="red")


def test_numbers_are_written_for_people():
    assert signed(-0.004) == "0.00"
    assert signed(-1.5) == "−1.50"
    assert percent(0.002) == "<1 %"
    assert percent(0.998) == ">99 %"
    assert percent(0) == "0 %"
    assert percent(1) == "100 %"
    assert [nice(v) for v in (0.13, 0.5, 7, 0.019)] == pytest.approx([0.1, 0.5, 5, 0.01])
    assert escape("a\u202eb\n<") == "a·b·&lt;"


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_text_can_be_read_on_its_page(colours):
    def luminance(colour: str) -> float:
        parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(one), luminance(other)))
        return (high + 0.05) / (low + 0.05)

    for text_colour in (colours.ink, colours.muted):
        assert contrast(text_colour, colours.surface) >= 4.5
    for mark in (colours.positive, colours.negative, colours.skip, colours.heads):
        assert contrast(mark, colours.surface) >= 3


def test_the_bands_are_the_largest_flows(large):
    shown = (0, 3, 5, 20, 39)
    found, count = bands(large.flow, "both", shown)
    moved = large.flow.heads.sum(axis=1)
    every = [abs(large.flow.skip[layer, i]) for layer in range(12) for i in shown]
    every += [abs(moved[layer, i, j]) for layer in range(12) for i in shown for j in shown]
    expected = sorted(every, reverse=True)[:MOST]
    assert [abs(band.value) for band in found] == pytest.approx(expected)
    assert count == 12 * 40 + 12 * 40 * 40
    for band in found:
        layer, source, target, component = band.edge
        if component == SKIP:
            assert band.value == large.flow.skip[layer, source]
        else:
            by_head = large.flow.heads[layer, :, target, source]
            assert band.value == pytest.approx(by_head.sum())
            assert band.strongest == np.abs(by_head).argmax()


def test_a_step_in_words(small):
    stays, goes, any_way = Edge(1, 1, 1, SKIP), Edge(1, 1, 3, 2), Edge(1, 1, 3, None)
    carriers = [wording.carrier(edge.component) for edge in (stays, goes, any_way)]
    assert carriers == ["skip", "head 2", "all heads and skip"]
    start, end = small.tokens[1], small.tokens[3]
    assert wording.movement(small, stays) == f"stays at “{start}”"
    assert wording.movement(small, goes) == f"goes from “{start}” to “{end}”"
    assert wording.place(small, stays) == f"block 1, “{start}” stays by skip"
    assert wording.place(small, goes) == f"block 1, “{start}” → “{end}” by head 2"
    assert place_name(small, stays) == f"block 1: stays at {start}, skip"
    assert place_name(small, any_way) == f"block 1: {start} → {end}"
    assert [step_name(edge) for edge in (stays, goes)] == ["1: skip", "1: head 2"]

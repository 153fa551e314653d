"""Figures of the method page and the picture of a pair: what is drawn is what the numbers say."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from explainer import explain
from explainer.base.numbers import signed
from explainer.figures import View
from explainer.figures.charts.conservation import conservation_figure
from explainer.figures.charts.steps import component_step, node_step
from explainer.figures.patterns.pairs.svg import pair_svg
from explainer.results.comparison import compare
from explainer.results.route import SKIP

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def explanation(tiny_masked_lm):
    text = "the old farmer that the assistants love [MASK] bad ."
    return explain(tiny_masked_lm, text, correct="is", wrong="are", flow=True)


def texts(figure) -> list[str]:
    return [said for trace in figure.data if trace.text is not None for said in trace.text]


@pytest.mark.parametrize("width", [350, 1100])
def test_a_step_shows_every_candidate_with_its_number(width):
    tokens = ("<b>x</b>", "farmers", "[MASK]")
    values = (0.5, -1.25, 2.0)
    figure = node_step(tokens, (1, 1, 2, 2), 1, values, sign=1.0, width=width)
    said = texts(figure)
    assert {signed(value) for value in values} <= set(said)
    assert not any("<b>" in text for text in said)
    last = node_step(tokens, (1, 1, 2, 2), 2, (0.75,), sign=1.0, width=width)
    assert "+0.75" in texts(last)
    assert "+0.50" not in texts(last)


@pytest.mark.parametrize("moves", [False, True])
def test_skip_is_no_candidate_where_the_step_changes_place(moves):
    nodes = (0, 1, 1) if moves else (0, 0, 1)
    components = (1, 0) if moves else (SKIP, 0)
    figure = component_step(("a", "b"), nodes, components, 0, (0.4, 0.1, 0.2), sign=1.0, width=900)
    said = texts(figure)
    assert ("skip" in said) is not moves
    assert {"head 0", "head 1"} <= set(said)


def test_bars_of_a_block_add_up_to_what_it_passes_on(explanation):
    figure = conservation_figure(explanation.flow)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars) == 4
    assert np.sum([bar.y for bar in bars], axis=0) == pytest.approx(
        explanation.flow.layer_totals(), abs=1e-12
    )
    assert {note.text for note in figure.layout.annotations} == {
        signed(total) for total in explanation.flow.layer_totals()
    }


def test_a_pair_is_one_picture_on_one_scale(explanation, tiny_masked_lm):
    text = "the farmer that the assistants love [MASK] bad ."
    other = explain(tiny_masked_lm, text, correct="is", wrong="are", flow=True)
    both = (explanation, other)
    sentences = ("the <old> farmer & co", "x" * 300)
    alignment = compare(*both).alignment
    written = pair_svg(both, alignment, (View(), View()), sentences, "what it says")
    root = ElementTree.fromstring(written)
    assert float(root.get("width")) == View.width
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert sentences[0] in words
    assert any(word.startswith("xxx") and word.endswith("…") for word in words)
    assert words.count(f"{explanation.model.name}: is − are") == 2
    left, right = (
        group for group in root.iter(f"{SVG}g") if (group.get("transform") or "").startswith("tr")
    )
    rows = [
        [float(t.get("y")) for t in side.iter(f"{SVG}text") if t.text in ("[CLS]", "[SEP]")]
        for side in (left, right)
    ]
    assert rows[0] == rows[1]
    scales = [t for t in words if re.match(r"width: ", t)]
    assert len(scales) == 2
    assert len(set(scales)) == 1

"""An explanation as a file, and as what a notebook shows of it."""

import json
import re
import sys

import pytest

from explainer import ExplainerError, Explanation
from explainer.app import compute
from explainer.app.state.choices import Choices
from explainer.app.widgets.drawing import view_of
from explainer.app.widgets.saving.files import picture_files
from explainer.base import extras
from explainer.figures import files, pattern_pdf, pattern_svg, summary
from explainer.figures.canvas.plotly import CONFIG
from explainer.figures.patterns import svg
from explainer.figures.patterns.layout import lay_out
from tests.ui import opened, widget

PLOTLY = "application/vnd.plotly.v1+json"


def test_a_notebook_gets_the_summary_the_picture_and_the_graph(small):
    bundle = small._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"] == summary(small)
    assert bundle["image/svg+xml"] == pattern_svg(small)
    shown = bundle[PLOTLY]
    assert shown.pop("config") == CONFIG
    assert shown == json.loads(small.figure().to_json())
    json.dumps(bundle, allow_nan=False)  # as a notebook keeps it


def test_a_notebook_lays_the_figure_out_once(small, monkeypatch):
    calls = []
    for module in (files, svg):
        monkeypatch.setattr(module, "lay_out", lambda drawn: calls.append(drawn) or lay_out(drawn))
    small._repr_mimebundle_()
    assert len(calls) == 1


def test_a_notebook_without_plotly_gets_the_picture(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly", None)
    assert set(small._repr_mimebundle_()) == {"text/plain", "image/svg+xml"}


def test_the_page_draws_the_figure_that_python_draws(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir)
    (graph, *_) = test.get("plotly_chart")
    drawn = json.loads(graph.proto.spec)
    width = drawn["layout"]["width"]
    chosen = Choices(model=str(tiny_masked_lm_dir))
    found = compute.explanation(compute.request_for(chosen, "masked-lm"))
    figure = found.figure(**vars(view_of(chosen, width)))
    assert json.loads(figure.to_json()) == drawn
    # What a page shows at first is what Python draws when nothing is chosen, but for the width.
    assert found.figure(width=width, dark=view_of(chosen, width).dark) == figure
    assert widget(test, "slider", "share").value == 5


@pytest.mark.parametrize("ending", ["json", "svg", "html"])
def test_an_explanation_is_saved_as_its_file_s_ending_says(small, tmp_path, ending):
    place = tmp_path / f"pattern.{ending.upper()}"
    small.save(str(place), level="embedding")
    text = place.read_text(encoding="utf-8")
    if ending == "json":
        assert Explanation.from_json(text).to_dict() == small.to_dict()
    elif ending == "svg":
        assert text == pattern_svg(small, level="embedding")
    else:
        assert text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("name", ["pattern.png", "pattern", "svg"])
def test_another_ending_is_refused_before_anything_is_written(small, tmp_path, name):
    with pytest.raises(ExplainerError, match=r"ends in \.json, \.svg, \.pdf or \.html"):
        small.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_is_no_path_or_no_choice_is_refused(small, tmp_path):
    with pytest.raises(ExplainerError, match="The file is 3: give a string"):
        small.save(3)
    with pytest.raises(ExplainerError, match="no option colour"):
        small.save(tmp_path / "pattern.svg", colour="red")


def test_a_pdf_has_the_picture_s_size_and_words_in_fonts_of_its_own(small, tmp_path):
    pytest.importorskip("vl_convert")
    small.save(tmp_path / "pattern.pdf", minimum_share=0)
    data = (tmp_path / "pattern.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    svg = pattern_svg(small, minimum_share=0)
    sides = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg).groups()
    box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", data).groups()
    assert [float(side) for side in box] == pytest.approx([0.75 * float(s) for s in sides])
    assert b"/FontFile" in data
    assert b"/Subtype /Image" not in data
    assert [file.name for file in picture_files("x", lambda: svg)] == ["x.svg", "x.pdf"]
    assert picture_files("x", lambda: svg)[1].make().startswith(b"%PDF-")


def test_without_its_extra_a_pdf_is_refused_and_not_offered(small, tmp_path, monkeypatch):
    monkeypatch.setitem(extras.EXTRAS, "pdf", ("no_such_package",))
    for make in (lambda: pattern_pdf(small), lambda: small.save(tmp_path / "pattern.pdf")):
        with pytest.raises(ExplainerError, match=r"A PDF needs the extra 'pdf' .*pip install"):
            make()
    assert not list(tmp_path.iterdir())
    assert [file.name for file in picture_files("x", str)] == ["x.svg"]

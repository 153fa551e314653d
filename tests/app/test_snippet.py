"""The Python snippet reproduces the page's result."""

import ast
import contextlib
import io
import json

import pytest

import explainer
from explainer import Settings
from explainer.app import compute
from explainer.app.compare.save import pair_json
from explainer.app.compute import Request
from explainer.app.compute.explore import WhatIf, ablated, route_influence, scores
from explainer.app.compute.masks.apart import own_texts, word_pair
from explainer.app.compute.runs.evaluate import record
from explainer.app.compute.sentence import PREDICTIONS
from explainer.app.evaluate.snippet import sentence_snippet
from explainer.app.widgets.saving.snippet import pair_snippet, snippet, words_snippet
from explainer.figures import View, pattern_pair_svg, pattern_svg
from explainer.figures.patterns.pairs.difference import difference_summary
from explainer.figures.patterns.pairs.svg import pair_svg
from explainer.figures.patterns.pairs.views import selecting
from explainer.question.quantity import Contrast
from explainer.results.comparison import compare
from explainer.results.route import Edge, Node

PUBLIC = {"explainer": explainer, "explainer.figures": explainer.figures}
"""The packages that are documented for others."""
VIEWS = (
    View(),
    View(level="embedding", overlay="both", minimum_share=0.2, selected=1, hide_special=True),
    View(minimum_share=0, place=Node(1, 2), merge_pieces=True),
    View(minimum_share=0, place=Edge(1, 1, 1, "skip")),
)
SCORED = "decompx"
TEXTS = ('the farmer\'s "old" [MASK] .', "the \\ <b> {farmers} [MASK] 'bad' .")


def printed(code: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {})
    return out.getvalue()


@pytest.mark.parametrize("asked", [("unhappiest", "is"), (("unhappiest", "are"), ("is", "is"))])
def test_two_words_apart_are_printed_and_drawn_too(
    tiny_masked_lm_dir, asked, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    text = "the farmers [MASK] old ." if isinstance(asked[0], str) else "the [MASK] [MASK] old ."
    settings = Settings(points=5, rule="midpoint")
    request = Request(str(tiny_masked_lm_dir), text, Contrast(*asked), settings, words=2)
    found, texts = word_pair(request), own_texts(request)
    code = words_snippet(request, texts, View(level="embedding"))
    assert json.loads(printed(code)) == found.to_dict()
    picture = pattern_pair_svg(found.correct, found.wrong, sentences=texts, level="embedding")
    assert (tmp_path / "words.svg").read_text(encoding="utf-8") == picture


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "settings",
    [
        Settings(search="joint"),
        Settings(points=5, rule="midpoint", top_k=2),
        Settings(rule="adaptive", tolerance=0.02),
    ],
)
@pytest.mark.parametrize("view", VIEWS)
def test_running_it_prints_the_same_numbers_and_draws_the_same_picture(
    tiny_masked_lm_dir, text, settings, view, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    request = Request(str(tiny_masked_lm_dir), text, Contrast("are"), settings)
    found = compute.explanation(request)
    assert json.loads(printed(snippet(request, view))) == found.to_dict()
    drawn = (tmp_path / "pattern.svg").read_text(encoding="utf-8")
    assert drawn == pattern_svg(found, view)


@pytest.mark.parametrize("words", [("id:15 are", "##s"), ("un", 27), (14, None)])
def test_a_word_asked_for_by_number_stays_one(tiny_masked_lm_dir, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    request = Request(str(tiny_masked_lm_dir), TEXTS[0], Contrast(*words), Settings(points=2))
    found = compute.explanation(request).to_dict()
    assert json.loads(printed(snippet(request, View()))) == found


@pytest.mark.parametrize("settings", [Settings(), Settings(points=5, rule="midpoint")])
def test_running_the_snippet_of_a_pair_prints_both(
    tiny_masked_lm_dir, tiny_classifier_dir, settings, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    first = Request(str(tiny_masked_lm_dir), TEXTS[0], Contrast("are", "is"), settings)
    alike = Request(str(tiny_masked_lm_dir), TEXTS[1], Contrast("are"), settings)
    other = Request(str(tiny_classifier_dir), TEXTS[1], Contrast(label="positive"), settings)
    for second, loads in ((alike, 1), (other, 2)):
        view = View(level="embedding", minimum_share=0.02, selected=2)
        code = pair_snippet(first, second, view)
        assert code.count("load_model(") == loads
        both = (compute.explanation(first), compute.explanation(second))
        assert printed(code) == pair_json(both) + "\n"
        comparison = compare(*both)
        views = selecting(view, comparison.alignment)
        said = difference_summary(comparison, both, view.level, view.minimum_share)
        drawn = pair_svg(both, comparison.alignment, views, (TEXTS[0], TEXTS[1]), said)
        assert (tmp_path / "comparison.svg").read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize("contrast", [Contrast(), Contrast("are", "is")])
@pytest.mark.parametrize("settings", [Settings(), Settings(points=5, rule="midpoint")])
def test_running_it_draws_the_scores_that_the_page_shows(
    tiny_masked_lm_dir, settings, contrast, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    request = Request(str(tiny_masked_lm_dir), TEXTS[0], contrast, settings)
    view = View(scores=scores(request, SCORED), minimum_share=0.1)
    found = compute.explanation(request)
    assert json.loads(printed(snippet(request, view))) == found.to_dict()
    drawn = (tmp_path / "pattern.svg").read_text(encoding="utf-8")
    assert drawn == pattern_svg(found, view)


def test_it_says_no_more_than_was_chosen(tiny_classifier_dir):
    request = Request(str(tiny_classifier_dir), "good .", Contrast(label="positive"), Settings())
    written = snippet(request, View(width=700, dark=True))
    assert "label='positive'" in written
    assert "Settings" not in written
    assert "correct" not in written
    assert "pattern_svg(explanation)" in written
    assert Settings(rule="riemann", points=24).changed == {"rule": "riemann"}


@pytest.mark.parametrize("settings", [Settings(), Settings(points=5, rule="midpoint")])
def test_every_snippet_needs_public_names_only(tiny_masked_lm_dir, settings):
    request = Request(str(tiny_masked_lm_dir), TEXTS[0], Contrast("are", "is"), settings)
    views = (*VIEWS, View(scores=scores(request, SCORED)))
    codes = [snippet(request, view) for view in views]
    codes.append(pair_snippet(request, request, View()))
    codes.append(sentence_snippet(request, record(request, "zero"), "zero"))
    for code in codes:
        found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)]
        own = [node for node in found if node.module.split(".")[0] == "explainer"]
        assert own
        for node in own:
            assert node.module in PUBLIC, code
            for alias in node.names:
                assert alias.name in PUBLIC[node.module].__all__, alias.name


def test_ones_own_path_and_what_if_can_be_asked_by_public_names(tiny_masked_lm_dir):
    request = Request(str(tiny_masked_lm_dir), TEXTS[0], Contrast("are", "is"), Settings(points=5))
    model, found = explainer.load_model(request.model), compute.explanation(request)
    (first, *_), contrast = found.patterns, explainer.Contrast("are", "is")
    own = explainer.measure_path(
        model, request.text, first.nodes, first.components, contrast=contrast,
        settings=request.settings,
    )  # fmt: skip
    assert own == route_influence(request, first.route)
    edge = first.edges("attention")[1]
    for what, level, given in (
        ("keep", "attention", {"keep": found.patterns}),
        ("remove", "embedding", {"cut": found.patterns}),
        ("step", "attention", {"cut": [edge]}),
    ):
        asked = ablated(request, WhatIf(what, "zero", edge, found.patterns, level))
        answer = explainer.ablate(
            model, request.text, **given, level=level, replacement="zero", contrast=contrast,
            count=PREDICTIONS,
        )  # fmt: skip
        assert answer.value == pytest.approx(asked.value)
        likeliest, shown = ([p.word for p in found.predictions] for found in (answer, asked))
        assert shown[: len(likeliest)] == likeliest
        assert set(shown[len(likeliest) :]) <= {"are", "is"}  # what is asked about comes behind

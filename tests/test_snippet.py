"""The Python snippet reproduces the page's result."""

import contextlib
import io
import json
from dataclasses import fields

import pytest

from explainer import Settings
from explainer.figures import View, pattern_svg
from explainer.pattern import Edge, Node
from explainer.ui import compute
from explainer.ui.compute import Request
from explainer.ui.snippet import snippet

VIEWS = (
    View(),
    View(level="embedding", overlay="both", minimum_share=0.2, selected=1, hide_special=True),
    View(minimum_share=0, place=Node(1, 2), merge_pieces=True),
    View(minimum_share=0, place=Edge(1, 1, 1, "skip")),
)
TEXTS = ('the farmer\'s "old" [MASK] .', "the \\ <b> {farmers} [MASK] 'bad' .")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("settings", [Settings(), Settings(points=5, rule="midpoint", top_k=2)])
@pytest.mark.parametrize("view", VIEWS)
def test_running_it_prints_the_same_numbers_and_draws_the_same_picture(
    tiny_masked_lm_dir, text, settings, view, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    request = Request(str(tiny_masked_lm_dir), text, "are", None, None, None, settings)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(snippet(request, view), {})
    found = compute.explanation(request)
    assert json.loads(printed.getvalue()) == found.to_dict()
    options = {field.name: getattr(view, field.name) for field in fields(View)}
    drawn = (tmp_path / "pattern.svg").read_text(encoding="utf-8")
    assert drawn == pattern_svg(found, **options)


def test_it_says_no_more_than_was_chosen(tiny_classifier_dir):
    request = Request(str(tiny_classifier_dir), "good .", None, None, "positive", None, Settings())
    written = snippet(request, View(width=700, dark=True))
    assert "label='positive'" in written
    assert "Settings" not in written
    assert "correct" not in written
    assert "pattern_svg(explanation)" in written

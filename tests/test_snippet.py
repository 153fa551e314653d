"""The Python snippet reproduces the page's result."""

import contextlib
import io
import json

import pytest

from explainer import Settings
from explainer.ui import compute
from explainer.ui.compute import Request
from explainer.ui.snippet import snippet

TEXTS = ('the farmer\'s "old" [MASK] .', "the \\ <b> {farmers} [MASK] 'bad' .")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("settings", [Settings(), Settings(points=5, rule="midpoint", top_k=2)])
def test_running_it_prints_the_same_numbers(tiny_masked_lm_dir, text, settings):
    request = Request(str(tiny_masked_lm_dir), text, "are", None, None, None, settings)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(snippet(request), {})
    assert json.loads(printed.getvalue()) == compute.explanation(request).to_dict()


def test_it_says_no_more_than_was_chosen(tiny_classifier_dir):
    request = Request(str(tiny_classifier_dir), "good .", None, None, "positive", None, Settings())
    written = snippet(request)
    assert "label='positive'" in written
    assert "Settings" not in written
    assert "correct" not in written

"""How sure a path is, on request; and another method's scores for bars and tints, never mixed."""

import re
from dataclasses import replace

import pytest

from explainer.app import compute
from explainer.app.compute import cached
from explainer.app.compute.explore import _checking, scores, word_stability
from explainer.app.explore.inspector import stability as shown
from explainer.app.widgets import strip
from explainer.app.widgets.question.tint import tint_rules
from explainer.base.errors import ExplainerError
from explainer.figures.canvas.palette import palette
from tests.app import test_pages
from tests.app.test_inspector import explained, html
from tests.app.test_pages import graph_alt, plain_text
from tests.ui import checked, query, widget

page = test_pages.page


def request_of(test):
    return test.session_state["explore_last_request"]


def test_a_path_is_checked_when_somebody_asks(page, monkeypatch):
    test = page(word="2")
    assert "Is the path found again?" not in html(test)
    checked(test.button(key="stability").click().run())
    found = word_stability(request_of(test), 2)
    assert found.says("attention") in [plain_text(one.value) for one in test.markdown]
    assert shown.table(found, "attention") in html(test)
    # Another word has not been asked about, and the first one's answer is kept.
    checked(widget(test, "selectbox", "word").set_value(5).run())
    assert "Is the path found again?" not in html(test)
    asked = []
    computing = cached.on
    monkeypatch.setattr(cached, "on", lambda *a, **k: asked.append(k) or computing(*a, **k))
    checked(widget(test, "selectbox", "word").set_value(2).run())
    assert shown.table(found, "attention") in html(test)
    assert not asked


def test_a_session_remembers_only_the_last_questions(page, monkeypatch):
    monkeypatch.setattr(shown, "MOST_ASKED", 1)
    test = page(word="2")
    checked(test.button(key="stability").click().run())
    checked(widget(test, "selectbox", "word").set_value(5).run())
    checked(test.button(key="stability").click().run())
    assert [word for _, word in test.session_state[shown.ASKED]] == [5]
    checked(widget(test, "selectbox", "word").set_value(2).run())
    assert test.button(key="stability")


def test_the_verdict_is_of_the_level_that_is_shown(page):
    test = page(word="2", level="embedding")
    checked(test.button(key="stability").click().run())
    found = word_stability(request_of(test), 2)
    assert found.says("embedding") in [plain_text(one.value) for one in test.markdown]
    assert shown.table(found, "embedding") in html(test)


def test_a_row_says_what_its_check_finds(page):
    found = word_stability(request_of(page()), 2)
    check = found.checks[0]
    other = 0 if found.pattern.components[0] != 0 else 1
    heads = replace(check, found=replace(found.pattern, components=(other,) * 3))
    nodes = replace(
        check,
        found=replace(found.pattern, nodes=(2, 4, 4, found.pattern.nodes[-1]), components=(0,) * 3),
    )
    rows = shown.table(
        replace(found, checks=(heads, nodes, replace(check, found=None))), "attention"
    )
    said = re.findall(r"</th><td>(.*?)</td>", rows)
    assert said[0] == "other heads"
    assert said[1].endswith(" % of its nodes")
    assert said[2] == "no influence"


def test_what_takes_too_long_is_refused_before_it_is_computed(page, monkeypatch):
    request = request_of(page())
    loaded = compute.model(request.model)
    assert _checking(loaded, request, 2).seconds > 0
    monkeypatch.setenv("EXPLAINER_SECONDS", "1")
    monkeypatch.setattr("explainer.influence.effort.estimate.pace", lambda *_, **__: 1.0)
    with pytest.raises(ExplainerError, match=r"This would take .* and here 1 second"):
        _checking(loaded, request, 2)
    with pytest.raises(ExplainerError, match=r"This would take .* and here 1 second"):
        scores(replace(request, text="the [MASK] loves ."), "alti")


def test_where_the_drawn_ways_carry_little_they_are_called_examples(page, monkeypatch):
    monkeypatch.setattr(strip, "concentration", lambda *_: 0.49)
    assert any(strip.EXAMPLES in caption.value for caption in page().caption)
    monkeypatch.setattr(strip, "concentration", lambda *_: 0.5)
    assert not any(strip.EXAMPLES in caption.value for caption in page().caption)


def test_bars_and_tints_are_the_chosen_methods_and_say_so(page):
    test = page()
    before = html(test)
    assert "By influence g: " not in before
    checked(widget(test, "selectbox", "scores").set_value("alti").run())
    assert query(test) == {"scores": "alti"}
    assert "By influence g: " in html(test)
    (said,) = (one.value for one in test.caption if one.value.startswith("Bars and tints are"))
    assert plain_text(said).startswith("Bars and tints are ALTI, which finds “")
    assert plain_text(said).removeprefix("Bars and tints") in graph_alt(test)
    found = scores(request_of(test), "alti")
    words = compute.word_tokens(
        request_of(test).model, request_of(test).text, request_of(test).contrast
    )
    sums = [sum(found.scores[at] for at in places) for places in words]
    rules = tint_rules("", sums, palette(False), signed=False)
    fills = re.findall(r"background: (rgba?\([^)]*\))", rules)
    assert len(fills) > 5
    assert all(fill in html(test) for fill in fills)
    assert "ALTI" not in before


def test_a_link_opens_the_scores_and_an_unknown_method_is_said(page):
    assert "Bars and tints are leave one out" in " ".join(
        caption.value for caption in page(scores="leave-one-out").caption
    )
    test = page(scores="lime")
    assert any("scores 'lime', which is not possible" in one.value for one in test.info)


def test_scores_that_cannot_be_had_are_said_and_influence_is_shown(page, monkeypatch):
    def refused(*_):
        raise ExplainerError("No scores today.")

    monkeypatch.setattr("explainer.app.explore.page.scores_of", refused)
    test = page(scores="decompx")
    assert [plain_text(error.value) for error in test.error] == ["No scores today."]
    assert any(caption.value == "Bars and tints are influence g." for caption in test.caption)
    assert "By influence g: " not in html(test)
    assert explained(test).tokens

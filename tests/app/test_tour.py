"""The tour: three steps on the sentence that is there, left and found again."""

from dataclasses import replace
from html import escape

import pytest
from streamlit.testing.v1 import AppTest

from explainer.app import compute
from explainer.app.compute.explore import WhatIf, ablated
from explainer.app.explore.inspector.effect import says_effect
from explainer.app.explore.tour import NEXT, TOUR, chosen_at, theme
from explainer.app.state.choices import FAIREST, Choices
from explainer.app.state.explored import explored_from_query
from explainer.base.numbers import signed
from explainer.results.route import SKIP
from tests.ui import APP, checked, opened, query, widget

SENTENCE = "the farmers that the assistant loves [MASK] old ."


def said(test) -> str:
    (card,) = [b.proto.body for b in test.get("html") if 'class="ipe-tour' in b.proto.body]
    return card


def toured(test) -> bool:
    return any('class="ipe-tour' in block.proto.body for block in test.get("html"))


def press(test, name: str):
    return checked(test.button(key=f"tour_{name}").click().run())


@pytest.fixture
def started(tiny_masked_lm_dir):
    """The page with its tour begun from the page's head."""
    test = opened(tiny_masked_lm_dir, text=SENTENCE, points="5", what="keep", level="embedding")
    assert not toured(test)
    return press(test, "button")


def explained(test):
    request = test.session_state["explore_last_request"]
    return request, compute.explanation(request)


def test_it_goes_from_a_word_to_its_head_and_to_the_cut(started):
    request, explanation = explained(started)
    about = theme(explanation)
    assert "what" not in query(started)
    assert [b.label for b in started.button if b.key == "tour_next"] == [NEXT[0]]

    press(started, "next")
    assert query(started)["word"] == str(about.pattern.source)
    assert signed(about.pattern.influence) in said(started)
    press(started, "next")
    block, head = about.edge.layer, about.edge.component
    assert query(started)["at"].startswith(f"{block},")
    assert f"Head {head} of block {block}" in said(started)
    press(started, "next")
    assert query(started)["what"] == "component"
    cut = WhatIf("component", Choices.replacement, about.edge, (about.pattern,), "attention")
    after = ablated(request, cut).value
    name = f"without head {head} of block {block}"
    assert escape(says_effect(explanation.target, after, name)) in said(started)
    press(started, "back")
    assert "what" not in query(started)
    press(started, "next")
    press(started, "next")
    assert not toured(started)
    assert query(started)["what"] == "component"  # what was found stays


def test_it_is_left_for_the_session_and_found_again(started):
    press(started, "next")
    press(started, "leave")
    assert not toured(started)
    assert "word" in query(started)
    checked(started.run())
    checked(widget(started, "text_area", "text").set_value("the old farmer [MASK] good .").run())
    assert not toured(started)
    press(started, "button")
    assert "New here?" in said(started)
    assert "word" not in query(started)


def test_another_word_or_sentence_leads_back_to_its_beginning(started):
    press(started, "next")
    about = theme(explained(started)[1])
    other = 8 if about.pattern.source != 8 else 1
    checked(widget(started, "selectbox", "word").set_value(other).run())
    assert "ipe-tour-0" in said(started)
    press(started, "next")
    assert "ipe-tour-1" in said(started)
    checked(widget(started, "text_area", "text").set_value("the old farmer [MASK] good .").run())
    assert "ipe-tour-0" in said(started)


def test_it_opens_for_who_comes_without_a_link_and_for_nobody_else():
    test = AppTest.from_file(APP, default_timeout=60).run()
    assert checked(test).session_state[TOUR] == 0
    assert "New here?" in said(test)
    assert not query(test)


def test_the_subject_is_the_strongest_word_that_a_head_carries(tiny_masked_lm):
    from explainer import Settings, explain

    found = explain(tiny_masked_lm, SENTENCE, settings=Settings(points=5))
    about = theme(found)
    by_head = [p for p in found.patterns if any(e.component != SKIP for e in p.edges("attention"))]
    assert about.pattern.influence == max((p.influence for p in by_head), key=abs)
    assert about.edge in about.pattern.edges("attention")
    assert about.edge.component != SKIP
    chosen = chosen_at(Choices(what="keep", word=1), 0, about)
    assert (chosen.word, chosen.at, chosen.what) == (None, None, "none")


def test_where_no_head_carries_a_word_it_says_so(tiny_masked_lm_dir, monkeypatch):
    monkeypatch.setattr("explainer.app.explore.tour.theme", lambda _: None)
    test = press(opened(tiny_masked_lm_dir, text=SENTENCE, points="5"), "button")
    assert "no head carries any" in said(test)
    assert not [b for b in test.button if b.key == "tour_next"]
    press(test, "leave")
    assert not toured(test)


def test_a_newcomers_cut_is_the_fairest_and_a_link_from_before_keeps_its_zero():
    fresh, _ = explored_from_query({})
    assert fresh.replacement == FAIREST == "mean"
    assert fresh.to_query() == {}
    cut = replace(fresh, what="component")
    assert cut.to_query()["replacement"] == "mean"
    for link in (cut.to_query(), replace(fresh, replacement="zero").to_query()):
        assert explored_from_query(link)[0].to_query() == link
    assert replace(fresh, replacement="zero").to_query() == {"merge": "yes"}
    for before in ({"what": "component"}, {"merge": "yes"}, {"merge": "no"}):
        assert explored_from_query(before)[0].replacement == "zero"

"""Long texts on the pages: the strongest words at once, the others when they are asked for."""

import json

import pytest
import streamlit as st

from explainer.app import compute
from explainer.app.compute.request import FIRST
from explainer.app.state.choices import Choices
from explainer.app.widgets.saving.snippet import snippet
from explainer.figures import View
from tests.app.test_snippet import printed
from tests.ui import checked, opened, query, widget

LONG = (
    "the farmers that the assistant loves and the assistants love " * 2
    + "the old farmer [MASK] old ."
)
LONGER = LONG.replace("loves", "love")


def captions(test) -> str:
    return " ".join(caption.value for caption in test.caption)


def test_the_strongest_words_come_at_once_and_the_others_by_a_click(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, text=LONG, points="3")
    request = test.session_state["explore_last_request"]
    found = compute.explanation(request)
    assert request.words == found.strongest == len(found.patterns) == FIRST
    assert f"The strongest {FIRST} of {FIRST + len(found.not_followed)} words were" in captions(
        test
    )
    assert len(test.dataframe[0].value) == FIRST + len(found.not_followed)
    (button,) = [b for b in test.button if b.key == "all_words"]
    assert button.label == f"Follow the other {len(found.not_followed)}"

    checked(button.click().run())
    assert query(test)["all_words"] == "yes"
    every = compute.explanation(test.session_state["explore_last_request"])
    assert every.strongest is None
    assert every.influence == found.influence
    assert f"All {len(every.patterns)} words were followed." in captions(test)
    again = opened(tiny_masked_lm_dir, text=LONG, points="3", all_words="yes")
    assert again.session_state["explore_last_request"].words is None

    checked(next(b for b in again.button if b.key == "all_words").click().run())
    assert "all_words" not in query(again)
    assert f"The strongest {FIRST} of" in captions(again)


def test_the_settings_say_which_words_are_followed(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, text=LONG, points="3")
    checked(widget(test, "toggle", "all_words").set_value(True).run())
    assert query(test)["all_words"] == "yes"
    assert "words were followed." in captions(test)
    assert "The strongest" not in captions(test)
    other = opened(tiny_masked_lm_dir, "evaluate", points="3")
    assert not [toggle for toggle in other.toggle if "all_words" in toggle.key]


def test_there_is_a_way_back_from_what_was_cancelled(tiny_masked_lm_dir, monkeypatch):
    monkeypatch.setattr("explainer.app.compute.waiting.SOON", 0.0)
    test = opened(tiny_masked_lm_dir, text=LONG, points="4")
    with monkeypatch.context() as patch:
        patch.setattr("explainer.app.compute.sentence.explain", lambda *_, **__: st.stop())
        checked(next(b for b in test.button if b.key == "all_words").click().run())
        checked(test.button(key="cancel").click().run())
    back = next(b for b in test.button if b.key == "all_words")
    assert back.label == f"Only the strongest {FIRST}"
    checked(back.click().run())
    assert "all_words" not in query(test)
    assert f"The strongest {FIRST} of" in captions(test)
    assert not [b for b in test.button if "resume_" in b.key]


def test_a_short_text_says_nothing_of_it(tiny_masked_lm_dir):
    for query_ in ({}, {"all_words": "yes"}):
        test = opened(tiny_masked_lm_dir, points="3", **query_)
        assert "followed" not in captions(test).replace("followed per word", "")
        assert not [b for b in test.button if b.key == "all_words"]


def test_a_word_that_was_not_followed_cannot_be_selected(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, text=LONG, points="3")
    word = compute.explanation(test.session_state["explore_last_request"]).not_followed[0]
    chosen = opened(tiny_masked_lm_dir, text=LONG, points="3", word=str(word))
    assert any(f"Token {word} was not followed" in note.value for note in chosen.info)
    assert "word" not in query(chosen)


def test_both_sides_of_a_comparison_follow_the_strongest(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, "compare", text=LONG, text2=LONGER, points="3")
    assert "First: The strongest" in captions(test)
    assert "Second: The strongest" in captions(test)
    checked(next(b for b in test.button if b.key == "all_words").click().run())
    assert query(test)["all_words"] == "yes"
    assert "Second: All" in captions(test)


def test_the_snippet_follows_as_many(tiny_masked_lm_dir, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    chosen = Choices(model=str(tiny_masked_lm_dir), text=LONG, points=3)
    request = compute.request_for(chosen, "masked-lm")
    found = compute.explanation(request)
    code = snippet(request, View())
    assert f"    words={FIRST},\n" in code
    assert json.loads(printed(code)) == found.to_dict()


@pytest.mark.parametrize("value", ["maybe", "1", ""])
def test_a_wrong_link_is_said(tiny_masked_lm_dir, value):
    test = opened(tiny_masked_lm_dir, points="3", all_words=value)
    assert any("all_words" in note.value.replace("\\", "") for note in test.info)

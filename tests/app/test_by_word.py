"""Explore's section for a sentence encoder: nothing until it is asked for, then pair by pair."""

import json
import re
from dataclasses import replace

import pandas as pd
import pytest
import streamlit as st

from explainer.app.compute import cached, waiting
from explainer.app.compute.explore import by_word as compared_words
from explainer.app.compute.explore import of_pairs, ways_between
from explainer.app.explore import by_word as section
from explainer.app.explore.by_word import pair_frame
from explainer.app.state.choices import Choices, from_query
from explainer.app.widgets.saving.snippet import matrix_snippet, paths_snippet
from explainer.figures import (
    SimilarityView,
    View,
    similarity_paths_svg,
    similarity_svg,
)
from explainer.figures.similarity.view import Shown
from tests.models.test_sentence_encoders import headless, with_modules
from tests.ui import alts, checked, opened, query, widget

FIRST, SECOND = "the unhappiest farmer .", "old farmers"
LINK = {"text": FIRST, "pair": SECOND, "points": "3", "rule": "trapezoid", "merge": "yes"}
WAYS = "In the first text"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return with_modules(headless(tmp_path_factory.mktemp("models") / "encoder"))


@pytest.fixture
def asked(monkeypatch):
    """The functions that were computed, by name, and not taken from kept answers."""
    names = []
    computing = cached.on

    def heard(*given, question, **more):
        names.append(question[1])
        return computing(*given, question=question, **more)

    monkeypatch.setattr(cached, "on", heard)
    return names


def request_of(test):
    return test.session_state["explore_last_request"]


def compared(request):
    return compared_words(of_pairs(request))


def captions(test) -> str:
    return " ".join(re.sub(r"\\(.)", r"\1", part.value) for part in test.caption)


def choose(test, **changes):
    """As a click does, which the tests without a browser cannot make."""
    test.session_state["choices"] = replace(test.session_state["choices"], **changes)
    test.session_state["choices_touched"] = True
    return checked(test.run())


def test_nothing_is_computed_until_somebody_asks(folder, asked):
    test = opened(folder, **LINK, share="0")
    assert "by_word" not in asked
    assert len(alts(test)) == 1
    checked(test.button(key="by_word").click().run())
    assert asked.count("by_word") == 1
    assert query(test)["by_word"] == "matrix"
    matrix = compared(request_of(test))
    assert f"All pairs add up to {matrix.sum:+.2f}".replace("-", "−") in captions(test)
    assert alts(test)[1].startswith("How near “the unhappiest farmer .” and “old farmers” are")
    # Links are another picture of the same numbers.
    checked(widget(test, "segmented_control", "by_word").set_value("links").run())
    assert query(test)["by_word"] == "links"
    checked(widget(test, "segmented_control", "by_word").set_value("none").run())
    assert "by_word" not in query(test)
    assert len(alts(test)) == 1
    assert asked.count("by_word") == 1
    assert "ways_between" not in asked


def test_a_link_shows_a_pair_and_its_ways(folder, asked):
    test = opened(folder, **LINK, by_word="matrix", between="3-2")
    assert not test.error
    assert asked.count("ways_between") == 1
    assert len(alts(test)) == 4
    assert query(test)["between"] == "3-2"
    # Of a word of pieces, all of them.
    paths = ways_between(replace(request_of(test), words=None), (2, 3, 4), (2,))
    assert paths.second.target.correct == "unhappiest"
    assert WAYS in " ".join(part.value for part in test.markdown)
    (_, chart, first, second) = (json.loads(c.proto.spec) for c in test.get("plotly_chart"))
    bold = [
        text
        for text, weight in zip(
            chart["data"][0]["text"], chart["data"][0]["textfont"]["weight"], strict=True
        )
        if weight == 700
    ]
    assert bold == ["unhappiest", "farmers"]
    assert "towards farmers" in str(first["data"][0]["text"])
    assert "towards unhappiest" in str(second["data"][0]["text"])
    choose(test, between=None)
    assert len(alts(test)) == 2
    assert "between" not in query(test)


def test_tokens_are_followed_by_themselves_where_they_are_not_merged(folder):
    test = opened(folder, **{**LINK, "merge": "no"}, by_word="links", between="3-2")
    paths = ways_between(replace(request_of(test), words=None), (3,), (2,))
    assert paths.second.target.correct == "##happi"
    assert "towards ##happi" in str(test.get("plotly_chart")[3].proto.spec)


def test_how_patterns_are_searched_makes_no_other_matrix(folder, asked):
    link = {**LINK, "text": "the assistant loves the farmer .", "by_word": "matrix"}
    opened(folder, **link)
    opened(folder, **link, search="staged", top_k="2", all_words="yes")
    assert asked.count("by_word") == 1


def test_a_pair_that_is_not_there_is_dropped_and_said(folder, asked):
    test = opened(folder, **LINK, by_word="matrix", between="3-99")
    said = " ".join(part.value for part in test.info)
    assert "pair of words is not in these texts" in said
    assert "between" not in query(test)
    assert "ways_between" not in asked


def test_another_text_has_no_pair_selected(folder):
    test = opened(folder, **LINK, by_word="matrix", between="3-2")
    checked(widget(test, "text_input", "pair").set_value("the assistant is good .").run())
    assert "between" not in query(test)
    assert query(test)["by_word"] == "matrix"
    assert "In the first text" not in " ".join(part.value for part in test.markdown)


def test_the_rows_of_the_graph_are_those_of_the_matrix(folder):
    test = opened(folder, **LINK, by_word="matrix", special="no")
    spots = json.loads(test.get("plotly_chart")[1].proto.spec)["data"][1]["customdata"]
    assert len(spots) == 4 * 2
    pairs = next(
        frame.value for frame in test.dataframe if "first text" in list(frame.value.columns)
    )
    assert len(pairs) == 8
    assert pairs["adds"].abs().is_monotonic_decreasing


def test_a_click_selects_a_pair_and_a_second_one_nothing(folder, monkeypatch):
    test = opened(folder, **LINK, by_word="matrix")
    matrix = compared(request_of(test))
    changes = []
    monkeypatch.setattr(section.EDITOR.__class__, "change", lambda _, **c: changes.append(c))
    shown = Shown.of(matrix, SimilarityView())

    def click(shown, *data):
        points = [{"customdata": ["point", 2, 0, *data, None]}]
        chosen = {section.CHART: {"selection": {"points": points}}}
        monkeypatch.setattr(section.st, "session_state", chosen)
        section._clicked(shown)

    click(shown, 2, 1)  # the row of “unhappiest”, whose first token is the third
    assert changes == [{"between": (2, 1)}]
    click(Shown.of(matrix, SimilarityView(selected=(4, 1))), 2, 1)
    assert changes[-1] == {"between": None}
    tokens = Shown.of(matrix, SimilarityView(merge_pieces=False))
    click(tokens, 4, 1)
    assert changes[-1] == {"between": (4, 1)}
    points = {section.CHART: {"selection": {"points": []}}}
    monkeypatch.setattr(section.st, "session_state", points)
    section._clicked(shown)
    assert len(changes) == 3


def test_the_table_has_all_pairs_by_name(folder):
    test = opened(folder, **LINK, by_word="matrix")
    shown = Shown.of(compared(request_of(test)), SimilarityView())
    frame = pair_frame(shown, shown.pairs)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == ["first text", "second text", "adds"]
    assert len(frame) == 6 * 4
    assert frame["adds"].sum() == pytest.approx(shown.source.sum)


def test_what_takes_too_long_is_refused_in_its_place(folder, monkeypatch):
    test = opened(folder, **{**LINK, "text": "the farmers love the assistant ."})
    monkeypatch.setattr("explainer.influence.effort.estimate.pace", lambda *_, **__: 1.0)
    checked(test.button(key="by_word").click().run())
    assert "This would take about" in test.error[0].value
    # The rest of the page stays, and the way back.
    assert len(alts(test)) == 1
    assert widget(test, "segmented_control", "by_word").value == "matrix"


def test_a_long_one_is_cancelled_and_started_again(folder, monkeypatch):
    monkeypatch.setattr(waiting, "SOON", 0.0)
    link = {**LINK, "text": "the farmers are good .", "by_word": "matrix"}
    matrix = "explainer.app.compute.explore.similarity_matrix"
    with monkeypatch.context() as patch:
        patch.setattr(matrix, lambda *_, **__: st.stop())
        test = opened(folder, **link)
    assert test.get("progress")[-1].proto.text.startswith("This takes about ")
    with monkeypatch.context() as patch:
        patch.setattr(matrix, lambda *_, **__: pytest.fail("it began again"))
        checked(test.button(key="cancel").click().run())
    said = [note.value.replace("\\", "") for note in test.info]
    assert any(note.startswith("Cancelled: it takes about") for note in said)
    assert query(test)["by_word"] == "matrix"
    assert len(alts(test)) == 1  # the graph is there
    (again,) = [button for button in test.button if "resume_pairs" in (button.key or "")]
    checked(again.click().run())
    assert len(alts(test)) == 2
    assert not test.get("progress")


def test_other_models_have_no_such_section(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, by_word="matrix", between="1-1")
    assert not test.error
    assert len(alts(test)) == 1
    assert not [button for button in test.button if button.key == "by_word"]


def test_links_spell_the_pair():
    chosen, notes = from_query({"by_word": "links", "between": "12-3"})
    assert (chosen.by_word, chosen.between, notes) == ("links", (12, 3), ())
    assert from_query(chosen.to_query())[0] == chosen
    for wrong in ("12", "a-b", "1-2-3", "-1-2", "1-"):
        chosen, notes = from_query({"between": wrong})
        assert chosen.between is None
        assert "which is not possible: none is used instead" in notes[0]
    assert from_query({"by_word": "heat"})[0].by_word == "none"
    assert Choices(between=(1, 2)).unselected.between is None


def test_the_python_beside_it_gives_the_same(folder, tmp_path, monkeypatch, capsys):
    test = opened(folder, **LINK, by_word="links", between="3-2")
    request = request_of(test)
    view = SimilarityView(kind="links", selected=(3, 2))
    paths = ways_between(replace(request, words=None), (2, 3, 4), (2,))
    ways = View(level="embedding")
    monkeypatch.chdir(tmp_path)
    for code, found, file, svg in (
        (
            matrix_snippet(of_pairs(request), view),
            compared(request),
            "word-by-word.svg",
            similarity_svg(compared(request), view),
        ),
        (
            paths_snippet(replace(request, words=None), paths, ways),
            paths,
            "pair.svg",
            similarity_paths_svg(paths, ways),
        ),
    ):
        exec(code, {})
        assert json.loads(capsys.readouterr().out) == found.to_dict()
        assert (tmp_path / file).read_text(encoding="utf-8") == svg


@pytest.mark.parametrize("button", ["save_pairs", "save_ways"])
def test_what_is_shown_can_be_saved(folder, button):
    test = opened(folder, **LINK, by_word="matrix", between="3-2")
    names = {"save_pairs": "word-by-word", "save_ways": "pair"}
    assert names[button] not in " ".join(block.value for block in test.code)
    test.session_state[button] = True
    checked(test.run())
    kept = [part.proto.label for part in test.get("download_button")]
    assert {"Picture (SVG)", "Interactive page (HTML)", "Numbers (JSON)"} <= {*kept}
    assert f'Path("{names[button]}.svg")' in test.code[-1].value

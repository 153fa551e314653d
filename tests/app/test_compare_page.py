"""The compare page without a browser: two sides, one link, and what differs between them."""

import dataclasses
import json
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from explainer import explain
from explainer.app.compare.choices import Pair, pair_from_query, papers_pair, starting_pair
from explainer.app.compare.presets import presets
from explainer.app.state.choices import Choices
from explainer.app.state.linked import ARRIVED, STAYS
from tests import ui, vocabularies
from tests.ui import APP, alts, checked, opened, query

FIRST = "the farmers that the assistant loves [MASK] old ."
SECOND = "the farmer that the assistants love [MASK] old ."
LONGER = "the farmers that the bad assistant loves [MASK] old ."


@pytest.fixture
def page(tiny_masked_lm_dir):
    """A function that opens the page with a tiny masked LM and further link parameters."""
    return partial(opened, tiny_masked_lm_dir, "compare")


def widget(test: AppTest, kind: str, name: str):
    return ui.widget(test, kind, name, "compare")


def side_widget(test: AppTest, kind: str, name: str, side: str):
    return ui.widget(test, kind, name, f"compare_{side}")


def verdict(test: AppTest) -> str:
    (found,) = [h.proto.body for h in test.get("html") if 'class="ipe-verdict"' in h.proto.body]
    return found


def test_the_page_begins_with_the_papers_pair(page):
    test = page()
    assert side_widget(test, "text_input", "text", "first").value == FIRST
    assert side_widget(test, "text_input", "text", "second").value == SECOND
    first, second = alts(test)
    assert "influence on are − is" in first
    assert "influence on is − are" in second
    assert not test.error
    assert not test.info
    assert not query(test)
    assert "in both" in verdict(test) or "in the first" in verdict(test)
    words = list(test.dataframe[0].value["word"])
    assert "farmers / farmer" in words
    assert len(words) == 10


def test_toggles_and_selections_compute_nothing_again(page, monkeypatch):
    test = page()
    calls = []
    monkeypatch.setattr("explainer.app.compute.sentence.explain", lambda *a, **_: calls.append(a))
    monkeypatch.setattr("explainer.app.compute.sentence.predict", lambda *a, **_: calls.append(a))
    for name, value in (("level", "embedding"), ("overlay", "both")):
        checked(widget(test, "segmented_control", name).set_value(value).run())
    checked(widget(test, "slider", "share").set_value(0).run())
    checked(widget(test, "selectbox", "row").set_value(2).run())
    checked(test.button(key="swap").click().run())
    checked(test.button(key="swap").click().run())
    assert not calls
    assert query(test) == {"level": "embedding", "overlay": "both", "share": "0"}


def test_one_changed_side_is_computed_alone(page, monkeypatch):
    test = page()
    texts = []

    def counted(model, text, **options):
        texts.append(text)
        return explain(model, text, **options)

    monkeypatch.setattr("explainer.app.compute.sentence.explain", counted)
    new = "the farmer that the assistants love [MASK] bad ."
    checked(side_widget(test, "text_input", "text", "second").set_value(new).run())
    assert texts == [new]


def test_a_link_reproduces_the_page(page):
    asked = {
        "text": "the farmer loves [MASK] .",
        "correct": "old",
        "wrong": "bad",
        "text2": "the farmers love [MASK] .",
        "correct2": "good",
        "level": "embedding",
        "overlay": "skip",
        "share": "0",
        "word": "2",
        "points": "7",
        "rule": "midpoint",
    }
    test = page(**asked)
    assert query(test) == asked
    first, second = alts(test)
    assert "“farmer”" in first
    assert "old − bad" in first
    assert "“farmers”" in second
    assert "good − bad" in second
    assert side_widget(test, "selectbox", "wrong", "second").value == "bad"
    assert not test.info


def test_the_second_side_starts_from_the_first(page):
    test = page(text="the farmer loves [MASK] .", correct="old", wrong="bad", apart="no")
    assert side_widget(test, "text_input", "text", "second").value == "the farmer loves [MASK] ."
    (note,) = test.info
    assert "Both sides are the same" in note.value
    assert set(test.dataframe[0].value["ways differ"]) == {"the same"}
    checked(widget(test, "toggle", "apart").set_value(True).run())
    assert "apart" not in query(test)  # as in a link from before
    box = side_widget(test, "selectbox", "correct", "second")
    other = next(word for word in box.options if word.isalpha() and word not in ("old", "bad"))
    checked(box.set_value(other).run())
    assert not test.info
    assert query(test)["correct2"] == other
    assert f"influence on {other} − bad" in alts(test)[1]


def test_both_are_asked_one_question_unless_apart(page):
    test = page(text=FIRST, text2=SECOND, apart="no")
    assert all("influence on are − is" in alt for alt in alts(test))
    assert len([box for box in test.selectbox if box.label.startswith("Why this word")]) == 1
    assert "change of g" in test.dataframe[0].value
    box = side_widget(test, "selectbox", "wrong", "first")
    checked(box.set_value("good").run())
    assert all("influence on are − good" in alt for alt in alts(test))
    assert query(test) == {"text2": SECOND, "wrong": "good", "apart": "no"}
    checked(widget(test, "toggle", "apart").set_value(True).run())
    box = side_widget(test, "selectbox", "wrong", "second")
    other = next(word for word in box.options[1:] if word not in ("are", "good"))
    checked(box.set_value(other).run())
    assert ["− good" in alts(test)[0], f"− {other}" in alts(test)[1]] == [True, True]
    assert "change of g" not in test.dataframe[0].value
    assert any(
        "The first is asked for are − good" in c.value.replace("\\", "") for c in test.caption
    )
    checked(widget(test, "toggle", "apart").set_value(False).run())
    assert all("influence on are − good" in alt for alt in alts(test))
    assert "wrong2" not in query(test)
    assert query(test)["apart"] == "no"


def test_what_the_first_leaves_open_is_asked_of_the_second_too(page):
    test = page(text=FIRST, text2=SECOND, correct="", wrong="", apart="no")
    first, second = alts(test)
    asked = first.split("influence on ")[1].split(";")[0]
    assert f"influence on {asked};" in second
    assert "change of g" in test.dataframe[0].value


def test_a_link_from_before_asks_each_side_what_it_did(page):
    old = page(text=FIRST, text2=SECOND, correct2="is", wrong2="are")
    assert widget(old, "toggle", "apart").value is True
    assert "influence on is − are" in alts(old)[1]
    assert "influence on is − are" in alts(page(level="embedding"))[1]
    open_to_the_model, _ = pair_from_query({"model": "sentiment", "text": "a", "text2": "b"})
    assert open_to_the_model.apart
    assert widget(page(text=FIRST, text2=SECOND), "toggle", "apart").value is True
    one = page(apart="no")
    assert "influence on are − is" in alts(one)[1]
    assert query(one) == {"apart": "no"}


def test_a_second_model_without_the_words_leaves_the_question(tiny_masked_lm_dir):
    asked = {"text": FIRST, "correct": "were", "wrong": "was", "points": "3", "rule": "trapezoid"}
    test = opened("agreement", "compare", apart="no", **asked)
    pair = test.session_state["pair"]
    # What typing a folder into the model's box does; the tests' boxes take no typed options.
    second = dataclasses.replace(pair.second, model=str(tiny_masked_lm_dir))
    test.session_state["pair"] = pair.with_side("second", second)
    test.session_state["pair_touched"] = True
    checked(test.run())
    assert "influence on were − was" in alts(test)[0]
    assert (query(test)["correct"], query(test)["wrong"]) == ("were", "was")
    (error,) = test.error
    assert "were" in error.value
    assert not test.info


def test_one_answer_is_written_in_one_colour_on_both_sides(page):
    test = page()
    pages = [found.proto.body for found in test.get("html")]
    (rules,) = [body for body in pages if ".st-key-contrast_second" in body]
    assert "st-key-pair_second" in rules
    assert "--ipe-for: var(--ipe-answer1)" in rules
    assert "--ipe-against: var(--ipe-answer0)" in rules
    assert "first" not in rules


def explored(text, **asked):
    """The page as one comes to it from the explore page, whose link is empty."""
    test = AppTest.from_file(APP, default_timeout=60)
    for name, value in {"text": text, **asked}.items():
        test.query_params[name] = value
    checked(test.run())
    for name in list(test.query_params):
        del test.query_params[name]
    test.switch_page("pages/compare.py")
    return checked(test.run())


def test_from_the_explore_page_the_second_sentence_is_the_first_with_a_word_changed():
    test = explored("the keys to the cabinet [MASK] on the table .", correct="are", wrong="")
    second = side_widget(test, "text_input", "text", "second")
    assert second.value == "the key to the cabinet [MASK] on the table ."
    (note,) = test.info
    assert "with “key” for “keys”" in note.value
    assert all("influence on are − is" in alt for alt in alts(test))
    checked(second.set_value("the key to the cabinets [MASK] on the table .").run())
    assert not test.info


def test_for_a_class_it_is_the_opposite():
    test = explored("a good film .", model="sentiment")
    assert side_widget(test, "text_input", "text", "second").value == "a bad film ."
    assert "with “bad” for “good”" in test.info[0].value


def test_a_sentence_in_which_nothing_can_be_changed_stays_and_it_is_said(tiny_masked_lm_dir):
    test = explored("[MASK]", model=str(tiny_masked_lm_dir))
    (note,) = test.info
    assert "Both sides are the same" in note.value


def test_swap_turns_everything_round(page):
    test = page()
    before = alts(test)
    checked(test.button(key="swap").click().run())
    assert [alt.split(": ", 1)[1] for alt in alts(test)] == [
        alt.split(": ", 1)[1] for alt in reversed(before)
    ]
    assert side_widget(test, "text_input", "text", "first").value == SECOND
    assert side_widget(test, "selectbox", "correct", "second").value == "are"


def test_the_link_stays_empty_for_a_moment_on_coming_back(page):
    test = page(text2=LONGER)
    for arrived in (True, False):  # by the navigation; then a measure before the link is there
        test.session_state[ARRIVED] = arrived
        for name in list(test.query_params):
            del test.query_params[name]
        checked(test.run())
        assert side_widget(test, "text_input", "text", "second").value == LONGER
    checked(test.run())
    test.query_params["text2"] = SECOND
    checked(test.run())
    assert side_widget(test, "text_input", "text", "second").value == SECOND


def test_a_measure_that_comes_with_an_old_link_changes_nothing(page):
    test = page(text2=SECOND)
    checked(side_widget(test, "text_input", "text", "second").set_value(LONGER).run())
    test.query_params["text2"] = SECOND
    test.session_state[STAYS] = True
    checked(test.run())
    assert side_widget(test, "text_input", "text", "second").value == LONGER
    assert query(test)["text2"] == LONGER


def test_what_opens_and_closes_never_takes_an_older_link():
    """Its run may come with the link from before, and looks like no choice: it has to say so."""
    app = APP.parent / "explainer" / "app"
    assert [
        file.name for file in app.rglob("*.py") if 'on_change="rerun"' in file.read_text()
    ] == []


def test_a_preset_fills_in_both_sides(page):
    test = page(level="embedding")
    number = next(i for i, p in enumerate(presets()) if p.first.text == p.second.text)
    checked(test.button(key=f"pair_{number}").click().run())
    preset = presets()[number]
    assert side_widget(test, "text_input", "text", "second").value == preset.second.text
    assert side_widget(test, "selectbox", "correct", "first").value == preset.first.correct
    assert query(test)["level"] == "embedding"


@pytest.mark.parametrize("side", ["first", "second"])
def test_a_mistake_is_said_at_its_side_and_the_other_stays(page, side):
    test = page()
    other = alts(test)[1 if side == "first" else 0]
    text = "<b>two</b> [MASK] [SEP]"
    checked(side_widget(test, "text_input", "text", side).set_value(text).run())
    (error,) = test.error
    assert "contains [SEP]" in error.value.replace("\\", "")
    assert "<b>" not in error.value.replace(r"\<", "")
    assert side_widget(test, "text_input", "text", side).value == text
    (left,) = alts(test)
    assert left == other
    checked(side_widget(test, "text_input", "text", side).set_value(FIRST).run())
    assert not test.error
    assert len(alts(test)) == 2


def test_two_mistakes_are_two_sentences(page):
    test = page(text="", model2="/no/such/folder")
    said = [error.value.replace("\\", "") for error in test.error]
    assert len(said) == 2
    assert "is empty" in said[0]
    assert "no model folder" in said[1]
    assert not alts(test)


def test_wrong_values_in_a_link_fall_back_with_a_note(page):
    test = page(level="sideways", share="-3", word2="x", rule="<img src=x>")
    said = [note.value for note in test.info]
    for name in ("level", "share", "rule", "word2"):
        assert any(f"asks for {name} " in note.replace("\\", "") for note in said)
    assert not any("<img" in note.replace(r"\<", "") for note in said)
    assert not query(test)
    checked(widget(test, "slider", "share").set_value(10).run())
    assert not test.info


def test_a_word_that_is_not_there_gets_a_note(page):
    test = page(word="77")
    for _ in range(2):  # the browser tells its width, and the page runs again
        (note,) = test.info
        assert "Token 77" in note.value
        assert "word" not in query(test)
        checked(test.run())
    for level in ("embedding", "attention"):  # and back: nobody has asked for it again
        checked(widget(test, "segmented_control", "level").set_value(level).run())
        assert not test.info


def test_a_selected_word_is_shown_on_both_sides(page):
    test = page(word="2")
    first, second = alts(test)
    assert "“farmers” has" in first
    assert "“farmer” has" in second


def test_a_word_that_only_one_side_has_is_selected_there(page):
    test = page(text=FIRST, text2=LONGER, word2="5")
    first, second = alts(test)
    assert "in the other sentence only" in first
    assert "“bad” has" in second
    assert query(test)["word2"] == "5"


def test_a_masked_lm_beside_a_classifier(page, tiny_classifier_dir):
    test = page(text=FIRST, model2=str(tiny_classifier_dir), text2="the old farmer", label2="1")
    assert not test.error
    first, second = alts(test)
    assert "are − is" in first
    assert "influence on neutral" in second
    (note,) = test.info
    assert "different questions" in note.value
    assert side_widget(test, "selectbox", "label", "second").value == "neutral"


@pytest.mark.parametrize(
    "pair",
    [
        starting_pair(),
        starting_pair("x"),
        starting_pair().swapped(),
        starting_pair().selecting(3, 4),
        starting_pair().selecting(None, 4),
        starting_pair().with_shared(Choices(level="embedding", points=7, keep_special=True)),
        starting_pair().with_shared(Choices(search="staged", beam=7)),
        starting_pair().with_side("second", Choices(model="b")),
        Pair(first=Choices(), second=Choices()),
        Pair(first=Choices(text="a", correct=None), second=Choices(text="a"), apart=True),
        Pair(first=Choices(text="a"), second=Choices(text="a", correct="b"), apart=True),
        Pair(first=Choices(text="", model=""), second=Choices(text="a&b", label="x"), apart=True),
        papers_pair(),
        papers_pair("x"),
        papers_pair().asked(apart=False),
        papers_pair().with_shared(Choices(level="embedding")),
        starting_pair().asked(apart=True),
        Pair(first=Choices(text="a", correct=None), second=Choices(text="b", correct=None)),
        Pair(first=Choices(text="a"), second=Choices(text="b"), apart=True),
        Pair(first=Choices(model="q"), second=Choices(), apart=True),
    ],
)
def test_choices_survive_the_link(pair):
    assert pair_from_query(pair.to_query()) == (pair, ())


def test_without_a_link_the_explored_sentence_begins():
    explored = Choices(text="another [MASK]", correct=None, wrong="b", level="embedding", word=3)
    pair, notes = pair_from_query({}, explored)
    assert pair.first.text == pair.second.text == "another [MASK]"
    assert (pair.second.wrong, pair.first.level, pair.first.word) == ("b", "attention", None)
    assert not notes
    of_x = starting_pair("x")
    beginning = of_x.with_shared(dataclasses.replace(of_x.first, merge=True))
    assert pair_from_query({}, Choices(model="x")) == (beginning, ())
    assert pair_from_query({"text": "a"}, explored)[0].first.text == "a"


def test_another_text_selects_no_word():
    pair = starting_pair().selecting(2, 2)
    assert pair.with_side("second", Choices(text="other")).first.word is None
    kept = pair.with_side("second", dataclasses.replace(pair.second, correct="was"))
    assert kept.first.word == 2
    assert kept.second.correct == "was"


def test_presets_are_pairs_of_sentences_that_differ():
    assert len(presets()) >= 6
    assert (presets()[0].first.text, presets()[0].second.text) == (FIRST, SECOND)
    for preset in presets():
        assert preset.first != preset.second
        if preset.model == "agreement":
            for side in (preset.first, preset.second):
                assert side.text.count("[MASK]") == 1
                assert side.correct
                assert side.wrong


def test_pairs_file_has_known_fields_only():
    file = APP.parent / "assets" / "pairs.json"
    for group in json.loads(file.read_text(encoding="utf-8")):
        for item in group["items"]:
            assert item.keys() == {"model", "first", "second"}
            for side in ("first", "second"):
                assert item[side].keys() <= {"text", "correct", "wrong"}


@pytest.fixture(scope="module")
def pieces(tmp_path_factory):
    """A masked LM whose tokenizer splits words that the tiny one has."""
    return vocabularies.saved_model(tmp_path_factory.mktemp("models") / "pieces", "word-piece")


def test_words_are_compared_where_a_link_or_a_person_asks_for_them(pieces):
    one, two = "the unhappy farmers [MASK] old .", "the unhappy olds [MASK] old ."
    test = opened(pieces, "compare", text=one, text2=two, correct="are", wrong="is")
    tokens = list(test.dataframe[0].value["word"])
    assert any("##" in name for name in tokens)
    checked(widget(test, "toggle", "merge").set_value(True).run())
    assert query(test)["merge"] == "yes"
    words = list(test.dataframe[0].value["word"])
    assert not any("##" in name for name in words)
    assert len(words) < len(tokens)
    assert "unhappy" in words
    options = widget(test, "selectbox", "row").options
    row = next(number for number, name in enumerate(options) if name.startswith("unhappy"))
    checked(widget(test, "selectbox", "row").select_index(row).run())
    chosen = test.session_state["pair"]
    assert chosen.first.word in (2, 3)  # the piece that matters most
    assert query(test)["word"] == str(chosen.first.word)
    again = opened(pieces, "compare", **query(test))
    assert alts(again) == alts(test)


def test_the_page_opened_without_a_link_compares_words():
    first, _ = pair_from_query({})
    assert first.first.merge
    assert first.second.merge
    assert first.to_query() == {}
    before, _ = pair_from_query({"level": "embedding"})
    assert not before.first.merge
    assert pair_from_query(before.with_shared(first.first).to_query())[0].first.merge

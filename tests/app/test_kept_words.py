"""What is asked about stays while sentence and model change, or is said to have gone."""

from dataclasses import replace

import pytest

from explainer.app.state.choices import Choices
from explainer.app.state.editor import UNSET
from explainer.app.widgets.question.kept import reasons
from tests import vocabularies
from tests.question.test_labels import saved  # noqa: F401 (a fixture)
from tests.ui import checked, opened, query, widget

ALIKE = "the farmer that the assistants love [MASK] old ."
OTHER = "old [MASK] bad"


@pytest.fixture(scope="module")
def pieces(tmp_path_factory):
    """A masked LM whose tokenizer splits words that the tiny one has."""
    return vocabularies.saved_model(tmp_path_factory.mktemp("models") / "pieces", "word-piece")


def typed(test, text):
    return checked(widget(test, "text_area", "text").set_value(text).run())


def chosen(test, name, word):
    return checked(widget(test, "selectbox", name).set_value(word).run())


def on_model(test, folder):
    """What typing a folder into the model's box does; the tests' boxes take no typed options."""
    before = test.session_state["choices"]
    test.session_state["choices"] = replace(before, model=str(folder))
    test.session_state["choices_touched"] = True
    return checked(test.run())


def said(test) -> list[str]:
    return [note.value.replace("\\", "") for note in test.info]


def test_a_rival_that_was_chosen_survives_any_sentence(tiny_masked_lm_dir):
    test = chosen(opened(tiny_masked_lm_dir), "wrong", "good")
    typed(test, ALIKE)
    assert query(test)["wrong"] == "good"
    assert not test.info
    typed(test, OTHER)
    assert widget(test, "selectbox", "wrong").value == "good"
    assert widget(test, "selectbox", "correct").value == UNSET
    assert said(test) == ["The sentence is a new one: “are” is no longer asked about."]
    checked(widget(test, "slider", "share").set_value(0).run())
    assert said(test)  # as long as the question is the same
    chosen(test, "wrong", UNSET)
    assert not test.info


def clicked(test, number):
    return checked(widget(test, "button_group", "chip").set_value(number).run())


def test_a_rival_stays_where_the_mask_does_and_goes_with_it_not_without_a_word(tiny_masked_lm_dir):
    test = chosen(opened(tiny_masked_lm_dir), "wrong", "good")
    clicked(test, None)
    clicked(test, 6)  # the word that was there is masked again
    assert query(test)["wrong"] == "good"
    assert not test.info
    clicked(test, 1)
    assert query(test)["wrong"] == ""
    assert said(test) == ["The mask is at another word: “good” is no longer asked about."]


def typed_first(folder, rival):
    """A page without a mask, where a person has typed this rival: the tests' boxes take none."""
    test = opened(folder, text="the farmers are old .", correct="", wrong=rival)
    test.session_state["explore_own_answers"] = {"wrong": rival}
    return test


def test_a_rival_that_was_chosen_first_stays_when_its_word_is_clicked(tiny_masked_lm_dir):
    test = clicked(typed_first(tiny_masked_lm_dir, "good"), 2)
    assert test.session_state["choices"].correct == "are"
    assert query(test)["wrong"] == "good"
    assert not test.info


def test_a_rival_that_is_the_word_that_was_clicked_goes_and_it_is_said(tiny_masked_lm_dir):
    test = clicked(typed_first(tiny_masked_lm_dir, "are"), 2)
    assert not test.error
    assert query(test)["wrong"] == ""
    (note,) = said(test)
    assert "“are” is the same as “are” to this model" in note


def test_words_that_nobody_chose_do_not_follow_to_another_sentence_and_it_is_said(
    tiny_masked_lm_dir,
):
    test = typed(opened(tiny_masked_lm_dir), OTHER)
    assert query(test) == {"text": OTHER, "correct": "", "wrong": ""}
    assert said(test) == ["The sentence is a new one: “are” and “is” are no longer asked about."]


def test_a_word_that_another_model_does_not_know_is_dropped_and_said(tiny_masked_lm_dir, pieces):
    test = chosen(opened(tiny_masked_lm_dir), "wrong", "good")
    typed(test, "the farmers are [MASK]")
    assert widget(test, "selectbox", "wrong").value == "good"
    on_model(test, pieces)
    assert not test.error
    assert widget(test, "selectbox", "wrong").value == UNSET
    assert "wrong" in query(test)
    (note,) = [sentence for sentence in said(test) if "“good”" in sentence]
    assert "not one word piece at the mask to this model" in note


def test_two_words_that_are_one_to_another_model_are_not_both_asked_about(tiny_masked_lm):
    cased = Choices(text="the farmers [MASK] old .", correct="are", wrong="ARE")
    (dropped,) = reasons(tiny_masked_lm, cased, ("correct", "wrong")).items()
    assert dropped[0] == "wrong"
    assert "“ARE” is the same as “are” to this model" in dropped[1]


def test_a_link_that_asks_for_what_there_is_not_is_refused_as_before(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, wrong="nonsense")
    assert "nonsense" in test.error[0].value
    assert query(test)["wrong"] == "nonsense"
    assert not test.info


def test_a_sentence_that_cannot_be_read_drops_nothing(tiny_masked_lm_dir):
    test = chosen(opened(tiny_masked_lm_dir), "wrong", "good")
    typed(test, "the farmers [MASK] [SEP]")
    assert test.error
    typed(test, "the farmers are [MASK]")
    assert widget(test, "selectbox", "wrong").value == "good"
    assert not test.error


def test_a_class_survives_where_the_other_model_has_it(saved):  # noqa: F811
    one = saved({0: "good", 1: "bad", 2: "so so"})
    two = saved({0: "bad", 1: "good"})
    three = saved({0: "spam", 1: "ham"})
    test = opened(one, text="the old farmer", label="good")
    on_model(test, two)
    assert widget(test, "selectbox", "label").value == "good"
    assert not test.info
    on_model(test, three)
    assert widget(test, "selectbox", "label").value == UNSET
    assert said(test) == [
        "“good” is no class to this model, whose own choice is asked about instead."
    ]

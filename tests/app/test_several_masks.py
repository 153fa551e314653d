"""Several masks on the explore page: a word at each, one of them alone, and what clicks do."""

from html import unescape

import pytest

from explainer import explain, load_model, predict
from explainer.app import compute
from explainer.app.state.choices import Choices, from_query
from explainer.app.widgets.markdown import plain
from tests.ui import alts, checked, opened, query, widget

TEXT = "the [MASK] that the assistant loves [MASK] old ."
RIGHT, WRONG = "farmers\nare", "farmer\nis"


def explained(test):
    """What the page explains now."""
    return compute.explanation(test.session_state["explore_last_request"])


def tables(test):
    """What is predicted, as the page's tables."""
    return [
        unescape(block.proto.body)
        for block in test.get("html")
        if '<table class="ipe-predictions ipe-masks">' in block.proto.body
    ]


def test_a_word_at_each_mask_is_asked_about_and_the_link_keeps_both(
    tiny_masked_lm_dir, tiny_masked_lm
):
    test = opened(tiny_masked_lm_dir, text=TEXT, correct=RIGHT, wrong=WRONG)
    assert not test.error
    own = explain(tiny_masked_lm, TEXT, correct=("farmers", "are"), wrong=("farmer", "is"))
    assert explained(test).target.value == pytest.approx(own.target.value, abs=1e-6)
    assert (query(test)["correct"], query(test)["wrong"]) == (RIGHT, WRONG)
    assert any("A word at each mask" in note.value for note in test.info)
    (table,) = tables(test)
    for number in (1, 2):
        assert f">mask {number}</th>" in table
    for look, words in (("ipe-for", ("farmers", "are")), ("ipe-against", ("farmer", "is"))):
        for word in words:
            assert f'<tr class="{look}"><th scope="row">{word}</th>' in table
    checked(widget(test, "selectbox", "correct_1").set_value("is").run())
    assert query(test)["correct"] == "farmers\nis"
    checked(widget(test, "selectbox", "wrong_0").set_value("").run())
    assert query(test)["wrong"] == "\nis"
    again = opened(tiny_masked_lm_dir, **query(test))
    assert explained(again).target == explained(test).target
    assert explained(test).target.correct == "farmers … is"


def test_without_words_it_is_the_models_own_at_each(tiny_masked_lm_dir, tiny_masked_lm):
    test = opened(tiny_masked_lm_dir, text=TEXT)
    own = explain(tiny_masked_lm, TEXT).target
    assert explained(test).target.correct == own.correct
    first, second = own.correct.split(" … ")
    assert plain(widget(test, "selectbox", "correct_0").label).endswith(f"mask 1 · {first}")
    assert plain(widget(test, "selectbox", "correct_1").label).endswith(f"mask 2 · {second}")
    options = widget(test, "selectbox", "correct_1").options[1:]
    assert options == [p.asked for p in predict(tiny_masked_lm, TEXT, 12, mask=2) if p.asked]


def test_one_mask_is_asked_about_alone(tiny_masked_lm_dir, tiny_masked_lm):
    test = opened(tiny_masked_lm_dir, text=TEXT, correct=RIGHT, wrong=WRONG)
    checked(widget(test, "selectbox", "mask").set_value(2).run())
    asked = {
        name: query(test)[name] for name in ("mask", "correct", "wrong") if name in query(test)
    }
    assert asked == {"mask": "2", "correct": "are", "wrong": "is"}
    own = explain(tiny_masked_lm, TEXT, correct="are", wrong="is", mask=2)
    assert explained(test).target.value == pytest.approx(own.target.value, abs=1e-6)
    assert not tables(test)
    again = opened(tiny_masked_lm_dir, **query(test))
    assert explained(again).target == explained(test).target
    checked(widget(again, "selectbox", "mask").set_value("").run())
    assert query(again)["correct"] == "\nare"
    assert len(explained(again).target.positions) == 2


def test_a_link_that_does_not_fit_is_said(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, text=TEXT, correct="farmers")
    (error,) = test.error
    assert "2 [MASK] to ask about, and 1 correct word was given" in error.value.replace("\\", "")
    test = opened(tiny_masked_lm_dir, text="the [MASK] old .", mask="2")
    assert any("mask '2', which is not possible" in note.value for note in test.info)
    assert not test.error
    read, notes = from_query({"text": TEXT, "mask": "two"})
    assert (read.mask, len(notes)) == (None, 1)


def test_a_click_masks_another_word_and_puts_one_back(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, text="the farmers [MASK] old .")
    test.session_state["explore_clicks"] = "also mask"
    checked(test.run())
    chips = widget(test, "button_group", "chips")
    assert chips.value == [2]
    checked(chips.set_value([2, 1]).run())
    assert query(test)["text"] == "the [MASK] [MASK] old ."
    assert query(test)["correct"] == "farmers\nare"
    assert query(test)["wrong"] == "\nis"
    assert len(explained(test).target.positions) == 2
    checked(widget(test, "button_group", "chips").set_value([1]).run())
    assert query(test)["text"] == "the [MASK] are old ."
    assert query(test)["correct"] == "farmers"


def test_words_do_not_stay_where_the_masks_become_more(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, text="the farmers [MASK] old .")
    checked(widget(test, "text_area", "text").set_value("the [MASK] [MASK] old .").run())
    assert not test.error
    assert any("“are” and “is” are no longer asked about" in note.value for note in test.info)
    assert len(explained(test).target.positions) == 2


def test_the_chip_of_several_pieces_shows_what_is_said_of_each(tiny_masked_lm_dir):
    asked = {"correct": "is are", "wrong": "are old"}
    test = opened(tiny_masked_lm_dir, text="the farmers [MASK] old .", **asked)
    request = test.session_state["explore_last_request"]
    said = compute.at_masks(request.reading, request.contrast)
    best = " ".join(one.predictions[0].word for one in said)
    chips = widget(test, "button_group", "chip")
    assert plain(chips.options[2]).replace("\\", "").startswith(plain(best).replace("\\", ""))
    (table,) = tables(test)
    assert table.count("ipe-for") == 2


def test_a_cut_tells_every_mask(tiny_masked_lm_dir):
    link = {"text": TEXT, "correct": RIGHT, "wrong": WRONG, "what": "remove"}
    test = opened(tiny_masked_lm_dir, **link)
    captions = [table.split("</caption>")[0].split(">")[-1] for table in tables(test)]
    assert captions == ["What the model predicts", "The model as it is", "The changed model"]


def test_choices_of_another_text_have_its_masks():
    before = Choices(text=TEXT, correct=RIGHT, wrong=WRONG)
    assert before.with_text(TEXT.replace("old", "good")).correct == RIGHT
    assert before.with_text("the [MASK] that the assistant loves are old .").correct is None
    one = Choices(text=TEXT, mask=2)
    assert one.with_text(TEXT.replace("old", "good")).mask == 2
    assert one.with_text("the [MASK] old .").mask is None


def test_compare_asks_two_texts_of_as_many_masks_and_says_where_one_has_fewer(tiny_masked_lm_dir):
    link = {"text": TEXT, "correct": RIGHT, "wrong": WRONG, "apart": "no"}
    other = TEXT.replace("assistant loves", "assistants love")
    test = opened(tiny_masked_lm_dir, "compare", text2=other, **link)
    assert not test.error
    assert len(alts(test)) == 2
    verdict = next(
        block.proto.body for block in test.get("html") if "ipe-verdict" in block.proto.body
    )
    assert "[MASK]" not in verdict  # which of them is said
    fewer = opened(tiny_masked_lm_dir, "compare", text2="the farmers [MASK] old .", **link)
    (error,) = fewer.error
    assert "1 [MASK] to ask about, and 2 correct words were given" in error.value.replace("\\", "")
    assert not any("word pieces" in note.value for note in fewer.info)
    assert len(alts(fewer)) == 1
    apart = opened(
        tiny_masked_lm_dir,
        "compare",
        text2="the farmers [MASK] old .",
        **link | {"apart": "yes"},
        correct2="are",
        wrong2="is",
    )
    assert not apart.error
    assert len(alts(apart)) == 2


def test_a_list_has_three_words_a_mask_with_those_that_are_asked_about(tiny_masked_lm_dir):
    every = [p.asked for p in predict(load_model(str(tiny_masked_lm_dir)), TEXT, 25, mask=1)]
    unlikely = [word for word in every if word is not None][-2:]
    link = {"text": TEXT, "correct": f"{unlikely[0]}\nare", "wrong": f"{unlikely[1]}\nis"}
    (table,) = tables(opened(tiny_masked_lm_dir, **link))
    _, first, second = table.split('scope="rowgroup"')
    for rows, words in ((first, unlikely), (second, ["are", "is"])):
        assert rows.count('scope="row"') in (2, 3)
        for word, look in zip(words, ("ipe-for", "ipe-against"), strict=True):
            assert f'<tr class="{look}"><th scope="row">{word}</th>' in rows
    assert first.count('scope="row"') == 3

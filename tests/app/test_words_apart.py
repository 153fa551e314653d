"""Two words of different numbers of pieces: two pictures on one scale, each in its own sentence."""

from html import unescape

import pytest

from explainer import WordPair, compare, explain_words
from explainer.app import compute
from explainer.app.compute.masks import apart
from explainer.app.compute.masks.apart import word_pair
from explainer.app.widgets.question.tint import name_of, tint_rules
from explainer.base.numbers import signed
from explainer.figures import pattern_pair_svg
from explainer.figures.canvas.palette import palette
from explainer.figures.patterns.pairs.apart import apart_headline
from explainer.figures.patterns.pairs.views import answers_of
from tests.ui import alts, checked, opened, query, widget

TEXT = "the farmers that the assistant loves [MASK] old ."
LINK = {"text": TEXT, "correct": "unhappiest", "wrong": "is"}


def said(test):
    """What the page's sentences say, without markup."""
    bodies = [unescape(block.proto.body) for block in test.get("html")]
    return [body for body in bodies if body.startswith('<p class="ipe-answer">')]


def test_each_word_has_a_picture_and_a_sentence_says_what_is_compared(
    tiny_masked_lm_dir, tiny_masked_lm
):
    test = opened(tiny_masked_lm_dir, **LINK)
    assert not test.error
    own = explain_words(tiny_masked_lm, TEXT, "unhappiest", "is")
    found = word_pair(test.session_state["explore_last_request"])
    assert isinstance(found, WordPair)
    assert found.difference == pytest.approx(own.difference, abs=1e-6)
    answer, *sides = said(test)
    which = "more" if own.difference > 0 else "less"
    assert f"is {which} likely than" in answer
    assert (
        f"by {abs(own.difference):.2f} in log-probability, each in a sentence of its own" in answer
    )
    assert "(3 and 1)" in answer
    assert len(sides) == 2
    first, second = alts(test)
    assert first.startswith("unhappiest: ")
    assert second.startswith("is: ")
    captions = [caption.value.replace("\\", "") for caption in test.caption]
    assert "unhappiest: the farmers that the assistant loves [MASK] [MASK] [MASK] old ." in captions
    assert f"is: {TEXT}" in captions
    labels = [metric.label.replace("\\", "") for metric in test.metric]
    assert labels[:3] == ["log P(unhappiest)", "log P(is)", "difference"]
    assert query(test)["correct"] == "unhappiest"  # the rest is as a page without a link has it
    again = opened(tiny_masked_lm_dir, **query(test))
    assert said(again) == said(test)


def test_a_word_is_followed_in_both(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, **LINK, word="2")
    first, second = alts(test)
    assert first.startswith("unhappiest: “farmers” has ")
    assert second.startswith("is: “farmers” has ")
    assert query(test)["word"] == "2"
    gone = opened(tiny_masked_lm_dir, **LINK, word="40")
    assert any("Token 40 is not in the sentence" in note.value for note in gone.info)


def test_what_the_model_predicts_is_of_each_sentence(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, **LINK)
    bodies = [unescape(block.proto.body) for block in test.get("html")]
    one, other = (body for body in bodies if body.startswith('<p class="ipe-said">'))
    assert [f"mask {number} <b" in one for number in (1, 2, 3, 4)] == [True] * 3 + [False]
    for piece in ("un", "##happi", "##est"):
        assert f'<b class="ipe-for">{piece}</b> ' in one
    assert one.count('class="ipe-for"') == 3
    assert "at the mask <b" in other
    assert other.count('class="ipe-for">is</b> ') == 1
    (both,) = [body for body in bodies if "Log-probability of each word" in body]
    found = word_pair(test.session_state["explore_last_request"])
    for side in (found.correct, found.wrong):
        value = signed(side.target.value)
        assert f">{side.target.correct}</th><td>{value}</td>" in both


def test_a_sentence_says_that_both_have_one_scale(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, **LINK)
    assert any(caption.value.startswith("Both pictures have one scale") for caption in test.caption)


def test_a_word_of_several_pieces_is_asked_about_alone(tiny_masked_lm_dir, tiny_masked_lm):
    test = opened(tiny_masked_lm_dir, **LINK)
    buttons = {button.label: button for button in test.button}
    assert "Ask about is alone" not in buttons  # one piece alone has a rival of the model's choice
    checked(buttons["Ask about unhappiest alone"].click().run())
    assert not test.error
    assert query(test)["correct"] == "unhappiest"
    assert len(alts(test)) == 1
    own = explain_words(tiny_masked_lm, TEXT, "unhappiest", "is").correct
    values = {metric.label.replace("\\", ""): metric.value for metric in test.metric}
    assert values["Q: unhappiest"] == signed(own.target.value)
    turned = opened(tiny_masked_lm_dir, **(LINK | {"correct": "is", "wrong": "unhappiest"}))
    buttons = {button.label: button for button in turned.button}
    checked(buttons["Ask about unhappiest alone"].click().run())
    assert query(turned)["correct"] == "unhappiest"
    assert len(alts(turned)) == 1


def test_several_masks_too(tiny_masked_lm_dir):
    text = "the [MASK] that the assistant loves [MASK] old ."
    link = {"text": text, "correct": "unhappiest\nare", "wrong": "farmer\nis"}
    test = opened(tiny_masked_lm_dir, **link)
    assert not test.error
    assert "unhappiest … are" in said(test)[0]
    at_one = opened(tiny_masked_lm_dir, text=text, correct="unhappiest", wrong="is", mask="2")
    assert len(alts(at_one)) == 2
    captions = [caption.value.replace("\\", "") for caption in at_one.caption]
    assert f"unhappiest: {text.replace('loves [MASK]', 'loves [MASK] [MASK] [MASK]')}" in captions


def test_a_question_that_one_sentence_answers_follows(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, **LINK)
    box = widget(test, "selectbox", "correct")
    other = next(option for option in box.options[1:] if option not in ("is", "unhappiest"))
    checked(box.set_value(other).run())
    assert len(alts(test)) == 1
    assert query(test)["correct"] == other


@pytest.mark.parametrize("page", ["compare", "evaluate"])
def test_other_pages_say_where_it_is_asked(tiny_masked_lm_dir, page):
    link = LINK | ({"apart": "no"} if page == "compare" else {})
    test = opened(tiny_masked_lm_dir, page, **link)
    errors = [error.value.replace("\\", "") for error in test.error]
    assert errors
    assert all(
        error.endswith("or ask on the Explore page, which gives each a sentence of its own.")
        for error in errors
    )


def test_words_stay_where_they_have_a_sentence_each(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, **LINK)
    again = TEXT.replace("old", "good")
    checked(widget(test, "text_area", "text").set_value(again).run())
    assert (query(test)["correct"], len(alts(test))) == ("unhappiest", 2)


def test_the_colours_are_those_of_the_two_words(tiny_masked_lm):
    found = explain_words(tiny_masked_lm, TEXT, "unhappiest", "is")
    both = (found.correct, found.wrong)
    assert answers_of(both) == ((0, 1), (1, 0))
    assert compare(*both).alignment
    assert "away from unhappiest" in pattern_pair_svg(*both)
    same = (found.correct, found.correct)
    assert answers_of(same) == ((0, 1), (0, 1))


def test_the_headline_says_which_is_likelier(tiny_masked_lm):
    found = explain_words(tiny_masked_lm, TEXT, "unhappiest", "is")
    turned = WordPair(found.wrong, found.correct)
    one, other = ("".join(piece.text for piece in apart_headline(pair)) for pair in (found, turned))
    assert one != other
    assert {"more" in one, "more" in other} == {True, False}
    alike = WordPair(found.correct, found.correct)
    assert "as likely as" in "".join(piece.text for piece in apart_headline(alike))


def test_the_page_says_what_it_takes(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, **LINK)
    request = test.session_state["explore_last_request"]
    estimate = apart._explaining(compute.model(request.model), request)
    assert "× 3 layers" in estimate.sizes


def test_words_are_tinted_by_what_they_do_to_the_difference(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, **LINK)
    found = word_pair(test.session_state["explore_last_request"])
    words = TEXT.split()
    # Behind the mask, which is three tokens in the first sentence, tokens lie two places apart.
    first, second = found.correct.influence, found.wrong.influence
    masks = words.index("[MASK]")
    expected = [
        0.0 if at == masks else first[at + 1 + 2 * (at > masks)] - second[at + 1]
        for at in range(len(words))
    ]
    rules = tint_rules(name_of(TEXT), expected, palette(dark=False))
    assert any(rules in block.proto.body for block in test.get("html"))

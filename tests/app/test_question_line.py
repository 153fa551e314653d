"""The sentence as figure and editor, and the question as a line of text."""

import re
from html import escape

import pytest

from explainer import ExplainerError, predict
from explainer.app import compute
from explainer.app.widgets.answer import answer_html
from explainer.app.widgets.question import sentence_box
from explainer.app.widgets.question.sentence_box import LARGE, MEDIUM, MOST_WORDS, size_of
from explainer.app.widgets.question.tint import spans_html, tint_rules
from explainer.figures.canvas.palette import DARK, LIGHT
from explainer.figures.patterns.summary import Piece
from explainer.question.masks.words import tokens_of_words
from tests.fixtures import WORDS
from tests.ui import checked, opened, query, widget

SENTENCE = "the farmers that the assistant loves [MASK] old ."


def test_every_word_knows_its_tokens(tiny_masked_lm):
    text = "  the unhappiest farmers [MASK], old ."
    (words,) = tokens_of_words(tiny_masked_lm, text)
    assert len(words) == len(compute.words("agreement", text)) == 7
    flat = [position for places in words for position in places]
    assert flat == sorted(flat) == list(range(1, len(flat) + 1))  # all but [CLS] and [SEP]
    assert len(words[1]) > 1


def luminance(colour) -> float:
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def channels(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_strongest_tint_can_be_read(colours, sign):
    (rule,) = tint_rules("ab", [sign * 2.0, 0.0], colours).splitlines()
    red, green, blue, opacity = map(float, re.search(r"rgba\((.*)\)", rule)[1].split(","))
    page = channels(colours.surface)
    shown = [
        opacity * c / 255 + (1 - opacity) * p for c, p in zip((red, green, blue), page, strict=True)
    ]
    dark, light = sorted((luminance(shown), luminance(channels(colours.ink))))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_tints_follow_the_influence_and_its_sign():
    rules = tint_rules("ab", [1.0, -4.0, 0.001, 2.0], LIGHT).splitlines()
    assert ["nth-of-type(1)" in rules[0], "nth-of-type(2)" in rules[1]] == [True, True]
    assert "nth-of-type(4)" in rules[2]  # nothing is drawn for next to nothing
    assert "rgba(0,114,178,0.125)" in rules[0]
    assert "rgba(213,94,0,0.5)" in rules[1]
    assert tint_rules("ab", [0.0], LIGHT) == tint_rules("ab", [], LIGHT) == ""


def test_a_text_with_markup_stays_text():
    assert spans_html("<b> & you", ((0, 3), (6, 9)), masks=(1,)) == (
        '<span>&lt;b&gt;</span> &amp; <span class="ipe-mask">you</span>'
    )
    pieces = (Piece("“<img>”", "word"), Piece(" & "), Piece("<b>", "correct"))
    assert answer_html(pieces) == (
        '<b class="ipe-word">“&lt;img&gt;”</b> &amp; <b class="ipe-for">&lt;b&gt;</b>'
    )


def test_no_line_of_the_answer_begins_with_the_sign_of_a_percentage():
    pieces = (Piece("“5 %”", "word"), Piece(" logits. 28 % of that"))
    assert answer_html(pieces).endswith("</b> logits. 28\N{NO-BREAK SPACE}% of that")


def test_the_words_are_tinted_by_what_is_explained(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir)
    found = compute.explanation(test.session_state["explore_last_request"])
    (rules,) = [b.proto.body for b in test.get("html") if "nth-of-type" in b.proto.body]
    strongest = max(range(1, 10), key=lambda place: abs(found.influence[place]))
    assert f"nth-of-type({strongest})" in next(line for line in rules.split("\n") if "0.5)" in line)


def test_a_click_on_a_word_can_follow_it(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir)
    checked(test.button_group(key="explore_clicks").set_value("follow").run())
    checked(widget(test, "button_group", "follow").set_value(1).run())
    assert query(test) == {"word": "2"}
    assert widget(test, "text_area", "text").value == SENTENCE
    again = opened(tiny_masked_lm_dir, word="5")
    checked(again.button_group(key="explore_clicks").set_value("follow").run())
    assert widget(again, "button_group", "follow").value == 4
    checked(widget(again, "button_group", "follow").set_value(None).run())
    assert query(again) == {}


def test_the_words_of_a_classifiers_text_are_followed(tiny_classifier_dir):
    test = opened(tiny_classifier_dir, text="the old farmer", correct="", wrong="")
    checked(widget(test, "button_group", "follow").set_value(2).run())
    assert query(test)["word"] == "3"
    evaluate = opened(tiny_classifier_dir, "evaluate", text="the old farmer")
    assert not [group for group in evaluate.button_group if "follow" in group.key]


def test_the_mask_shows_what_the_model_says(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir)
    first = compute.predictions(compute.Reading(str(tiny_masked_lm_dir), SENTENCE))[0]
    options = widget(test, "button_group", "chip").options
    assert options[6].startswith(first.word.replace("#", r"\#"))
    assert "MASK" in options[6]


def test_a_text_of_several_lines_is_one_sentence(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir)
    checked(widget(test, "text_area", "text").set_value("the farmers\n[MASK] old .").run())
    assert not test.error
    assert widget(test, "text_area", "text").value == "the farmers [MASK] old ."


def test_more_words_are_smaller():
    counts = (1, LARGE, LARGE + 1, MEDIUM, MEDIUM + 1, MOST_WORDS)
    sizes = ["large", "large", "medium", "medium", "small", "small"]
    assert [size_of(count) for count in counts] == sizes


def test_a_very_long_text_is_shown_as_text(tiny_masked_lm_dir):
    text = " ".join(["old"] * MOST_WORDS + ["[MASK]"])
    test = opened(tiny_masked_lm_dir, text=text, correct="", wrong="", points="2")
    assert not [g for g in test.button_group if "chip" in g.key or "clicks" in g.key]
    (shown,) = [b.proto.body for b in test.get("html") if 'class="ipe-text"' in b.proto.body]
    assert shown.count("<span") == MOST_WORDS + 1


def test_the_mask_of_a_long_text_shows_what_the_model_says_too(tiny_masked_lm_dir, monkeypatch):
    monkeypatch.setattr(sentence_box, "MOST_WORDS", 3)
    test = opened(tiny_masked_lm_dir)
    (shown,) = [b.proto.body for b in test.get("html") if 'class="ipe-text"' in b.proto.body]
    first = compute.predictions(compute.Reading(str(tiny_masked_lm_dir), SENTENCE))[0]
    assert f'<span class="ipe-mask">{escape(first.word)} <small>[MASK]</small></span>' in shown


def test_what_is_asked_about_is_among_the_predictions_however_unlikely(
    tiny_masked_lm, tiny_masked_lm_dir
):
    likeliest = predict(tiny_masked_lm, SENTENCE, 12)
    every = predict(tiny_masked_lm, SENTENCE, len(WORDS))
    unlikely = next(p for p in every[::-1] if p.asked is not None)
    assert unlikely not in likeliest
    asked = {"correct": likeliest[0].asked, "wrong": unlikely.word}
    test = opened(tiny_masked_lm_dir, text=SENTENCE, what="keep", **asked)
    # After a cut, those of the changed model too.
    rows = []
    for name in ("What the model predicts", "The model as it is", "The changed model"):
        (shown,) = [h.proto.body for h in test.get("html") if f"<caption>{name}<" in h.proto.body]
        assert f'<tr class="ipe-against"><th scope="row">{unlikely.word}</th>' in shown
        rows.append(shown.count("<tr"))
    assert rows[:2] == [4, 4]


def test_where_what_is_asked_about_is_likely_the_model_is_asked_once(
    tiny_masked_lm, tiny_masked_lm_dir, monkeypatch
):
    asked = []
    monkeypatch.setattr(compute, "predictions_and_asked", asked.append)
    likely = [p.asked for p in predict(tiny_masked_lm, SENTENCE, 12) if p.asked is not None]
    test = opened(tiny_masked_lm_dir, text=SENTENCE, correct=likely[0], wrong=likely[1])
    assert test.get("plotly_chart")
    assert not asked


def test_without_another_turn_the_likeliest_stay_and_why_is_said(
    tiny_masked_lm, tiny_masked_lm_dir, monkeypatch
):
    def refuse(_request):
        raise ExplainerError("Too many computations wait: try again.")

    monkeypatch.setattr(compute, "predictions_and_asked", refuse)
    every = predict(tiny_masked_lm, SENTENCE, len(WORDS))
    unlikely = next(p for p in every[::-1] if p.asked is not None)
    test = opened(tiny_masked_lm_dir, text=SENTENCE, wrong=unlikely.word)
    (error,) = test.error
    assert error.value.replace("\\", "") == "Too many computations wait: try again."
    (shown,) = [h.proto.body for h in test.get("html") if "What the model predicts" in h.proto.body]
    assert shown.count("<tr") == 3
    assert test.get("plotly_chart")

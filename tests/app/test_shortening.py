"""A text that is too long for the model, on the pages: a part of it, and the whole again."""

import pytest

from tests.ui import alts, checked, opened, query, widget

LONG = "the farmers [MASK] old . " + "the assistant is good . " * 9
WHOLE = LONG.strip()


def buttons(test) -> dict[str, object]:
    return {button.label: button for button in test.button}


@pytest.mark.parametrize("page", [None, "compare"])
def test_a_part_is_kept_and_the_whole_comes_back(tiny_masked_lm_dir, page):
    second = {} if page is None else {"text2": "the farmer [MASK] old ."}
    test = checked(opened(tiny_masked_lm_dir, page, text=WHOLE, **second).run())
    assert "tokens long with" in test.error[0].value
    shown = buttons(test)
    assert {"Keep what is around the mask", "Keep the start"} <= set(shown)
    assert "Keep the end" not in shown
    checked(shown["Keep the start"].click().run())
    assert not test.error
    assert alts(test)
    part = query(test)["text"]
    assert WHOLE.startswith(part)
    assert len(part) < len(WHOLE)
    assert any("A part of the text is read" in info.value for info in test.info)
    checked(buttons(test)["Whole text again"].click().run())
    assert query(test)["text"] == WHOLE
    assert test.error


def test_another_sentence_is_no_part(tiny_masked_lm_dir):
    test = checked(opened(tiny_masked_lm_dir, text=WHOLE).run())
    checked(buttons(test)["Keep what is around the mask"].click().run())
    checked(widget(test, "text_area", "text").set_value("the [MASK] is old .").run())
    assert "Whole text again" not in buttons(test)
    assert not [info for info in test.info if "A part of the text" in info.value]


def test_a_classifier_offers_start_and_end(tiny_classifier_dir):
    test = checked(opened(tiny_classifier_dir, text="the farmer is good . " * 9).run())
    assert {"Keep the start", "Keep the end"} <= set(buttons(test))
    assert "Keep what is around the mask" not in buttons(test)
    checked(buttons(test)["Keep the end"].click().run())
    assert not test.error
    assert alts(test)

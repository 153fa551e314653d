"""Pages whose model goes while they are open: one sentence, and what was answered stays."""

import shutil
from pathlib import Path

import pytest
from transformers import BertForMaskedLM

from explainer.app.compute import server
from tests.fixtures import save_tiny, tiny_config
from tests.ui import alts, checked, opened, widget

SENTENCE = "the farmers that the assistant loves [MASK] old ."
BELOW = "Below is still the result for “the farmers that"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder of one's own."""
    (tmp_path / "mine").mkdir()
    return save_tiny(tmp_path / "mine", BertForMaskedLM, tiny_config())


def said(test) -> list[str]:
    """What stands beside the answer."""
    return [caption.value for caption in test.caption if caption.value.startswith(BELOW)]


@pytest.mark.parametrize("page", [None, "evaluate"])
def test_the_page_says_that_it_has_gone_and_shows_the_last_answer(folder, page):
    test = opened(folder, page, text=SENTENCE)
    shown = alts(test)
    shutil.rmtree(folder)
    checked(test.run())
    assert [error.value for error in test.error if "There is no model folder" in error.value]
    assert len(test.error) == len(said(test)) == 1
    assert alts(test) == shown
    owner = "explore" if page is None else page
    checked(widget(test, "text_area", "text", owner).set_value("the farmer [MASK] old .").run())
    assert len(test.error) == len(said(test)) == 1
    server.loader.clear()  # as it is once others have taken its place
    checked(test.run())
    assert len(test.error) == 1
    assert not said(test)
    assert not alts(test)


def test_both_sides_of_a_comparison_say_that_it_has_gone(folder):
    test = opened(folder, "compare", text=SENTENCE)
    shutil.rmtree(folder)
    checked(test.run())
    assert len(test.error) == 2


def test_two_words_apart_are_not_asked_of_a_model_that_has_gone(folder):
    text = "the farmer that loves [MASK] old ."
    test = opened(folder, None, text=text, correct="unhappiest", wrong="is")
    shown = alts(test)
    assert len(shown) == 2
    shutil.rmtree(folder)
    checked(test.run())
    assert len(test.error) == 1
    assert alts(test) == shown

"""The evaluate page measures a file of one's own, and names what it cannot read."""

import json
from functools import partial

import pytest

from explainer.app.evaluate import live
from explainer.app.evaluate.choices import OWN_FILE
from tests.app.evaluating import measured, open_task, said
from tests.ui import alts, checked, query

ROWS = """text,correct,wrong,combination
the farmers that the assistant loves [MASK] old .,are,is,plural
the farmer that the assistants love [MASK] old .,is,are,singular
the farmers [MASK] [MASK] bad .,are,is,plural
"""


@pytest.fixture
def page(tiny_masked_lm_dir):
    """A function that opens the section with a tiny masked LM and further link parameters."""
    return partial(open_task, tiny_masked_lm_dir)


def test_ones_own_file_is_measured_and_what_cannot_be_read_is_named(page):
    test = page(task=OWN_FILE)
    checked(test.button(key="start").click().run())
    assert said(test, "upload a file first")
    test.file_uploader(key="own_sentences").set_value(("own.csv", ROWS.encode(), "text/csv"))
    test = measured(checked(checked(test.run()).button(key="start").click().run()))
    assert said(test, "Measured just now on 2 sentences of own file")
    assert said(test, "1 sentence of 3 left out.")
    assert said(test, "1 left out (it is sentence 3): ")
    assert said(test, "2 [MASK]")
    assert len(alts(test)) == 3
    assert "task" in query(test)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"text,answer\n<b>a</b>,b\n", "needs a heading"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"text,label\nthe farmers are old .,1\n", "is for a classifier"),
        (b"", "has the columns none"),
        (b"sentence,gold\na,1\n", "has the columns 'sentence', 'gold': it needs a heading"),
        (b"text,label\na, b,1\n", "line 2 has 3 fields where the heading has 2"),
    ],
)
def test_a_file_that_is_no_task_is_refused(page, content, complaint):
    test = page(task=OWN_FILE)
    test.file_uploader(key="own_sentences").set_value(("own.csv", content, "text/csv"))
    checked(checked(test.run()).button(key="start").click().run())
    (error,) = test.error
    assert complaint in error.value.replace("\\", "")
    assert live.KEPT not in test.session_state


def test_a_file_without_any_sentence_that_can_be_read_has_no_figures(page):
    test = page(task=OWN_FILE)
    rows = "text,correct,wrong\n[MASK] [MASK],are,is\n"
    test.file_uploader(key="own_sentences").set_value(("own.csv", rows.encode(), "text/csv"))
    test = measured(checked(checked(test.run()).button(key="start").click().run()))
    assert said(test, "1 sentence of 1 left out")
    assert not alts(test)


def test_json_lines_are_measured_and_every_reason_is_said(page):
    rows = [
        ("the farmers [MASK] old .", "are", "is"),
        ("the farmers [MASK] old .", "gnus", "is"),
        ("the farmers [MASK] [MASK] .", "are", "is"),
        ("the farmers [MASK] bad .", "zebra", "is"),
    ]
    names = ("text", "correct", "wrong")
    lines = [json.dumps(dict(zip(names, row, strict=True))) for row in rows]
    test = page(task=OWN_FILE)
    content = "\n".join(lines).encode()
    test.file_uploader(key="own_sentences").set_value(("own.jsonl", content, "text/plain"))
    test = measured(checked(checked(test.run()).button(key="start").click().run()))
    assert said(test, "Measured just now on 1 sentence of own file")
    (warning,) = [note.value.replace("\\", "") for note in test.warning]
    assert warning.startswith(
        "3 sentences of 4 left out.\n\n2 left out (the first is sentence 2): "
    )
    assert "'gnus'" in warning
    assert "\n\n1 left out (it is sentence 3): " in warning
    assert "zebra" not in warning
    left_out = test.session_state[live.KEPT].results().tables["left_out"]
    assert list(left_out["number"]) == [1, 2, 3]


def test_columns_that_are_called_otherwise_are_named_on_the_page(page):
    test = page(task=OWN_FILE)
    content = b"sentence,good,wrong\nthe farmers [MASK] old .,are,is\n"
    test.file_uploader(key="own_sentences").set_value(("own.csv", content, "text/csv"))
    checked(checked(test.run()).button(key="start").click().run())
    assert said(test, "has the columns 'sentence', 'good', 'wrong'")
    assert said(test, "say which they are under Columns.")
    test.text_input(key="own_column_text").set_value("sentence")
    test.text_input(key="own_column_correct").set_value(" good ")
    test = measured(checked(checked(test.run()).button(key="start").click().run()))
    assert said(test, "Measured just now on 1 sentence of own file")

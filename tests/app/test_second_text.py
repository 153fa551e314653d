"""The second text of a classifier, on the pages."""

import contextlib
import io
import json

import pytest

from explainer import Settings, explain, load_model
from explainer.app import compute
from explainer.app.compute import Request
from explainer.app.compute.explore import scores
from explainer.app.widgets.saving.snippet import snippet
from explainer.figures import View
from explainer.question.quantity import Contrast
from tests.ui import alts, checked, opened, query, widget

FIRST, SECOND = "the farmer is old .", "the assistant is good ."


def link(**more: str) -> dict[str, str]:
    return {"text": FIRST, "pair": SECOND, "points": "3", "rule": "trapezoid", **more}


def html(test) -> str:
    return "".join(part.proto.body for part in test.get("html"))


def test_a_link_with_two_texts_explains_both(tiny_classifier_dir):
    test = checked(opened(tiny_classifier_dir, **link()).run())
    found = explain(
        load_model(str(tiny_classifier_dir)),
        FIRST,
        pair=SECOND,
        settings=Settings(points=3, rule="trapezoid"),
    )
    assert f"“{found.patterns[0].token}" in alts(test)[0]
    assert "second text" in test.get("plotly_chart")[0].proto.spec
    assert "<span>assistant</span>" in html(test)
    assert query(test)["pair"] == SECOND


def test_a_second_text_is_typed_changed_and_removed(tiny_classifier_dir):
    test = checked(opened(tiny_classifier_dir, text=FIRST).run())
    assert "pair" not in query(test)
    box = widget(test, "text_input", "pair")
    checked(box.set_value(SECOND).run())
    assert query(test)["pair"] == SECOND
    assert "<span>assistant</span>" in html(test)
    checked(widget(test, "text_input", "pair").set_value("the farmers are bad .").run())
    assert query(test)["pair"] == "the farmers are bad ."
    button = next(b for b in test.button if b.label == "Remove it")
    checked(button.click().run())
    assert "pair" not in query(test)
    assert "second text" not in str([c.proto.spec for c in test.get("plotly_chart")])


@pytest.mark.parametrize(
    ("pair", "said"), [("  ", "The second text is blank"), ("[SEP]", "which the model sets itself")]
)
def test_what_is_wrong_with_it_is_said_and_stays_to_be_mended(tiny_classifier_dir, pair, said):
    test = checked(opened(tiny_classifier_dir, text=FIRST, pair=pair).run())
    assert said in test.error[0].value.replace("\\", "")
    assert widget(test, "text_input", "pair").value == pair


def test_a_masked_lm_reads_one_text_and_the_other_is_not_lost(
    tiny_masked_lm_dir, tiny_classifier_dir
):
    test = checked(
        opened(tiny_masked_lm_dir, text="the [MASK] is old .", pair=SECOND, points="3").run()
    )
    assert not test.error
    assert query(test)["pair"] == SECOND
    assert not [box for box in test.text_input if box.label == "Second text"]
    again = checked(opened(tiny_classifier_dir, **query(test)).run())
    assert widget(again, "text_input", "pair").value == SECOND


def test_the_snippet_explains_both(tiny_classifier_dir, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings(points=3, rule="trapezoid")
    request = Request(str(tiny_classifier_dir), FIRST, Contrast(), settings, pair=SECOND)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(snippet(request, View(scores=scores(request, "alti"))), {})
    found = json.loads(printed.getvalue())
    assert found == compute.explanation(request).to_dict()
    assert found["texts"].count(1) == len(SECOND.split())


def test_compare_asks_both_sides_with_it_and_names_it(tiny_classifier_dir):
    test = checked(
        opened(tiny_classifier_dir, "compare", **link(text2="the farmers are old .")).run()
    )
    assert not test.error
    named = [c.value for c in test.caption if "Read with the second text" in c.value]
    assert len(named) == 2
    assert query(test)["pair"] == SECOND


def test_evaluate_refuses_two_texts_until_one_is_removed(tiny_classifier_dir):
    checked(explored := opened(tiny_classifier_dir, **link()).run())
    test = checked(explored.switch_page("pages/evaluate.py").run())
    assert any("remove the second text" in error.value for error in test.error)
    button = next(b for b in test.button if b.label == "Remove it")
    checked(button.click().run())
    assert not test.error
    assert alts(test)


def test_a_text_is_shortened_beside_the_second(tiny_classifier_dir):
    long = "the farmer is good . " * 9
    test = checked(opened(tiny_classifier_dir, text=long.strip(), pair=SECOND, points="3").run())
    keep = next(b for b in test.button if b.label == "Keep the end")
    checked(keep.click().run())
    assert not test.error
    assert query(test)["pair"] == SECOND

"""The second text of a classifier, on the pages."""

import contextlib
import io
import json

import pytest
from transformers import BertForSequenceClassification

from explainer import Settings, explain, load_model
from explainer.app import compute
from explainer.app.compute import Request
from explainer.app.compute.explore import scores
from explainer.app.widgets.saving.snippet import snippet
from explainer.figures import View
from explainer.question.pair import wants_pair
from explainer.question.quantity import Contrast
from tests.fixtures import save_tiny, tiny_config
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


def test_compare_asks_both_sides_with_it(tiny_classifier_dir):
    test = checked(
        opened(tiny_classifier_dir, "compare", **link(text2="the farmers are old .")).run()
    )
    assert not test.error
    boxes = [box.value for box in test.text_input if box.label == "Second text"]
    assert boxes == [SECOND, SECOND]
    checked(widget(test, "text_input", "pair", "compare_second").set_value("").run())
    assert (query(test)["pair"], query(test)["pair2"]) == (SECOND, "")


def test_evaluate_refuses_two_texts_until_one_is_removed(tiny_classifier_dir):
    checked(explored := opened(tiny_classifier_dir, **link()).run())
    test = checked(explored.switch_page("pages/evaluate.py").run())
    assert any("remove the second text" in error.value for error in test.error)
    button = next(b for b in test.button if b.label == "Remove it")
    checked(button.click().run())
    assert not test.error
    assert alts(test)


def named_classes(folder, *names: str):
    """A folder of a classifier with classes of these names."""
    config = tiny_config(id2label=dict(enumerate(names)), num_labels=len(names))
    return save_tiny(folder, BertForSequenceClassification, config)


def is_open(test) -> bool:
    """Whether the box of the second text is on the page, and not behind a button."""
    return "Second text" not in popovers(test.main)


def popovers(block) -> list[str]:
    """The labels of what opens something, in a block."""
    found = []
    for child in getattr(block, "children", {}).values():
        label = getattr(getattr(child.proto, "popover", None), "label", "")
        found += [*([label] if label else []), *popovers(child)]
    return found


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("contradiction", "entailment", "neutral"), True),
        (("not_duplicate", "duplicate"), True),
        (("score",), True),
        (("negative", "positive"), False),
    ],
)
def test_its_box_is_open_where_classes_are_of_two_texts(tmp_path, names, wanted):
    folder = named_classes(tmp_path / "model", *names)
    assert wants_pair(load_model(str(folder))) == wanted
    test = checked(opened(folder, text=FIRST, points="3", rule="trapezoid"))
    assert is_open(test) == wanted
    compare = checked(opened(folder, "compare", text=FIRST, text2=SECOND, points="3"))
    assert is_open(compare) == wanted


def test_its_box_opens_for_another_model(tiny_classifier_dir):
    test = checked(opened(tiny_classifier_dir, text=FIRST, points="3", rule="trapezoid"))
    assert not is_open(test)
    checked(widget(test, "selectbox", "model").set_value("similarity").run())
    assert is_open(test)
    checked(widget(test, "text_input", "pair").set_value(SECOND).run())
    assert query(test)["pair"] == SECOND
    assert not test.error


def test_a_text_is_shortened_beside_the_second(tiny_classifier_dir):
    long = "the farmer is good . " * 9
    test = checked(opened(tiny_classifier_dir, text=long.strip(), pair=SECOND, points="3").run())
    keep = next(b for b in test.button if b.label == "Keep the end")
    checked(keep.click().run())
    assert not test.error
    assert query(test)["pair"] == SECOND


def test_a_second_text_that_the_model_does_not_read_is_said_to_be_left_out(tiny_masked_lm_dir):
    text = "the farmers [MASK] old ."
    test = checked(opened(tiny_masked_lm_dir, text=text, pair="x y z").run())
    said = [caption.value for caption in test.caption]
    assert sum("the second one is left out" in one for one in said) == 1
    assert query(test)["pair"] == "x y z"  # nothing typed is lost
    alone = checked(opened(tiny_masked_lm_dir, text=text).run())
    assert not any("left out" in caption.value for caption in alone.caption)

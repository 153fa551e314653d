"""A sentence encoder on the pages: the second text, the cosine, and what cannot be asked."""

import pytest

from explainer import explain, load_model
from tests.fixtures import LABELS
from tests.models.test_sentence_encoders import headless, with_modules
from tests.ui import alts, checked, opened, query, widget

FIRST, SECOND = "the farmer is old .", "the assistant is good ."
LINK = {"text": FIRST, "pair": SECOND, "points": "3", "rule": "trapezoid"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return with_modules(headless(tmp_path_factory.mktemp("models") / "encoder"))


def html(test) -> str:
    return "".join(part.proto.body for part in test.get("html"))


def test_the_graph_ends_at_every_token_and_the_prediction_is_the_cosine(folder):
    # What a link asks of a classifier waits for one, and is no mistake here.
    test = checked(opened(folder, **LINK, label=LABELS[0]).run())
    assert not test.error
    found = explain(load_model(str(folder)), FIRST, pair=SECOND)
    assert f"{found.target.value:+.2f}".lstrip("+-") in html(test)
    assert SECOND.rstrip(" .") in html(test)
    assert "<caption>How similar the model finds them<" in html(test)
    assert "What the model predicts" not in html(test)
    assert "cosine" in test.get("plotly_chart")[0].proto.spec
    assert "logits" not in alts(test)[0]
    assert query(test)["label"] == LABELS[0]


def test_without_a_second_text_it_is_asked_for(folder):
    test = checked(opened(folder, text=FIRST, points="3", rule="trapezoid").run())
    assert not test.error  # it is still to be typed, which is no mistake
    (hint,) = [note.value for note in test.info if "compares two texts" in note.value]
    assert hint.replace("\\", "").endswith("and one was given: type the second text too.")
    checked(widget(test, "text_input", "pair").set_value(SECOND).run())
    assert not test.error
    assert query(test)["pair"] == SECOND


def test_compare_has_two_sentences_for_one_second_text(folder):
    test = checked(opened(folder, "compare", **LINK, text2="the farmers are bad .").run())
    assert not test.error
    sides = [widget(test, "text_input", "pair", f"compare_{side}") for side in ("first", "second")]
    assert [side.value for side in sides] == [SECOND, SECOND]
    checked(sides[1].set_value("the farmers are old .").run())
    assert (query(test)["pair"], query(test)["pair2"]) == (SECOND, "the farmers are old .")


def compared(explored):
    """The compare page as one comes to it, with an empty link."""
    for name in list(explored.query_params):
        del explored.query_params[name]
    return checked(explored.switch_page("pages/compare.py").run())


def test_compare_begins_with_the_other_direction(folder):
    test = compared(opened(folder, **LINK))
    assert not test.error
    asked = query(test)
    assert (asked["text"], asked["pair"]) == (FIRST, SECOND)
    assert (asked["text2"], asked["pair2"]) == (SECOND, FIRST)
    assert any("has the two texts exchanged" in note.value for note in test.info)
    assert len(alts(test)) == 2


def test_compare_begins_with_nothing_to_exchange_where_one_text_is_there(folder):
    test = compared(opened(folder, text=FIRST, points="3", rule="trapezoid"))
    assert not any("exchanged" in note.value for note in test.info)
    assert "text2" not in query(test)


def test_evaluate_refuses_it(folder):
    checked(explored := opened(folder, **LINK).run())
    test = checked(explored.switch_page("pages/evaluate.py").run())
    said = [part.value for part in (*test.error, *test.info)]
    assert any("says neither" in one for one in said)


def test_the_method_is_shown_with_the_cosine(folder):
    test = opened(folder, "method", own="yes", text=FIRST, pair=SECOND)
    assert not test.error
    assert any("The cosine of the two texts’ embeddings" in part.value for part in test.markdown)

"""The boxes and links that name words and classes lead to the very token or class meant."""

import re

import pytest

from explainer import Settings, predict
from explainer.app import compute
from explainer.app.compute import Request
from explainer.app.compute.runs.evaluate import record
from explainer.app.compute.sentence import PREDICTIONS
from explainer.app.state.editor import UNSET
from explainer.question.contrast import spelled
from explainer.question.quantity import Contrast
from explainer.question.rival import rival_of
from explainer.question.sentence import read_sentence
from tests import vocabularies
from tests.question.test_labels import saved  # noqa: F401 (a fixture)
from tests.question.test_vocabularies import logits
from tests.ui import checked, opened, query, widget

TEXT = "[MASK] farmers are old."


@pytest.fixture(scope="module", params=["byte-level", "unigram", "end-of-word", "word-piece"])
def folder(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / request.param
    return vocabularies.saved_model(path, request.param)


def explained(test):
    """What the page explains now."""
    return compute.explanation(test.session_state["explore_last_request"])


def test_the_words_offered_are_the_tokens_predicted(folder):
    test = opened(folder, text=TEXT, correct="", wrong="")
    model = compute.model(str(folder))
    own = logits(model, read_sentence(model, TEXT))
    words = [p for p in predict(model, TEXT, PREDICTIONS) if p.asked is not None]
    box = widget(test, "selectbox", "correct")
    assert box.options[1:] == [p.asked for p in words]
    first, second, *_, last = words
    sentence = read_sentence(model, TEXT)
    assert plain(box.label) == f"Why this word · {first.word}"
    rival = rival_of(model, sentence, own, first.id)
    assert explained(test).target.value == near(own[first.id] - own[rival])
    for chosen in (second, last):
        checked(widget(test, "selectbox", "correct").set_value(chosen.asked).run())
        assert not test.error
        assert query(test)["correct"] == chosen.asked
        rival = rival_of(model, sentence, own, chosen.id)
        named = spelled(model, sentence, rival)
        assert plain(widget(test, "selectbox", "wrong").label).endswith(f"· {named}")
        value = explained(test).target.value
        assert value == near(own[chosen.id] - own[rival])
        again = opened(folder, **{"wrong": "", **query(test)})
        assert explained(again).target.value == value
        assert widget(again, "selectbox", "correct").value == chosen.asked


def test_nothing_is_asked_for_where_both_words_are_given(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(compute, "contrasted", lambda *question: asked.append(question) or ("", ""))
    first, second = [p.asked for p in predict(compute.model(str(folder)), TEXT) if p.asked][:2]
    checked(opened(folder, text=TEXT, correct=first, wrong=second))
    assert not asked
    opened(folder, text=TEXT, correct=first, wrong="")
    assert asked


def test_what_is_evaluated_are_the_tokens_predicted(folder):
    model = compute.model(str(folder))
    own = logits(model, read_sentence(model, TEXT))
    first, *_, last = [p for p in predict(model, TEXT, 30) if p.asked is not None]
    asked = ((None, None), (last.asked, first.asked))
    for correct, wrong in asked:
        request = Request(str(folder), TEXT, Contrast(correct, wrong), Settings(points=2))
        found = record(request, "zero")
        target = compute.explanation(request).target
        assert found.value == near(target.value)
        if correct is not None:
            assert found.value == near(own[last.id] - own[first.id])


def near(value):
    """The page computes in single precision."""
    return pytest.approx(float(value), abs=1e-4)


def plain(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown)


def test_a_click_explains_the_token_that_stood_there(folder):
    text = "the farmers are old."
    test = opened(folder, text=text, correct="", wrong="")
    model = compute.model(str(folder))
    checked(widget(test, "button_group", "chip").set_value(0).run())
    assert widget(test, "text_area", "text").value == TEXT
    assert test.session_state["choices"].correct == "the"
    sentence = read_sentence(model, TEXT)
    place = sentence.masks[0]
    stood = model.tokenizer(text)["input_ids"][place]
    own = logits(model, sentence)
    value = explained(test).target.value
    assert value == near(own[stood] - own[rival_of(model, sentence, own, stood)])
    checked(widget(test, "button_group", "chip").set_value(None).run())
    assert widget(test, "text_area", "text").value == text


def test_a_word_asked_for_by_number_is_put_back_as_text(folder):
    model = compute.model(str(folder))
    words = [p for p in predict(model, TEXT, 50) if p.asked is not None and p.word != "##"]
    for chosen in words[:3]:
        test = opened(folder, text=TEXT, correct=f"id:{chosen.id}", wrong="")
        assert not test.error
        checked(widget(test, "button_group", "chip").set_value(None).run())
        assert "id:" not in widget(test, "text_area", "text").value
        assert "##" not in widget(test, "text_area", "text").value


def test_the_mask_may_be_spelled_as_the_model_spells_it(folder):
    mask = compute.model(str(folder)).tokenizer.mask_token
    test = opened(folder, text=f"the {mask} are old.", correct="", wrong="")
    assert not test.info
    assert widget(test, "button_group", "chip").value == 1
    checked(widget(test, "toggle", "special").set_value(False).run())
    assert mask not in set(test.dataframe[0].value["word"])
    checked(widget(test, "button_group", "chip").set_value(0).run())
    assert widget(test, "text_area", "text").value.count("[M") == 1


def test_classes_of_one_name_are_told_apart(saved):  # noqa: F811
    folder = saved({0: "good", 1: "good", 2: " Bad "})
    test = opened(folder, text="the old farmer", correct="", wrong="")
    box = widget(test, "selectbox", "label")
    assert box.options[1:] == ["id:0 good", "id:1 good", "Bad"]
    values = []
    for option in box.options[1:]:
        checked(widget(test, "selectbox", "label").set_value(option).run())
        assert not test.error
        assert query(test)["label"] == option
        values.append(explained(test).target.value)
    assert len({round(value, 6) for value in values}) == 3
    by_number = opened(folder, text="the old farmer", label="2")
    assert widget(by_number, "selectbox", "label").value == "Bad"
    unclear = opened(folder, text="the old farmer", label="GOOD")
    assert "classes 0, 1" in unclear.error[0].value


def test_a_class_is_evaluated_by_its_number(saved):  # noqa: F811
    folder = str(saved({0: "good", 1: "good", 2: "bad"}))
    for label, other in ((1, None), ("id:0 good", None), (1, 0), (0, "id:1"), (None, None)):
        contrast = Contrast(label=label, other=other)
        request = Request(folder, "the old farmer", contrast, Settings(points=2))
        assert record(request, "zero").value == near(compute.explanation(request).target.value)


def predictions(test) -> str:
    return next(b.proto.body for b in test.get("html") if "ipe-predictions" in b.proto.body)


def strip_html(test) -> str:
    return " ".join(b.proto.body for b in test.get("html") if "ipe-predictions" in b.proto.body)


def test_a_regression_shows_its_value_and_no_probability(saved):  # noqa: F811
    folder = saved({0: "score"})
    test = opened(folder, text="the old farmer")
    (only,) = predict(compute.model(str(folder)), "the old farmer")
    assert "%" not in predictions(test)
    assert f"{only.logit:+.2f}".replace("-", "−") in predictions(test)
    assert widget(test, "selectbox", "other").value == UNSET
    test = opened(folder, text="the old farmer", word="1", what="keep")
    assert "The changed model" in strip_html(test)
    assert strip_html(test).count("100 %") == 0


def test_labels_that_each_hold_or_not_do_not_share_one(saved):  # noqa: F811
    folder = saved(dict(enumerate("abc")), problem_type="multi_label_classification")
    test = opened(folder, text="the old farmer")
    shares = [p.probability for p in predict(compute.model(str(folder)), "the old farmer")]
    for share in shares:
        assert f"width:{100 * share:.1f}%" in predictions(test)
    checked(widget(test, "selectbox", "other").set_value("a").run())
    checked(widget(test, "selectbox", "label").set_value("b").run())
    assert explained(test).target.label == "b − a"


def test_the_question_names_the_classes_and_the_one_that_is_asked_against(saved):  # noqa: F811
    folder = saved({0: "bad", 1: "good"})
    text = "the old farmer"
    test = opened(folder, text=text)
    (first, second) = predict(compute.model(str(folder)), text)
    assert asked_in_words(test) == (first.word, second.word)
    test = opened(folder, text=text, label=second.word)
    assert asked_in_words(test) == (second.word, first.word)
    assert widget(test, "selectbox", "other").options[0] == first.word
    many = saved({0: "good", 1: "good", 2: ""})
    test = opened(many, text=text, label="id:1 good", other="2")
    assert asked_in_words(test) == ("good (class 1)", "class 2")
    test = opened(many, text=text, label="2")
    assert asked_in_words(test) == ("class 2", "all others")


def asked_in_words(test) -> tuple[str, ...]:
    """The two answers of the question line."""
    labels = [block.proto.popover.label for block in test.get("popover")]
    return tuple(plain(label).strip("*") for label in labels if label.startswith("**"))[:2]

"""An encoder without a head, in the box for the model: it is offered as a sentence encoder."""

import json
from dataclasses import replace

import pytest

from explainer import Settings, explain, load_model
from explainer.app.compute import Request
from explainer.app.widgets.saving.snippet import snippet
from explainer.figures import View
from explainer.question.quantity import Contrast
from tests.models.test_sentence_encoders import headless, with_modules
from tests.ui import alts, checked, opened, query, widget

FIRST, SECOND = "the farmer is old .", "the assistant is good ."
LINK = {"text": FIRST, "pair": SECOND, "points": "3", "rule": "trapezoid"}
MEAN, CLS = "Compare two texts by the mean of all tokens", "Compare two texts by [CLS]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return headless(tmp_path_factory.mktemp("models") / "encoder")


def buttons(test) -> dict[str, object]:
    return {button.label: button for button in test.button}


def asked(test) -> str:
    (name,) = [test.query_params["model"]]
    return name[0] if isinstance(name, list) else name


@pytest.mark.parametrize(("label", "mode"), [(MEAN, "mean"), (CLS, "cls")])
def test_a_pooling_is_offered_and_kept_in_the_link(folder, label, mode):
    test = checked(opened(folder, **LINK))
    said = test.error[0].value
    assert said.endswith("choose another model, or use this one to compare two texts\\.")
    assert "--" not in said
    checked(buttons(test)[label].click().run())
    assert not test.error
    assert asked(test) == f"{folder}#{mode}"
    assert (query(test)["text"], query(test)["pair"]) == (FIRST, SECOND)
    found = explain(load_model(str(folder), pooling=mode), FIRST, pair=SECOND)
    html = "".join(part.proto.body for part in test.get("html"))
    assert f"{found.target.value:.2f}" in html
    again = checked(opened(f"{folder}#{mode}", **LINK))
    assert alts(again) == alts(test)


def test_a_pooling_is_offered_for_a_folder_that_does_not_say_its_own(tmp_path):
    folder = with_modules(headless(tmp_path / "encoder"))
    (folder / "1_Pooling" / "config.json").unlink()
    test = checked(opened(folder, **LINK))
    assert test.error[0].value.endswith("choose how one embedding of a text is made\\.")
    checked(buttons(test)[MEAN].click().run())
    assert not test.error
    assert asked(test) == f"{folder}#mean"


def test_the_other_pooling_is_another_model(folder):
    test = checked(opened(f"{folder}#mean", **LINK))
    before = alts(test)
    checked(widget(test, "segmented_control", "pooling").set_value("cls").run())
    assert asked(test) == f"{folder}#cls"
    assert alts(test) != before


@pytest.mark.parametrize(("mode", "short"), [("mean", "mean"), ("cls", "[CLS]")])
def test_the_question_names_the_encoder_whole(folder, mode, short):
    test = checked(opened(f"{folder}#{mode}", **LINK))
    names = [found.proto.popover.label for found in test.get("popover")]
    assert any(f"encoder ({short})" in name.replace("\\", "") for name in names)


def test_what_has_a_head_is_offered_no_pooling(tiny_masked_lm_dir):
    test = checked(opened(tiny_masked_lm_dir, text="the farmer [MASK] old ."))
    assert MEAN not in buttons(test)


def test_the_snippet_says_the_pooling(folder, capsys):
    few = Settings(points=3, rule="trapezoid")
    request = Request(f"{folder}#cls", FIRST, Contrast(), few, pair=SECOND)
    exec(snippet(replace(request, words=2), View()).rpartition("svg =")[0], {})
    found = json.loads(capsys.readouterr().out)
    own = explain(load_model(str(folder), pooling="cls"), FIRST, pair=SECOND, settings=few)
    assert found["target"]["value"] == pytest.approx(own.target.value)

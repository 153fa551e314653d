"""What is refused, in one short sentence; what counts as a whole number, a text, a truth value."""

import json
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
import pytest

from explainer import ExplainerError, Explanation, Settings, explain, load_model, predict
from explainer.api import measure_path
from explainer.base.quote import listed, quote, shown
from explainer.evaluation.options import EvaluationOptions
from explainer.figures import View, pattern_svg, summary
from explainer.intervention.ablate import keep_all, run_kept
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.metrics import node_entropy
from explainer.results.model_info import ModelInfo
from explainer.tasks import generate

TEXT = "the farmers [MASK] old ."
FEW = Settings(points=2)


class Rule(StrEnum):
    """A choice as a program may keep it."""

    MIDPOINT = "midpoint"


def test_what_is_quoted_stays_short_whatever_it_is():
    hidden = "\U000e0041" * 100  # each written as ten characters
    for value in (hidden, "x" * 10**6, 10**5000, 10**300, [1] * 10**6, {"a": "b" * 999}, None, 2.5):
        assert len(shown(value)) <= 170
        assert "\n" not in shown(value)
    assert quote("a\nb") == r"'a\nb'"
    assert shown([1]) == "a list"
    assert shown(np.int64(3)) == "3"


def test_ten_names_are_listed_at_most():
    assert listed(f"label{i}" for i in range(30)).endswith("label9 and 20 more")
    assert len(listed("x" * 500 for _ in range(30))) < 260


def test_numpys_numbers_count_and_are_kept_as_plain_ones():
    settings = Settings(
        points=np.int64(7), top_k=np.uint8(2), keep_special=np.bool_(True), rule=Rule.MIDPOINT
    )
    assert settings == Settings(points=7, top_k=2, keep_special=True, rule="midpoint")
    assert json.loads(json.dumps(asdict(settings)))["rule"] == "midpoint"


@pytest.mark.parametrize(
    "asked",
    [
        {"points": True}, {"points": 7.0}, {"points": "7"}, {"points": 10**5000},
        {"rule": None}, {"rule": ["riemann"]}, {"rule": np.array(["a", "b"])}, {"baseline": {}},
        {"keep_special": 1}, {"top_k": np.zeros(3)}, {"rule": "r" * 10**5},
        *({"tolerance": wrong} for wrong in (0, -0.01, 1.01, np.nan, np.inf, "1 %", None, True)),
    ],
)  # fmt: skip
def test_settings_refuse_other_types_in_a_sentence(asked):
    with pytest.raises(ExplainerError) as refused:
        Settings(**asked)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"correct": 5.0}, r"The contrast word is 5\.0: give a string"),
        ({"wrong": [["is"]]}, "The contrast word is a list: give a string"),
        ({"correct": "a" + "\u0301" * 4000}, "4,001 characters: give at most 100"),
        ({"settings": {"points": 3}}, "argument settings is a dict: give a Settings"),
        ({"flow": "no"}, "flow is 'no': give true or false"),
    ],
)
def test_explain_names_the_argument_that_is_wrong(tiny_masked_lm, asked, said):
    with pytest.raises(ExplainerError, match=said):
        explain(tiny_masked_lm, TEXT, **{"settings": FEW, **asked})


def test_a_model_is_what_load_model_returns():
    for call in (explain, predict):
        with pytest.raises(ExplainerError, match="The model is 'agreement': give what load_model"):
            call("agreement", TEXT)


@pytest.mark.parametrize("count", [0, -1, 2.0, "3", None, True])
def test_the_number_of_predictions_is_a_whole_one(tiny_masked_lm, count):
    with pytest.raises(ExplainerError, match="number of predictions"):
        predict(tiny_masked_lm, TEXT, count=count)
    assert len(predict(tiny_masked_lm, TEXT, count=np.int64(3))) == 3


def test_a_route_may_be_an_array_and_must_be_of_positions(tiny_masked_lm):
    plain = measure_path(tiny_masked_lm, TEXT, [2, 2, 3, 3], ["skip", 0, None], settings=FEW)
    nodes = np.array([2, 2, 3, 3])
    again = measure_path(tiny_masked_lm, TEXT, nodes, ("skip", np.int64(0), None), settings=FEW)
    assert again == plain
    for nodes, components in (
        ("2233", None), (5, None), ([2, 2, 3, "3"], None), ([2, 2, 3, 3], [0, 1.0, 0]),
        ([2, 2, 3, 3], "skip"), ([2, 2, 3, 3], ["skip", "other", 0]), ({2: 2}, None),
        ([2, 2, 3, True], None), ([10**5000] * 4, None),
    ):  # fmt: skip
        with pytest.raises(ExplainerError, match="route"):
            measure_path(tiny_masked_lm, TEXT, nodes, components, settings=FEW)


def test_a_folder_may_be_a_path(tiny_masked_lm_dir, tmp_path):
    assert load_model(tiny_masked_lm_dir).info.name == tiny_masked_lm_dir.name
    with pytest.raises(ExplainerError, match="no model folder"):
        load_model(tmp_path / "agreement")
    with pytest.raises(ExplainerError, match="no model folder"):
        load_model(Path("agreement"))  # a path is never a built-in model's name
    for name in (None, 5, b"agreement", ["agreement"]):
        with pytest.raises(ExplainerError, match="No model is named"):
            load_model(name)


def test_labels_are_listed_up_to_ten(tiny_classifier):
    many = replace(tiny_classifier, labels=tuple(f"class {i} {'x' * 300}" for i in range(500)))
    with pytest.raises(ExplainerError, match=r"and \d+ more") as refused:
        explain(many, "good .", label="none of them")
    assert len(str(refused.value)) < 500


def test_sizes_that_no_model_has_are_refused():
    with pytest.raises(ExplainerError, match=r"model\.layers is 1000000000"):
        ModelInfo("m", "masked-lm", 10**9, 2, 4)


def test_an_unknown_level_is_no_level(tiny_masked_lm):
    (pattern, *_) = explain(tiny_masked_lm, TEXT, settings=FEW).patterns
    with pytest.raises(ExplainerError, match="level 'head' is not known"):
        pattern.value("head")
    with pytest.raises(ExplainerError, match=r"3, 4 entries"):
        node_entropy([pattern.nodes, pattern.nodes[1:]])


@pytest.mark.parametrize(
    "options",
    [
        {"minimum_share": "0.1"}, {"minimum_share": float("nan")}, {"width": None}, {"dark": "yes"},
        {"width": float("inf")}, {"selected": "farmers"}, {"selected": 99}, {"place": (1, 2)},
        {"scale": True}, {"level": 1}, {"overlay": []}, {"beside": 1}, {"colour": "red"},
    ],
)  # fmt: skip
def test_a_figure_refuses_what_it_cannot_draw(tiny_masked_lm, options):
    explanation = explain(tiny_masked_lm, TEXT, settings=FEW)
    with pytest.raises(ExplainerError):
        pattern_svg(explanation, **options)


def test_a_figure_is_of_an_explanation(tiny_masked_lm):
    for thing in (None, "text", {}, tiny_masked_lm):
        with pytest.raises(ExplainerError, match="give what explain returns"):
            pattern_svg(thing)
    explanation = explain(tiny_masked_lm, TEXT, settings=FEW)
    with pytest.raises(ExplainerError, match="selected word is 99: give a whole number from 0"):
        summary(explanation, word=99)
    assert View(selected=np.int64(2)).selected == 2


def test_an_ablation_is_of_one_model_and_sentence(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, TEXT)
    quantity = choose_quantity(tiny_masked_lm, sentence, Contrast("are", "is"))
    kept = keep_all(tiny_masked_lm, len(sentence.tokens) + 1)
    with pytest.raises(ExplainerError, match="nodes is not one of 4 × 7 truth values"):
        run_kept(tiny_masked_lm, sentence, quantity, kept, replacement="zero")
    with pytest.raises(ExplainerError, match="argument kept is None"):
        run_kept(tiny_masked_lm, sentence, quantity, None, replacement="zero")


def test_a_run_is_asked_for_in_plain_values():
    options = EvaluationOptions(methods=["pattern"], replacements=["zero"], seed=np.int64(3))
    assert (options.methods, options.replacements) == (("pattern",), ("zero",))
    assert json.dumps(asdict(options))
    for wrong in ({"methods": [["pattern"]]}, {"replacements": "zero"}, {"seed": -1}):
        with pytest.raises(ExplainerError):
            EvaluationOptions(**wrong)
    with pytest.raises(ExplainerError, match="number of sentences is 1000000000"):
        generate("sva-obj", 10**9, 0)


def test_numbers_that_are_not_finite_are_no_explanation(tiny_masked_lm):
    explanation = explain(tiny_masked_lm, TEXT, settings=FEW)
    assert Explanation.from_json(explanation.to_json()).to_dict() == explanation.to_dict()
    for value in (float("nan"), float("inf"), 1e200):
        with pytest.raises(ExplainerError, match="not finite"):
            replace(explanation, influence=(value, *explanation.influence[1:]))

"""What a caller gives to a run by mistake: one sentence, and nothing is written."""

import re
from dataclasses import replace

import pytest

from explainer import (
    Case,
    EvaluationOptions,
    ExplainerError,
    Run,
    Sentences,
    Settings,
    evaluate,
    evaluate_sentence,
    run_protocols,
    write_report,
)


@pytest.fixture
def run():
    return Run("tiny", Sentences(task="sva-obj"), EvaluationOptions(settings=Settings(points=2)))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"run": "sva-obj"}, "The argument run is 'sva-obj': give a Run of sentences"),
        ({"model": "agreement"}, "The model is 'agreement': give what load_model returns"),
        ({"folder": "runs"}, "The argument folder is 'runs': give a Path"),
        ({"progress": 3}, "The argument progress is 3: give a function of two numbers, or None"),
        ({"n": 0}, "number of sentences is 0"),
        ({"memory": "much"}, "memory"),
    ],
)
def test_what_is_no_run_model_or_folder_is_refused_and_nothing_is_written(
    tiny_masked_lm, run, tmp_path, wrong, said
):
    asked = {"run": run, "model": tiny_masked_lm, "n": 1, "folder": tmp_path / "runs", **wrong}
    for of in (evaluate, run_protocols):
        with pytest.raises(ExplainerError, match=re.escape(said)):
            of(**asked)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"model": None}, "run's model is None"),
        ({"sentences": "sva-obj"}, "run's sentences is 'sva-obj': give a Sentences"),
        ({"options": {}}, "run's options is a dict: give an EvaluationOptions"),
    ],
)
def test_a_run_is_of_a_models_name_sentences_and_options(run, wrong, said):
    with pytest.raises(ExplainerError, match=re.escape(said)):
        replace(run, **wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"model": "agreement"}, "The model is 'agreement'"),
        ({"case": "the farmer [MASK] ."}, "argument case is 'the farmer [MASK] .': give a Case"),
        ({"number": -1}, "sentence's number is -1"),
        ({"options": "all"}, "argument options is 'all': give an EvaluationOptions, or None"),
        ({"shared": []}, "argument shared is a list: give what fillings gives, or None"),
        ({"shared": {"zero": 0}}, "argument shared's value is 0: give what fillings gives"),
    ],
)
def test_a_sentence_is_evaluated_for_right_arguments_only(tiny_masked_lm, wrong, said):
    case = Case("the farmer [MASK] .", "is", "are", "own", "all")
    with pytest.raises(ExplainerError, match=re.escape(said)):
        evaluate_sentence(**{"model": tiny_masked_lm, "case": case, **wrong})


def test_a_report_is_of_a_folder():
    with pytest.raises(ExplainerError, match="argument folder is 'runs': give a Path of"):
        write_report("runs")

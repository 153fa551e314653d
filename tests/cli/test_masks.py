"""Several masks on the command line: a word for each, one mask alone, and what is no question."""

import json

import pytest

from explainer import explain
from explainer.cli.main import main

TEXT = "the [MASK] that the assistant loves [MASK] old ."
RIGHT = ("--correct", "farmers", "--correct", "are")
WRONG = ("--wrong", "farmer", "--wrong", "is")


@pytest.fixture
def asked(tiny_masked_lm_dir, capsys):
    """A function that explains a text: the exit code, and what was printed and complained of."""

    def called(*options: str, text: str = TEXT):
        how = ("--model", str(tiny_masked_lm_dir), "--points", "4", "--rule", "trapezoid")
        code = main(["explain", text, *how, *options])
        return code, *capsys.readouterr()

    return called


def test_a_word_for_each_mask(asked, tiny_masked_lm):
    code, printed, _ = asked(*RIGHT, *WRONG)
    assert code == 0
    assert "Q = log P(farmers … are) − log P(farmer … is), at [MASK] (token 2)" in printed
    _, record, _ = asked(*RIGHT, *WRONG, "--format", "json")
    found = explain(tiny_masked_lm, TEXT, correct=("farmers", "are"), wrong=("farmer", "is"))
    assert json.loads(record)["target"]["value"] == pytest.approx(found.target.value, abs=1e-4)
    assert json.loads(record)["target"]["positions"] == [2, 7]


def test_one_mask_alone(asked):
    code, printed, _ = asked("--correct", "are", "--wrong", "is", "--mask", "2")
    assert code == 0
    assert "Q = logit are − is, at [MASK] (token 7)" in printed
    code, printed, _ = asked("--correct", "are", "--wrong", "unhappiest", "--mask", "2")
    assert code == 0
    assert "Q = log P(unhappiest), at [MASK] (token 7), [MASK] (token 8)" in printed


def test_nothing_is_the_models_own_at_each_mask(asked):
    code, printed, _ = asked()
    assert code == 0
    assert " … " in printed
    assert "at [MASK] (token 2), [MASK] (token 7)" in printed


def test_scores_and_stability_ask_the_same(asked):
    code, printed, _ = asked(*RIGHT, *WRONG, "--stability", "--scores", "leave-one-out")
    assert code == 0
    assert "leave one out" in printed.casefold()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--correct", "are"), "has 2 [MASK], and one correct word was given"),
        ((*RIGHT, "--correct", "old"), "2 [MASK] to ask about, and 3 correct words were given"),
        (("--mask", "3"), "number of the mask is 3: give a whole number from 1 to 2"),
        ((*RIGHT, "--mask", "1"), "1 [MASK] to ask about, and 2 correct words were given"),
    ],
)
def test_what_is_no_question_gets_one_sentence(asked, options, message):
    code, printed, complaint = asked(*options)
    assert (code, printed) == (2, "")
    assert message in complaint
    assert complaint.count("\n") == 1

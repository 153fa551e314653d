"""Two sentences of which one is right, as BLiMP has them: rows of a person's own file."""

import json
from pathlib import Path

import pytest

from explainer import Case, ExplainerError, Run, Sentences, evaluate, measure_protocols
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.question import check_cases
from explainer.evaluation.reading.cases import Columns, cases_of_file, cases_of_table
from explainer.evaluation.reading.pairs import masked_pair
from explainer.results.settings import Settings

FILE = Path(__file__).parent / "pairs.jsonl"
NOTHING_ELSE = "one word has to differ, and nothing else."
UNFIT = (
    *("", "", ""),
    f"The two sentences differ in 2 words: {NOTHING_ELSE}",
    f"The right sentence has 5 words and the wrong one 6: {NOTHING_ELSE}",
    f"The two sentences differ in no word: {NOTHING_ELSE}",
    "A sentence of the pair has a mask already: give two whole sentences.",
    "",
)


@pytest.mark.parametrize(
    ("good", "bad", "found"),
    [
        ("She is.", "She are.", ("She [MASK].", "is", "are")),
        ("I like myself.", "I like himself.", ("I like [MASK].", "myself", "himself")),
        ("Ann's dogs bark", "Ann's dogs barks", ("Ann's dogs [MASK]", "bark", "barks")),
        ("These well-read men", "This well-read men", ("[MASK] well-read men", "These", "This")),
        ("It doesn't fit", "It don't fit", ("It [MASK] fit", "doesn't", "don't")),
        ("a  b , c", "a  b , d", ("a  b , [MASK]", "c", "d")),  # spaces stay as they are
    ],
)
def test_where_one_word_differs_stands_the_mask(good, bad, found):
    assert masked_pair(good, bad) == found


@pytest.mark.parametrize(
    ("good", "bad"), [("a b", "c d"), ("a b", "a b"), ("a b .", "a b"), ("", "")]
)
def test_another_pair_says_why_it_is_no_question(good, bad):
    found = masked_pair(good, bad)
    assert isinstance(found, str)
    assert found.endswith(NOTHING_ELSE)


def test_a_file_of_pairs_is_a_case_for_each_row_that_can_be_asked_or_says_why_not():
    cases = cases_of_file(FILE, "own")
    assert cases[0] == Case(
        "The farmers that the assistant loves [MASK] old.", "are", "is", "own", "plural-singular"
    )
    assert cases[2].text == "The assistant [MASK] love the farmers."
    assert tuple(case.unfit for case in cases) == UNFIT
    assert cases[3].text == "The farmers are old, the assistant is good."


def test_the_columns_may_be_called_otherwise():
    content = b"good,bad\nit is,it are\n"
    (case,) = cases_of_table(content, "own.csv", "own", Columns(good="good", bad="bad"))
    assert case == Case("it [MASK]", "is", "are", "own", "all")
    with pytest.raises(ExplainerError, match="or sentence_good and sentence_bad"):
        cases_of_table(content, "own.csv", "own")
    with pytest.raises(ExplainerError, match="line 1 has no 'sentence_bad': give it one"):
        cases_of_table(b'{"sentence_good": "a"}\n{"sentence_bad": "b"}', "o.jsonl", "own")


def test_where_a_file_has_masked_texts_too_these_are_asked_unless_pairs_are_named():
    content = b"text,correct,wrong,sentence_good,g\na [MASK],is,are,it was,it was\n"
    content = content.replace(b",g\n", b",sentence_bad\n").replace(b"it was\n", b"it were\n")
    assert cases_of_table(content, "own.csv", "own")[0].correct == "is"
    renamed = content.replace(b"sentence_good", b"right")
    (case,) = cases_of_table(renamed, "own.csv", "own", Columns(good="right"))
    assert (case.correct, case.wrong) == ("was", "were")


def test_a_run_measures_what_can_be_asked_and_says_of_the_rest_why_not(tiny_masked_lm, tmp_path):
    run = Run(
        "tiny",
        Sentences(task="own", file=str(FILE)),
        EvaluationOptions(
            settings=Settings(points=2), methods=("pattern",), replacements=("zero",)
        ),
    )
    evaluate(run, tiny_masked_lm, 8, tmp_path / "run")
    lines = [
        json.loads(line) for line in (tmp_path / "run" / "records.jsonl").read_text().splitlines()
    ]
    why = [line.get("left_out", "") for line in lines]
    assert why[:2] == ["", ""]
    assert "doesn't" in why[2]  # no token of this vocabulary
    assert why[3:7] == list(UNFIT[3:7])
    assert "unhappy" in why[7]  # no piece of this vocabulary
    assert [line["value"] != 0 for line in lines[:2]] == [True, True]


def test_a_pair_that_is_no_question_is_refused_with_its_reason(tiny_masked_lm):
    cases = cases_of_file(FILE, "own")
    check_cases(tiny_masked_lm, cases)
    with pytest.raises(ExplainerError, match="differ in no word"):
        check_cases(tiny_masked_lm, cases[5:6])
    with pytest.raises(ExplainerError, match="differ in no word"):
        measure_protocols(tiny_masked_lm, cases[5])

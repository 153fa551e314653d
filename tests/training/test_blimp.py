"""What the card says of BLiMP: right where the right word's logit is larger, others counted."""

from pathlib import Path

from explainer import Settings, explain
from explainer.evaluation.reading.cases import cases_of_file
from training.blimp import Paradigm, measured, table
from training.measure import Accuracy

FILE = Path(__file__).parents[1] / "evaluation" / "pairs.jsonl"


def test_it_is_right_where_the_right_words_logit_is_larger(tiny_masked_lm):
    cases = cases_of_file(FILE, "own")
    right = 0
    for case in cases[:2]:
        asked = {"correct": case.correct, "wrong": case.wrong, "settings": Settings(points=2)}
        right += explain(tiny_masked_lm, case.text, **asked).target.value > 0
    assert measured(tiny_masked_lm, "own", cases) == Paradigm("own", Accuracy(right, 2), 6)


def test_the_table_has_a_row_for_each_paradigm_and_for_all():
    found = [
        Paradigm("one_two", Accuracy(3, 4), 1),
        Paradigm("none", Accuracy(0, 0), 7),
        Paradigm("three", Accuracy(1000, 2000), 0),
    ]
    assert table(found)[2:] == [
        "| one two | 75.0 | 4 | 1 |",
        "| none | – | 0 | 7 |",
        "| three | 50.0 | 2,000 | 0 |",
        "| all | 50.0 | 2,004 | 8 |",
    ]

"""Entropies compared at one number of sentences: exact, without bias, with intervals that hold."""

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from explainer.evaluation.evidence.bootstrap import jackknife, rank_correlations, resampling
from explainer.evaluation.evidence.consistency import (
    _entropies,
    consistency_table,
    correlation,
    expected_terms,
    forms,
)
from explainer.evaluation.evidence.findings import findings
from explainer.evaluation.evidence.report import report
from explainer.evaluation.evidence.summary import summary
from explainer.evaluation.evidence.tables import tables_of
from explainer.results.metrics import entropy, rank_correlation
from tests.evaluation.lines import (
    LINES,
    TOKENS,
    consistent,
    form,
    line,
)

VALUES = [0, 0, 1, 2, 2, 2, 3]
LIKELY = np.array([0.5, 0.3, 0.1, 0.05, 0.05])


@pytest.mark.parametrize("of", [1, 3, 6, 7])
def test_the_entropy_of_samples_is_the_mean_over_all_of_them(of):
    every = [entropy(chosen) for chosen in combinations(VALUES, of)]
    found = expected_terms(len(VALUES), of)[np.bincount(VALUES)].sum()
    assert found == pytest.approx(math.fsum(every) / len(every), abs=1e-12)


def test_without_a_sentence_it_is_that_of_the_others():
    found = _entropies(np.array([VALUES, VALUES[::-1]]).T, 5)
    assert found.shape == (1 + len(VALUES),)
    for left_out in range(len(VALUES)):
        rows = [np.delete(row, left_out) for row in (VALUES, VALUES[::-1])]
        kept = _entropies(np.array(rows).T, 5)[0]
        assert found[1 + left_out] == pytest.approx(kept)


def test_forms_of_many_and_of_few_sentences_are_compared_alike():
    rng = np.random.default_rng(3)
    few, many = (
        np.mean([_entropies(rng.choice(5, (n, 1), p=LIKELY), 10)[0] for _ in range(200)])
        for n in (12, 60)
    )
    plain = [
        np.mean([entropy(rng.choice(5, n, p=LIKELY).tolist()) for _ in range(200)])
        for n in (12, 60)
    ]
    assert few == pytest.approx(many, abs=0.03)
    assert plain[1] - plain[0] > 0.08
    found = forms(tables_of([*consistent("a", 3, 4), *consistent("b", 3, 4)[:10]]))
    assert {(form.n, form.equal_n) for form in found} == {(12, 9), (10, 9)}


def test_intervals_of_entropies_hold_the_truth_and_the_value():
    rng = np.random.default_rng(4)
    truth = np.mean([_entropies(rng.choice(5, (400, 1), p=LIKELY), 20)[0] for _ in range(60)])
    held = 0
    for _ in range(200):
        found = _entropies(rng.choice(5, (40, 1), p=LIKELY), 20)
        interval = jackknife(found[0], found[1:])
        assert interval.low <= interval.value <= interval.high
        held += interval.low <= truth <= interval.high
    assert held / 200 > 0.88


def test_an_interval_needs_sentences_and_ends_at_0():
    assert math.isnan(jackknife(0.5, np.full(9, 0.5)).low)
    assert jackknife(0.01, np.array([0.0, *[0.02] * 11])).low == 0
    table = consistency_table(forms(tables_of(consistent("a", 0, 1))))
    rows = table[table["measure"] == "node entropy"]
    assert rows[["entropy", "entropy_low", "entropy_high"]].to_numpy().tolist() == [[0, 0, 0]]


def test_entropy_of_the_nodes_of_one_form_by_hand():
    found = forms(tables_of([*consistent("a", 0, 1), *consistent("b", 3, 4)]))
    table = consistency_table(found).set_index(["task", "measure"])
    assert table.loc[("a", "node entropy"), "entropy"] == 0
    # Without one of twelve sentences, three to a node, two are left at one of four nodes.
    without = -sum(share * math.log(share) for share in (2 / 11, *[3 / 11] * 3))
    assert set(table["equal_n"]) == {11}
    assert table.loc[("b", "node entropy"), "entropy"] == pytest.approx(without)
    assert table.loc[("b", "controller node entropy"), "entropy"] == pytest.approx(without)
    assert table.loc[("b", "component entropy"), "entropy"] == 0
    assert table.loc[("b", "node entropy"), "accuracy"] == 9 / 12


def test_other_forms_and_few_sentences_are_left_out():
    odd = line(12, 1.0, 1.0, task="a", inner=2, tokens=[*TOKENS, "."])
    (found,) = forms(tables_of([*consistent("a", 0, 1), odd, *consistent("b", 0, 1)[:9]]))
    assert (found.task, found.n) == ("a", 12)
    assert found.entropies[0, 0] == 0


def test_consistency_that_goes_with_accuracy_has_a_correlation_of_minus_one():
    tasks = [*consistent("a", 0, 1), *consistent("b", 2, 2), *consistent("c", 6, 4)]
    found = consistency_table(forms(tables_of(tasks)))
    assert correlation(found, "node entropy").value == pytest.approx(-1)
    assert math.isnan(correlation(found, "component entropy").value)


def test_right_answers_of_a_form_are_drawn_by_their_nouns():
    # Two nouns' sentences are all wrong: alone each sentence would tell, and of nouns there are 12.
    def of(nouns):
        lines = [
            line(n, -1.0 if n % 12 < 2 else 1.0, 0.0, cluster=str(n % nouns)) for n in range(60)
        ]
        (row, *_) = consistency_table(forms(tables_of(lines))).to_dict("records")
        return row["accuracy"], row["accuracy_high"] - row["accuracy_low"]

    (value, by_sentence), (same, by_noun) = of(60), of(12)
    assert value == same == 50 / 60
    assert by_noun > 1.5 * by_sentence
    assert math.isnan(of(6)[1])  # too few nouns for an interval


BETWEEN = pd.DataFrame(
    [
        form("a", 0.1, 1.0, 5.0),
        form("a", 0.2, 1.0, 5.1),
        form("a", 0.3, 1.0, 5.2),
        form("b", 0.7, 0.9, 1.0),
        form("b", 0.8, 0.9, 1.1),
        form("b", 0.9, 0.9, 1.2),
    ]
)
"""Within each task Q grows with entropy; between them it falls."""


def test_what_lies_between_tasks_is_not_within_them():
    assert correlation(BETWEEN, "node entropy", "Q").value < -0.5
    assert correlation(BETWEEN, "node entropy", "Q", within=True).value == pytest.approx(1)
    assert math.isnan(correlation(BETWEEN, "node entropy", within=True).value)


def test_of_fewer_than_three_forms_there_is_no_correlation():
    for rows in (BETWEEN[:2], BETWEEN[:0]):
        assert math.isnan(correlation(rows, "node entropy").value)


def test_correlations_of_all_resamples_are_those_of_each():
    rng = np.random.default_rng(3)
    one, other = rng.integers(0, 6, size=(2, 14)) / 10  # with ties
    drawn = resampling(14, resamples=60)
    expected = [
        rank_correlation(np.repeat(one, times), np.repeat(other, times))
        for times in drawn.counts.astype(int)
    ]
    assert rank_correlations(drawn, one, other) == pytest.approx(expected, nan_ok=True)
    assert np.isnan(rank_correlations(drawn, np.ones(14), other)).all()


def test_the_interval_of_a_correlation_is_over_forms():
    # Every sentence of a form agrees, so that only other forms could change the value.
    rng = np.random.default_rng(1)
    rows = [form("a", *rng.normal(size=3)) for _ in range(12)]
    found = correlation(pd.DataFrame(rows), "node entropy", "Q")
    assert found.high - found.low > 0.5
    alike = correlation(pd.DataFrame([*rows] * 30), "node entropy", "Q")
    assert alike.value == pytest.approx(found.value)
    assert alike.high - alike.low < (found.high - found.low) / 3


def test_a_correlation_with_accuracy_names_the_forms_that_it_rests_on():
    numbers = summary(tables_of(LINES))
    says = findings(numbers, BETWEEN)[1].says
    assert "Over 6 forms" in says
    assert "within tasks +1.00" in says
    assert "rests on the 3 forms that have errors at all (b)" in says
    assert "no value" in says.partition("errors at all")[2]


def test_accuracy_that_is_the_same_everywhere_is_said_to_tell_nothing():
    alike = [*consistent("a", 0, 1), *consistent("b", 0, 2), *consistent("c", 0, 4)]
    _, consistency, _ = report(tables_of(alike)).findings
    assert "with accuracy" not in consistency.says
    assert consistency.says.endswith("All are answered equally well, so accuracy tells nothing.")

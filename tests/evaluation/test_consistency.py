"""Entropies compared at one number of sentences: exact, without bias, with intervals that hold."""

import math
from itertools import combinations

import numpy as np
import pytest

from explainer.evaluation.evidence.bootstrap import jackknife
from explainer.evaluation.evidence.consistency import (
    _entropies,
    consistency_table,
    expected_terms,
    forms,
)
from explainer.evaluation.evidence.tables import tables_of
from explainer.results.metrics import entropy
from tests.evaluation.test_evaluation_numbers import consistent

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

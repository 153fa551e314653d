"""Scores of words beside influence: their ranks, their sums over pieces, where the two differ."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from explainer import WORD_METHODS, ExplainerError, WordScores
from explainer.results.beside.word_scores import SCORED, agreement
from explainer.results.metrics import rank_correlation
from tests.figures.made import small_explanation

WORDS = ("[CLS]", "farmers", "loves", "old", "[MASK]")


def explained(*influence: float):
    """Of three words between [CLS] and [MASK], with these influences."""
    found = replace(small_explanation(), tokens=WORDS, influence=influence, patterns=(), flow=None)
    return replace(found, target=replace(found.target, positions=(4,)))


def test_rank_correlation_is_spearmans_with_ties():
    # ranks 1, 2.5, 2.5, 4 and 2, 1, 3, 4
    assert rank_correlation([0, 5, 5, 9], [2, 1, 3, 4]) == pytest.approx(3 / math.sqrt(4.5 * 5))
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 6, (2, 40))
    expected = pd.Series(one).rank().corr(pd.Series(other).rank())
    assert rank_correlation(one, other) == pytest.approx(expected)


@pytest.mark.parametrize("rows", [([1, 2], [1, 2]), ([1, 1, 1], [1, 2, 3]), ([], [])])
def test_too_few_pairs_or_no_difference_have_no_rank_correlation(rows):
    assert math.isnan(rank_correlation(*rows))


def test_rows_of_different_lengths_are_refused():
    with pytest.raises(ExplainerError, match="2, 3 entries: give as many"):
        rank_correlation([1, 2, 3], [1, 2])


def test_agreement_is_over_words_and_with_the_size_of_g_where_there_are_no_signs():
    explanation = explained(9.0, 0.5, -2.0, 1.0, 0.0)
    signed = agreement(explanation, WordScores("decompx", WORDS, (99.0, 0.1, -0.3, 0.2, 50.0)))
    assert signed.words == (1, 2, 3)
    assert (signed.correlation, signed.by_influence, signed.by_scores) == (1, 2, 2)
    shares = agreement(explanation, WordScores("alti", WORDS, (0.1, 0.3, 0.2, 0.1, 0.3)))
    assert shares.correlation == pytest.approx(-0.5)  # |g| ranks 1, 3, 2 beside 3, 2, 1
    assert (shares.by_influence, shares.by_scores) == (2, 1)


def test_a_sentence_without_words_has_nothing_to_agree_on():
    explanation = replace(explained(1.0, 0, 0, 0, 0), words=(None,) * 5)
    found = agreement(explanation, WordScores("alti", WORDS, (0.2,) * 5))
    assert (found.words, found.by_influence, found.by_scores) == ((), None, None)
    assert math.isnan(found.correlation)


def test_a_word_has_the_sum_of_its_pieces():
    pieces = WordScores("alti", ("un", "##happi", "farmers"), (0.25, 0.25, 0.5))
    assert pieces.of_words((0, 0, 1), ("unhappi", "farmers")) == WordScores(
        "alti", ("unhappi", "farmers"), (0.5, 0.5)
    )


def test_scores_are_of_the_sentence_that_is_explained():
    with pytest.raises(ExplainerError, match=r"scores are of 1 tokens .*: give scores of the same"):
        agreement(explained(1, 1, 1, 1, 1), WordScores("alti", ("a",), (1.0,)))


def test_every_method_is_named_once():
    assert list(WORD_METHODS) == list(SCORED)
    for name, method in WORD_METHODS.items():
        assert (method.label, method.signed) == SCORED[name]

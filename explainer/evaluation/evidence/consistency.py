"""Do patterns agree where the model does well? Entropy of patterns against accuracy.

Sentences of one form, a task's combination with its most common number of tokens and place of the
controller, put the same role at the same position. The entropy, in nats, of the nodes that a
position's patterns take in these sentences is low where the model treats them alike (paper,
section 5). Over many forms its rank correlation with accuracy says whether consistency goes with
performance: in the forms that there are, and only where these are answered unequally well.

The entropy of a sample is too low, the more so the fewer sentences it has, so forms are compared at
one number of sentences: each has the mean entropy of all samples of so many of its sentences, which
is computed exactly (rarefaction; Hurlbert, Ecology 1971). That is without bias for what so many
sentences show, where a correction such as Miller's and Madow's takes off the first term alone, and
counts only nodes that were seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from explainer.evaluation.evidence.bootstrap import (
    Array,
    Estimate,
    jackknife,
    rank_correlations,
    ratio,
    resampling,
)
from explainer.evaluation.evidence.summary import Row
from explainer.evaluation.evidence.tables import KEYS, Tables
from explainer.results.metrics import rank_correlation

LEAST = 10
"""Fewer sentences of one form say nothing about consistency."""
FEWEST_PAIRS = 3
"""Of fewer forms there is no rank correlation."""
MEASURES = ("node entropy", "component entropy", "controller node entropy")


@dataclass(frozen=True, eq=False)
class Form:
    """One form's values: `value` is its mean Q in its unit, `accuracy` drawn by nouns.

    `entropies` [measure, 1 + n] in nats of all sentences and without each one, `equal_n` sentences
    at a time.
    """

    model: str
    task: str
    combination: str
    n: int
    equal_n: int
    entropies: Array
    accuracy: Estimate
    value: float


def forms(tables: Tables) -> tuple[Form, ...]:
    """Every form that has enough sentences."""
    found: list[Form] = []
    for _, of_model in tables.sentences.groupby("model", sort=False):
        groups = [
            _common(sentences)
            for _, sentences in of_model.groupby(["task", "combination"], sort=False)
        ]
        enough = [sentences for sentences in groups if len(sentences) >= LEAST]
        # One less than the fewest, so that in every form each sentence can be left out.
        equal_n = min((len(sentences) for sentences in enough), default=0) - 1
        found += (_form(tables.patterns, sentences, equal_n) for sentences in enough)
    return tuple(found)


def _common(sentences: pd.DataFrame) -> pd.DataFrame:
    """Those with the most common number of tokens and place of the controller."""
    shape = [sentences["tokens"].str.count(" "), sentences["controller"].fillna(-1)]
    number = sentences.groupby(shape).ngroup()
    return sentences[number == number.value_counts().idxmax()]


def _form(patterns: pd.DataFrame, sentences: pd.DataFrame, equal_n: int) -> Form:
    """One form's numbers."""
    n = len(sentences)
    of_form = sentences[list(KEYS)].merge(patterns, on=list(KEYS), how="left")
    nodes, components, controller = [], [], []
    # A word without influence in some sentence has no pattern there, and is left out.
    for source, rows in of_form.groupby("source"):
        if len(rows) != len(sentences):
            continue
        inner = _columns(rows["nodes"])[:, 1:-1]
        nodes.append(_entropies(inner, equal_n))
        components.append(_entropies(_columns(rows["components"]), equal_n))
        if source == sentences["controller"].iloc[0]:
            controller.append(nodes[-1])
    entropies = [
        np.mean(part, axis=0) if part else np.full(1 + n, np.nan)
        for part in (nodes, components, controller)
    ]
    value = sentences["value"].to_numpy()
    model, task, combination = (
        str(sentences[name].iloc[0]) for name in ("model", "task", "combination")
    )
    return Form(
        model=model,
        task=task,
        combination=combination,
        n=n,
        equal_n=equal_n,
        entropies=np.stack(entropies),
        accuracy=ratio(resampling(n, sentences["cluster"].tolist()), (value > 0).astype(float)),
        value=float(value.mean()),
    )


def _columns(texts: pd.Series) -> np.ndarray:
    """Entries of texts with spaces between, as whole numbers [sentence, entry]."""
    table = texts.str.split(" ", expand=True)
    return np.stack([pd.factorize(table[column])[0] for column in table], axis=1)


def _entropies(values: np.ndarray, of: int) -> Array:
    """Mean over columns of the entropy of `values` [sentence, column] in samples of so many, in
    nats: of all sentences, and without each one."""
    n = len(values)
    columns = []
    for column in values.T:
        counts = np.bincount(column)
        without = np.tile(counts, (n, 1))
        without[np.arange(n), column] -= 1
        every = expected_terms(n, of)[counts].sum()
        columns.append([every, *expected_terms(n - 1, of)[without].sum(axis=1)])
    return np.mean(columns, axis=0)


@lru_cache(maxsize=64)
def expected_terms(n: int, of: int) -> Array:
    """What a value that `c` of `n` sentences have adds in the mean to the entropy of a sample.

    [c], c from 0 to n, in nats; samples are `of` sentences without any of them twice, in which the
    value occurs as often as the hypergeometric distribution says.
    """
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])

    def choices(whole: NDArray[np.intp], part: NDArray[np.intp]) -> Array:
        """The logarithm of the number of ways to choose a part; none where there is no such."""
        there = (part >= 0) & (part <= whole)
        inside = np.where(there, part, 0)
        ways: Array = logs[whole] - logs[inside] - logs[whole - inside]
        return np.where(there, ways, -np.inf)

    has, times = np.ogrid[: n + 1, : of + 1]
    chances = choices(has, times) + choices(n - has, of - times)
    shares = np.arange(1, of + 1) / of
    terms = np.concatenate([[0.0], -shares * np.log(shares)])
    return np.exp(chances - choices(np.array(n), np.array(of))) @ terms


def consistency_table(found: tuple[Form, ...]) -> pd.DataFrame:
    """A row per form and measure: entropy, of `equal_n` sentences at a time, and accuracy of all
    `n`, with their intervals."""
    return pd.DataFrame([row for form in found for row in _rows(form)])


def _rows(form: Form) -> Iterator[Row]:
    for measure, entropy in zip(MEASURES, form.entropies, strict=True):
        of = jackknife(entropy[0], entropy[1:])
        yield {
            "model": form.model,
            "task": form.task,
            "combination": form.combination,
            "measure": measure,
            "entropy": of.value,
            "entropy_low": of.low,
            "entropy_high": of.high,
            "accuracy": form.accuracy.value,
            "accuracy_low": form.accuracy.low,
            "accuracy_high": form.accuracy.high,
            "Q": form.value,
            **{"n": form.n, "equal_n": form.equal_n},
        }


def correlation(
    table: pd.DataFrame, measure: str, with_: str = "accuracy", *, within: bool = False
) -> Estimate:
    """Spearman's rank correlation over forms of entropy with accuracy, or with mean Q.

    `table` is the `consistency_table` of one model. `within` takes the mean of its task off every
    form first, so that tasks are not compared with each other. The claim is about forms, so it is
    forms that are resampled for the interval. Without variation, and of fewer than three forms,
    there is no value (nan).
    """
    rows = table[table["measure"] == measure].dropna(subset="entropy")
    pairs = rows[["entropy", with_]].astype(float)
    if within:
        pairs = pairs - pairs.groupby(rows["task"]).transform("mean")
    if len(pairs) < FEWEST_PAIRS:
        return Estimate(*[float("nan")] * 3)
    entropy, other = pairs.to_numpy().T
    found = rank_correlations(resampling(len(pairs)), entropy, other)
    value = rank_correlation(entropy, other)
    return Estimate.of(value, found[1:], len(pairs))

"""Do patterns agree where the model does well? Entropy of patterns against accuracy.

Sentences of one form, a task's combination with its most common number of tokens and place of the
controller, put the same role at the same position. The entropy, in nats, of the nodes that a
position's patterns take in these sentences is low where the model treats them alike (paper,
section 5). Over many forms its rank correlation with accuracy says whether consistency goes with
performance: in the forms that there are, and only where these are answered unequally well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from explainer.evaluation.evidence.bootstrap import Array, Estimate, resampling
from explainer.evaluation.evidence.summary import Row
from explainer.evaluation.evidence.tables import KEYS, Tables
from explainer.results.metrics import rank_correlation

LEAST = 10
"""Fewer sentences of one form say nothing about consistency."""
MEASURES = ("node entropy", "component entropy", "controller node entropy")


@dataclass(frozen=True, eq=False)
class Form:
    """One form's values: `value` is its mean Q in logits, the others are of every resample.

    `entropies` [measure, resample] in nats, `accuracy` [resample]; the first is of the sentences as
    they are.
    """

    model: str
    task: str
    combination: str
    n: int
    entropies: Array
    accuracy: Array
    value: float


def forms(tables: Tables) -> tuple[Form, ...]:
    """Every form that has enough sentences."""
    found = []
    groups = tables.sentences.groupby(["model", "task", "combination"], sort=False)
    for (model, task, combination), sentences in groups:
        shape = [sentences["tokens"].str.count(" "), sentences["controller"].fillna(-1)]
        number = sentences.groupby(shape).ngroup()
        common = sentences[number == number.value_counts().idxmax()]
        if len(common) >= LEAST:
            found.append(_form(tables.patterns, model, task, combination, common))
    return tuple(found)


def _form(
    patterns: pd.DataFrame, model: str, task: str, combination: str, sentences: pd.DataFrame
) -> Form:
    counts = resampling(len(sentences)).counts
    of_form = sentences[list(KEYS)].merge(patterns, on=list(KEYS), how="left")
    nodes, components, controller = [], [], []
    # A word without influence in some sentence has no pattern there, and is left out.
    for source, rows in of_form.groupby("source"):
        if len(rows) != len(sentences):
            continue
        inner = _columns(rows["nodes"])[:, 1:-1]
        nodes.append(_entropies(counts, inner))
        components.append(_entropies(counts, _columns(rows["components"])))
        if source == sentences["controller"].iloc[0]:
            controller.append(nodes[-1])
    entropies = [
        np.mean(part, axis=0) if part else np.full(len(counts), np.nan)
        for part in (nodes, components, controller)
    ]
    value = sentences["value"].to_numpy()
    n = len(sentences)
    return Form(
        model,
        task,
        combination,
        n,
        entropies=np.stack(entropies),
        accuracy=counts @ (value > 0) / n,
        value=float(value.mean()),
    )


def _columns(texts: pd.Series) -> np.ndarray:
    """Entries of texts with spaces between, as whole numbers [sentence, entry]."""
    table = texts.str.split(" ", expand=True)
    return np.stack([pd.factorize(table[column])[0] for column in table], axis=1)


def _entropies(counts: Array, values: np.ndarray) -> Array:
    """Mean over columns of the entropy of `values` [sentence, column], per resample, in nats."""
    columns = []
    for column in values.T:
        shares = counts @ np.eye(column.max() + 1)[column] / len(column)
        logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
        columns.append(-(shares * logs).sum(axis=1))
    return np.mean(columns, axis=0)


def consistency_table(found: tuple[Form, ...]) -> pd.DataFrame:
    """A row per form and measure: entropy and accuracy with their intervals."""
    return pd.DataFrame([row for form in found for row in _rows(form)])


def _rows(form: Form) -> Iterator[Row]:
    accuracy = Estimate.of(form.accuracy[0], form.accuracy[1:], form.n)
    for measure, entropy in zip(MEASURES, form.entropies, strict=True):
        of = Estimate.of(entropy[0], entropy[1:], form.n)
        yield {
            "model": form.model,
            "task": form.task,
            "combination": form.combination,
            "measure": measure,
            "entropy": of.value,
            "entropy_low": of.low,
            "entropy_high": of.high,
            "accuracy": accuracy.value,
            "accuracy_low": accuracy.low,
            "accuracy_high": accuracy.high,
            "Q": form.value,
            "n": form.n,
        }


def correlation(
    table: pd.DataFrame, measure: str, with_: str = "accuracy", *, within: bool = False
) -> Estimate:
    """Spearman's rank correlation over forms of entropy with accuracy, or with mean Q.

    `table` is the `consistency_table` of one model. `within` takes the mean of its task off every
    form first, so that tasks are not compared with each other. The claim is about forms, so it is
    forms that are resampled for the interval. Without variation there is no value (nan).
    """
    rows = table[table["measure"] == measure].dropna(subset="entropy")
    pairs = rows[["entropy", with_]].astype(float)
    if within:
        pairs = pairs - pairs.groupby(rows["task"]).transform("mean")
    values = pairs.to_numpy()
    numbers = np.arange(len(values))
    found = np.array(
        [
            rank_correlation(*values[np.repeat(numbers, times.astype(int))].T)
            for times in resampling(len(values)).counts
        ]
    )
    return Estimate.of(found[0], found[1:], len(values))

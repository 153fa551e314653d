"""A run's tables in a few numbers, each with its interval over sentences, drawn by their nouns.

Quantities, shares of 1 but for Q and path counts:

- `accuracy`, `Q`: of the model as it is (Q in its unit, mean);
- `large gap`: the sentences whose completeness gap is over 5 % of |Q(x) − Q(b)|;
- `kept accuracy`, `removed accuracy`: of the model with only what a method chose, and without it;
- `retained accuracy`: of the sentences that the model gets right, those it still gets right with
  only what the method chose; `retained Q`, `removed Q`: mean Q with only that, and without it,
  over mean Q as it is;
- `size`: the nodes that a method keeps (at the attention level heads and skips; of one that only
  cuts, those that it cuts), mean of sentences;
- `carried`: the share of the words' influence Σ|g| that a method's paths carry;
- `skip flow`, `signed skip flow`: skip's share of all influence, in block `layer`, or over all
  blocks where that is empty; `skip steps`: of the patterns' steps, those that are skips;
- `alignment`: inner nodes that the best path of attention shares with the pattern;
- `log10 sparsity`: the logarithm of the number of patterns over that of all paths.

`clusters` counts the nouns that the answers of the `n` sentences depend on, which are resampled
(`Record.cluster`). `beside` says by how much a method is better than the patterns in the same
sentences: nearer to 1 by what it retains; of what is cut, by how much less is left than without the
patterns' heads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from explainer.evaluation.evidence.bootstrap import (
    Array,
    Estimate,
    Resampling,
    difference,
    ratio,
    resampling,
)
from explainer.evaluation.evidence.tables import Tables
from explainer.results.gap import gap_is_large

Row = dict[str, object]
SENTENCE = ("task", "number")
CUT = ("level", "words", "method", "replacement", "mode")
EVERY_TASK = "all tasks"
"""The sentences of all tasks of a model together."""
COLUMNS = (
    *("model", "task", "quantity", "level", "words", "method", "replacement", "layer"),
    *("value", "low", "high", "n", "clusters", "beside", "beside_low", "beside_high"),
)
OWN = {"keep": "pattern", "remove": "pattern-heads"}
"""With whom methods are compared in the same sentences."""


def summary(tables: Tables) -> pd.DataFrame:
    """A row for every quantity of every model and task, over `n` sentences (`COLUMNS`)."""
    rows: list[Row] = []
    for model, of_model in tables.sentences.groupby("model", sort=False):
        tasks = list(of_model["task"].unique())
        for task in [*tasks, *([EVERY_TASK] if len(tasks) > 1 else [])]:
            sentences = _part(of_model, model, task)
            nouns = _nouns(sentences)
            drawn = resampling(len(sentences), nouns.tolist())
            for part in (
                _as_it_is(sentences, drawn),
                _ablated(_part(tables.outcomes, model, task), sentences, drawn),
                _sizes(_part(tables.outcomes, model, task), nouns),
                _carried(_part(tables.carried, model, task), nouns),
                _flow(sentences, drawn),
            ):
                rows.extend({"model": model, "task": task, **row} for row in part)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _part(table: pd.DataFrame, model: str, task: str) -> pd.DataFrame:
    of_model = table[table["model"] == model]
    return of_model if task == EVERY_TASK else of_model[of_model["task"] == task]


def _nouns(sentences: pd.DataFrame) -> pd.Series:
    """The cluster of each sentence, by `SENTENCE`: those that share one are no independent
    evidence."""
    return sentences.set_index(list(SENTENCE))["cluster"]


def _row(
    quantity: str,
    found: Estimate,
    drawn: Resampling,
    *,
    level: str | None = None,
    words: str | None = None,
    method: str | None = None,
    replacement: str | None = None,
    layer: int | None = None,
    beside: Estimate | None = None,
) -> Row:
    apart = Estimate(*[float("nan")] * 3) if beside is None else beside
    return {
        "quantity": quantity,
        "level": level,
        "words": words,
        "method": method,
        "replacement": replacement,
        "layer": layer,
        **{"n": len(drawn.cluster), "clusters": len(np.unique(drawn.cluster))},
        **asdict(found),
        **{"beside": apart.value, "beside_low": apart.low, "beside_high": apart.high},
    }


def _as_it_is(sentences: pd.DataFrame, drawn: Resampling) -> Iterator[Row]:
    value = sentences["value"].to_numpy()
    patterns = sentences["words"].to_numpy(dtype=float)
    difference = value - sentences["baseline_value"].to_numpy()
    pairs = zip(sentences["completeness_gap"], difference, strict=True)
    quantities = {
        "accuracy": (value > 0).astype(float),
        "Q": value,
        "large gap": np.array([gap_is_large(*pair) for pair in pairs], dtype=float),
        "skip steps": sentences["skip_steps"].to_numpy(),
        "alignment": sentences["alignment"].to_numpy(),
    }
    for quantity, values in quantities.items():
        yield _row(quantity, ratio(drawn, values), drawn)
    for level in ("embedding", "attention"):
        share = np.log10(patterns / sentences[f"paths_{level}"].to_numpy())
        yield _row("log10 sparsity", ratio(drawn, share), drawn, level=level)


def _ablated(outcomes: pd.DataFrame, sentences: pd.DataFrame, drawn: Resampling) -> Iterator[Row]:
    whole = sentences["value"].to_numpy()
    right = (whole > 0).astype(float)
    values = _by_sentence(outcomes, sentences)
    for (level, words, method, replacement, mode), value in values.items():
        own = values.get((level, words, OWN[mode], replacement, mode))
        beside = _beside(drawn, mode, None if method == OWN[mode] else own)
        still = (value > 0).astype(float)
        of = {"level": level, "words": words, "method": method, "replacement": replacement}
        if mode == "remove":
            yield _row("removed accuracy", ratio(drawn, still), drawn, **of)
            apart = beside(value, lambda q: q, whole)
            yield _row("removed Q", ratio(drawn, value, whole), drawn, **of, beside=apart)
            continue
        yield _row("kept accuracy", ratio(drawn, still), drawn, **of)
        apart = beside(value, lambda q: (q > 0) * right, right)
        yield _row(
            "retained accuracy", ratio(drawn, still * right, right), drawn, **of, beside=apart
        )
        apart = beside(value, lambda q: q, whole)
        yield _row("retained Q", ratio(drawn, value, whole), drawn, **of, beside=apart)


def _by_sentence(outcomes: pd.DataFrame, sentences: pd.DataFrame) -> dict[tuple[Any, ...], Array]:
    """Q of every sentence, in their order, by `CUT`: nan where a sentence has none."""
    order = pd.MultiIndex.from_frame(sentences[list(SENTENCE)])
    sentence = order.get_indexer(pd.MultiIndex.from_frame(outcomes[list(SENTENCE)]))
    cut = outcomes.groupby(list(CUT), sort=False).ngroup().to_numpy()
    known = (sentence >= 0) & (cut >= 0)
    _, first = np.unique(cut[cut >= 0], return_index=True)
    values = np.full((len(first), len(order)), np.nan)
    values[cut[known], sentence[known]] = outcomes["value"].to_numpy()[known]
    named = outcomes[list(CUT)][cut >= 0].iloc[first]
    return dict(zip(named.itertuples(index=False, name=None), values, strict=True))


def _beside(
    drawn: Resampling, mode: str, own: Array | None
) -> Callable[[Array, Callable[[Array], Array], Array], Estimate | None]:
    """By how much values are better than `own` ones, once both are turned into what is summed."""

    def gain(shares: Array) -> Array:
        return -np.abs(shares - 1) if mode == "keep" else -shares

    def apart(value: Array, turned: Callable[[Array], Array], whole: Array) -> Estimate | None:
        if own is None:
            return None
        return difference(drawn, turned(value), turned(own), gain, whole)

    return apart


def _sizes(outcomes: pd.DataFrame, nouns: pd.Series) -> Iterator[Row]:
    # What a method keeps by itself it cuts from the model too; nodes but for the target.
    kept = outcomes.sort_values("mode", kind="stable").drop_duplicates(
        ["task", "number", "level", "words", "method"]
    )
    for (level, words, method), sizes, drawn in _by_method(kept, "size", nouns):
        found = ratio(drawn, sizes.astype(float))
        yield _row("size", found, drawn, level=level, words=words, method=method)


def _carried(carried: pd.DataFrame, nouns: pd.Series) -> Iterator[Row]:
    for (level, words, method), shares, drawn in _by_method(carried, "share", nouns):
        yield _row("carried", ratio(drawn, shares), drawn, level=level, words=words, method=method)


def _by_method(
    table: pd.DataFrame, column: str, nouns: pd.Series
) -> Iterator[tuple[tuple[str, str, str], Array, Resampling]]:
    """A column's values by level, words and method, and their sentences drawn by their nouns."""
    if table.empty:
        return
    every = nouns.loc[pd.MultiIndex.from_frame(table[list(SENTENCE)])].to_numpy()
    values = table[column].to_numpy()
    own: list[str] | None = None
    places = table.reset_index(drop=True).groupby(["level", "words", "method"], sort=False)["task"]
    for key, of_method in places:
        at = of_method.index.to_numpy()
        if (mine := every[at].tolist()) != own:  # most methods are asked about the same sentences
            own, drawn = mine, resampling(len(at), mine)
        yield key, values[at], drawn


def _flow(sentences: pd.DataFrame, drawn: Resampling) -> Iterator[Row]:
    for quantity, prefix in (
        ("skip flow", "skip_flow_"),
        ("signed skip flow", "signed_skip_flow_"),
    ):
        names = [name for name in sentences if name.startswith(prefix)]
        # A run may hold models of different depth: a column that a model lacks is empty.
        layers = sentences[names].dropna(axis=1).to_numpy()
        yield _row(quantity, ratio(drawn, layers.mean(axis=1)), drawn)
        for layer, shares in enumerate(layers.T):
            yield _row(quantity, ratio(drawn, shares), drawn, layer=layer)

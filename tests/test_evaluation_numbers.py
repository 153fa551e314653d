"""Summaries of evaluations, by numbers worked by hand and by identities."""

import math

import numpy as np
import pandas as pd
import pytest

from explainer import ExplainerError
from explainer.evaluation.bootstrap import ratio, resampling
from explainer.evaluation.consistency import consistency_table, correlation, forms
from explainer.evaluation.findings import findings, row_of
from explainer.evaluation.report import markdown, report
from explainer.evaluation.summary import EVERY_TASK, summary
from explainer.evaluation.tables import read_tables, tables_of, write_tables

ALL_NODES = {"level": "embedding", "words": "all"}
TOKENS = ["[CLS]", "a", "b", "[MASK]", "[SEP]"]


def line(number: int, value: float, kept: float, *, task: str = "one", inner: int = 1, **changes):
    """A record of a model of two blocks with one word, whose pattern passes `inner`."""
    share = changes.pop("share", 0.5)
    return {
        "model": "tiny",
        "task": task,
        "number": number,
        "combination": "all",
        "text": "a b [MASK]",
        "tokens": TOKENS,
        "controller": 1,
        "value": value,
        "influence": [0.0, 2.0, 0.0, 0.0, 0.0],
        "patterns": [{"source": 1, "nodes": [1, inner, 3], "components": ["skip", 0]}],
        "skip_flow": [0.2, 0.4],
        "signed_skip_flow": [0.1, 0.3],
        "skip_steps": 0.5,
        "paths": [5, 100],
        "alignment": 1.0,
        "outcomes": [
            {
                "method": name,
                "mode": mode,
                "replacement": "zero",
                "value": q,
                "size": 3,
                **ALL_NODES,
            }
            for name, mode, q in (
                ("pattern", "keep", kept),
                ("rollout", "keep", -1.0),
                ("pattern", "remove", -kept),
            )
        ],
        "carried": [
            {"method": "pattern", "share": share, **ALL_NODES},
            {"method": "rollout", "share": 0.1, **ALL_NODES},
        ],
        **changes,
    }


LINES = [line(0, 4.0, 1.0), line(1, 2.0, -1.0), line(2, -2.0, 1.0), line(3, 4.0, 3.0)]


def value(table: pd.DataFrame, quantity: str, **of) -> float:
    row = row_of(table, quantity, **of)
    assert row is not None
    return float(row["value"])


def test_the_numbers_of_a_task_by_hand():
    table = summary(tables_of(LINES))
    shared = {**ALL_NODES, "method": "pattern"}
    of = {**shared, "replacement": "zero"}
    assert value(table, "accuracy") == 3 / 4
    assert value(table, "Q") == 2.0
    assert value(table, "kept accuracy", **of) == 3 / 4
    # Of the three that are right, the second is not right any more.
    assert value(table, "retained accuracy", **of) == pytest.approx(2 / 3)
    assert value(table, "retained Q", **of) == pytest.approx(4 / 8)
    assert value(table, "removed accuracy", **of) == 1 / 4
    assert value(table, "retained accuracy", **{**of, "method": "rollout"}) == 0
    assert value(table, "removed Q", **of) == pytest.approx(-4 / 8)
    assert value(table, "carried", **shared) == 0.5
    assert value(table, "size", **shared) == 3
    assert value(table, "skip flow") == pytest.approx(0.3)
    assert value(table, "skip flow", layer=1) == pytest.approx(0.4)
    assert value(table, "signed skip flow", layer=0) == pytest.approx(0.1)
    assert value(table, "log10 sparsity", level="attention") == pytest.approx(-2)
    assert (table["low"] <= table["value"] + 1e-12).all()
    assert (table["value"] <= table["high"] + 1e-12).all()


def test_all_tasks_together_hold_every_sentence_once():
    other = [line(number, -1.0, 1.0, task="two") for number in range(4)]
    table = summary(tables_of([*LINES, *other]))
    together = table[table["task"] == EVERY_TASK]
    assert value(together, "accuracy") == 3 / 8
    shared = {**ALL_NODES, "method": "pattern"}
    of = {**shared, "replacement": "zero"}
    assert value(together, "kept accuracy", **of) == 7 / 8
    assert value(together, "retained Q", **of) == pytest.approx((4 + 4) / (8 - 4))
    assert EVERY_TASK not in set(summary(tables_of(LINES))["task"])


def test_resampling_draws_as_many_and_leaves_the_first_as_it_is():
    counts = resampling(30, resamples=5000)
    assert (counts[0] == 1).all()
    assert (counts.sum(axis=1) == 30).all()
    assert counts[1:].std() > 0.8
    values = np.arange(30.0)
    found = ratio(counts, values)
    assert found.value == pytest.approx(14.5)
    # The standard error of a mean of 30 from this spread is 1.58, 1.96 of them on either side.
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / 30**0.5, rel=0.05)
    assert ratio(counts, 3 * values, values).low == pytest.approx(3)
    empty = ratio(counts, values, 0 * values)
    assert math.isnan(empty.value)
    assert math.isnan(empty.low)


def consistent(task: str, wrong: int, spread: int) -> list:
    """Twelve sentences: `wrong` of them answered wrongly, their patterns by `spread` nodes."""
    return [
        line(number, -1.0 if number < wrong else 1.0, 1.0, task=task, inner=number % spread)
        for number in range(12)
    ]


def test_entropy_of_the_nodes_of_one_form_by_hand():
    found = forms(tables_of([*consistent("a", 0, 1), *consistent("b", 3, 4)]))
    table = consistency_table(found).set_index(["task", "measure"])
    assert table.loc[("a", "node entropy"), "entropy"] == 0
    assert table.loc[("b", "node entropy"), "entropy"] == pytest.approx(math.log(4))
    assert table.loc[("b", "controller node entropy"), "entropy"] == pytest.approx(math.log(4))
    assert table.loc[("b", "component entropy"), "entropy"] == 0
    assert table.loc[("b", "node entropy"), "accuracy"] == 9 / 12


def test_other_forms_and_few_sentences_are_left_out():
    odd = line(12, 1.0, 1.0, task="a", inner=2, tokens=[*TOKENS, "."])
    (found,) = forms(tables_of([*consistent("a", 0, 1), odd, *consistent("b", 0, 1)[:9]]))
    assert (found.task, found.n) == ("a", 12)
    assert found.entropies[0, 0] == 0


def test_consistency_that_goes_with_accuracy_has_a_correlation_of_minus_one():
    tasks = [*consistent("a", 0, 1), *consistent("b", 2, 2), *consistent("c", 6, 4)]
    found = forms(tables_of(tasks))
    assert correlation(found, "node entropy").value == pytest.approx(-1)
    assert math.isnan(correlation(found, "component entropy").value)


def test_the_report_names_the_best_rival_and_gives_every_finding(tmp_path):
    tables = tables_of([*consistent("a", 0, 1), *consistent("b", 2, 2), *consistent("c", 6, 4)])
    found = report(tables)
    skip, consistency, performance = found.findings
    assert "30.0 %" in skip.says
    assert "−1.00" in consistency.says
    assert "carry 50.0 % [50.0, 50.0]" in performance.says
    assert "best rival (attention rollout) 10.0 %" in performance.says
    assert "with zero elsewhere" in performance.says
    text = markdown(found)
    assert "| embedding | attention rollout | 3.0 | 10.0 [10.0, 10.0] | 0.0 [0.0, 0.0] |" in text
    assert findings(found.summary[found.summary["task"] == "a"], ()) != ()
    files = write_tables(tables, tmp_path)
    for file in files:
        if file.suffix == ".parquet":
            same = pd.read_csv(file.with_suffix(".csv"))
            pd.testing.assert_frame_equal(pd.read_parquet(file), same, check_dtype=False)


def test_accuracy_that_is_the_same_everywhere_is_said_to_tell_nothing():
    alike = [*consistent("a", 0, 1), *consistent("b", 0, 2), *consistent("c", 0, 4)]
    _, consistency, _ = report(tables_of(alike)).findings
    assert "with accuracy" not in consistency.says
    assert consistency.says.endswith("All are answered equally well, so accuracy tells nothing.")


def test_where_q_is_nothing_in_the_mean_the_findings_say_so():
    lines = [line(0, 2.0, 1.0), line(1, -2.0, 1.0)]
    *_, performance = report(tables_of(lines)).findings
    assert "leave" not in performance.says
    assert "carry 50.0 %" in performance.says


def test_a_folder_without_runs_is_refused(tmp_path):
    with pytest.raises(ExplainerError, match="no evaluated sentences"):
        read_tables(tmp_path)

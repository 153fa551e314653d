"""What a run's findings and its report say of its numbers."""

import math

import pandas as pd
import pytest

from explainer import ExplainerError
from explainer.evaluation.evidence.findings import findings
from explainer.evaluation.evidence.report import markdown, report
from explainer.evaluation.evidence.tables import read_tables, tables_of, write_tables
from explainer.evaluation.evidence.written import written
from tests.evaluation.lines import (
    LINES,
    beside,
    consistent,
    cut,
    kept,
    line,
    swinging,
)


def test_the_report_names_the_best_rival_and_gives_every_finding(tmp_path):
    tables = tables_of([*consistent("a", 0, 1), *consistent("b", 2, 2), *consistent("c", 6, 4)])
    found = report(tables)
    skip, consistency, performance = found.findings
    assert "30.0\u00a0%" in skip.says
    assert "−1.00" in consistency.says
    assert "carry 50.0\u00a0%\u00a0[50.0,\u00a050.0]" in performance.says
    assert "best rival (attention rollout) 10.0\u00a0%" in performance.says
    assert "with zero (off the data) elsewhere" in performance.says
    text = markdown(found)
    row = "| embedding | attention rollout | 3.0 | 10.0 [10.0, 10.0] | 0.0 [0.0, 0.0] |"
    assert row in text.replace("\u00a0", " ")
    for point in performance.points:
        assert f"\n- {point}\n" in text
    assert findings(found.summary[found.summary["task"] == "a"], ()) != ()
    files = write_tables(tables, tmp_path)
    for file in files:
        if file.suffix == ".parquet":
            same = pd.read_csv(file.with_suffix(".csv"))
            pd.testing.assert_frame_equal(pd.read_parquet(file), same, check_dtype=False)


def test_what_is_left_without_patterns_stands_beside_its_controls():
    alone = [line(0, 4.0, 1.0, outcomes=[cut("pattern", 0.4)])]
    says = report(tables_of(alone)).findings[2].says
    assert "10.0\u00a0% of Q is left: without controls" in says
    controls = {
        "pattern": 0.4,
        "random-cells": 0.2,
        "pattern-first-skips": 0.1,
        "pattern-heads": 1.0,
        "node-heads": 2.0,
        "random-heads": 3.0,
        "flow-heads": 0.6,
    }
    beside = [line(0, 4.0, 1.0, outcomes=[cut(*each) for each in controls.items()])]
    says = report(tables_of(beside)).findings[2].says
    assert "without controls" not in says
    for cut_off, share in (
        ("as many random heads and skips of every block", "5.0"),
        ("their skips of block 0 alone", "2.5"),
        ("as many random heads at the same nodes", "50.0"),
        ("as many anywhere in each block", "75.0"),
        ("as many of largest flow", "15.0"),
    ):
        assert f"{share}\u00a0% without {cut_off}" in says
    assert (
        "Without the patterns' heads and skips, zero (off the data) instead, 10.0\u00a0% of Q"
        in says
    )
    assert (
        "Without the patterns' heads alone, zero (off the data) instead, 25.0\u00a0% of Q" in says
    )
    assert "the best rival" not in says.partition("Without the patterns'")[2]


def test_what_is_carried_is_said_to_be_what_is_sought():
    performance = report(tables_of(LINES)).findings[2].says
    assert "the search for patterns seeks what paths carry, which no rival does" in performance
    assert "patterns of nodes (size 3.0) leave" in performance
    assert "the rival that leaves most of Q, attention rollout (size 3.0): " in performance
    assert "the search for patterns seeks" in markdown(report(tables_of(LINES)))


def test_where_q_is_nothing_in_the_mean_the_findings_say_so():
    lines = [line(0, 2.0, 1.0), line(1, -2.0, 1.0)]
    *_, performance = report(tables_of(lines)).findings
    assert "leave" not in performance.says
    assert "carry 50.0\u00a0%" in performance.says


def test_a_folder_without_runs_is_refused(tmp_path):
    with pytest.raises(ExplainerError, match="no evaluated sentences"):
        read_tables(tmp_path)


def test_rivals_of_equal_size_have_their_accuracy_and_are_ranked_by_nearness_to_all_of_q():
    lines = kept(1.05, ("rollout-nodes", 0.9), ("random-nodes", -0.5), ("conductance", 1.2))
    says = report(tables_of(lines)).findings[2].says
    equal = beside(says, "attention rollout, equal nodes")
    assert "90.0\u00a0%\u00a0[90.0,\u00a090.0] of Q (patterns nearer to 100\u00a0%)" in equal
    right = "100.0\u00a0%\u00a0[100.0,\u00a0100.0] of the right answers"
    assert f"{right} (no difference shown)" in equal
    assert "of Q (patterns nearer to 100\u00a0%)" in beside(says, "layer conductance")
    assert "of the right answers (patterns more)" in beside(says, "random nodes")
    says = report(tables_of(kept(1.3, ("rollout-nodes", 0.9)))).findings[2].says
    assert "of Q (patterns further from 100\u00a0%)" in beside(says, "equal nodes")
    says = report(tables_of(kept(0.5, ("rollout-nodes", 0.9)))).findings[2].says
    assert "of Q (patterns less)" in beside(says, "equal nodes")


def test_where_sentences_disagree_no_difference_is_shown():
    says = report(tables_of(swinging(together=False))).findings[2].says
    assert "of Q (no difference shown)" in beside(says, "equal nodes")


def test_what_differs_in_every_sentence_is_shown_where_intervals_overlap():
    made = report(tables_of(swinging(together=True)))
    rows = made.summary[made.summary["quantity"] == "retained Q"].set_index("method")
    own, rival = rows.loc["pattern"], rows.loc["rollout-nodes"]
    assert own["low"] < rival["low"] < own["high"]
    assert rival["beside"] == pytest.approx(0.01)
    assert rival["beside_low"] == pytest.approx(0.01)
    assert math.isnan(own["beside"])
    assert "of Q (patterns less)" in beside(made.findings[2].says, "equal nodes")
    assert made.findings[2].tests[0].word == "not confirmed"
    written_down = markdown(made)
    assert "Better than the patterns by so many points, in the same sentences" in written_down
    row = "| embedding | attention rollout, equal nodes | zero | 1.0"
    (found,) = [text for text in written_down.splitlines() if text.startswith(row)]
    assert found.endswith("| – |")
    # Results from before the difference was measured have their intervals alone.
    older = made.summary.drop(columns=[name for name in made.summary if "beside" in name])
    (_, _, kept_alone) = findings(older, made.consistency)
    assert kept_alone.tests[0].word == "cannot tell"
    assert "the intervals overlap" in kept_alone.tests[0].why


def test_a_number_does_not_part_from_its_unit_nor_its_interval():
    assert written(0.451, 0.433, 0.469) == "45.1\u00a0%\u00a0[43.3,\u00a046.9]"
    assert " " not in written(-0.5, -1, 0, percent=False)


def test_what_rounds_to_zero_has_no_sign():
    assert written(-0.0004, -0.001, 0.0) == "0.0\u00a0%\u00a0[−0.1,\u00a00.0]"
    assert written(-0.001, -0.01, 0.0, percent=False) == "+0.00\u00a0[−0.01,\u00a0+0.00]"

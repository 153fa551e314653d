"""Summaries of evaluations, by numbers worked by hand and by identities."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.stored import STORED, add
from explainer import ExplainerError
from explainer.evaluation.evidence.bootstrap import ratio, resampling
from explainer.evaluation.evidence.comparison import methods_summary
from explainer.evaluation.evidence.consistency import consistency_table, correlation, forms
from explainer.evaluation.evidence.findings import few_note, findings
from explainer.evaluation.evidence.report import findings_json, markdown, report
from explainer.evaluation.evidence.rivals import best_of
from explainer.evaluation.evidence.rows import row_of
from explainer.evaluation.evidence.summary import EVERY_TASK, summary
from explainer.evaluation.evidence.tables import read_tables, tables_of, write_tables
from explainer.evaluation.evidence.written import written
from explainer.evaluation.line import with_cluster
from explainer.evaluation.question import cluster_of
from explainer.figures.canvas.scene import Label, Line
from explainer.figures.canvas.text import width
from explainer.figures.charts.evaluation import methods_scene, skip_scene
from explainer.tasks import Case

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
        "tokens": [TOKENS[0], f"a{number}", *TOKENS[2:]],
        "controller": 1,
        "cluster": f"a{number} of {task}",
        "value": value,
        "baseline_value": 0.0,
        "completeness_gap": 0.01,
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


PAIRS = ((4.0, 1.0), (2.0, -1.0), (-2.0, 1.0), (4.0, 3.0))
LINES = [line(number, *pair) for number, pair in enumerate(PAIRS * 4)]
FEW = LINES[:4]


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
    other = [line(number, -1.0, 1.0, task="two") for number in range(16)]
    table = summary(tables_of([*LINES, *other]))
    together = table[table["task"] == EVERY_TASK]
    assert value(together, "accuracy") == 3 / 8
    shared = {**ALL_NODES, "method": "pattern"}
    of = {**shared, "replacement": "zero"}
    assert value(together, "kept accuracy", **of) == 7 / 8
    assert value(together, "retained Q", **of) == pytest.approx((16 + 16) / (32 - 16))
    assert EVERY_TASK not in set(summary(tables_of(LINES))["task"])


def test_resampling_draws_as_many_and_leaves_the_first_as_it_is():
    drawn = resampling(30, resamples=5000)
    counts = drawn.counts
    assert (counts[0] == 1).all()
    assert (counts.sum(axis=1) == 30).all()
    assert counts[1:].std() > 0.8
    values = np.arange(30.0)
    found = ratio(drawn, values)
    assert found.value == pytest.approx(14.5)
    # The standard error of a mean of 30 from this spread is 1.58, 1.96 of them on either side.
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / 30**0.5, rel=0.05)
    assert ratio(drawn, 3 * values, values).low == pytest.approx(3)
    empty = ratio(drawn, values, 0 * values)
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


def form(task: str, entropy: float, accuracy: float, q: float) -> dict:
    """A form's row of the table of consistency."""
    return {
        **{"model": "tiny", "task": task, "measure": "node entropy", "entropy": entropy},
        **{"accuracy": accuracy, "Q": q},
    }


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


def cut(method: str, left: float) -> dict:
    """An outcome of heads and skips that are cut."""
    where = {"level": "attention", "words": "all", "mode": "remove", "replacement": "zero"}
    return {"method": method, "value": left, "size": 4, **where}


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


def test_a_method_that_only_cuts_has_the_size_of_what_it_cuts():
    table = summary(tables_of([line(0, 4.0, 1.0, outcomes=[cut("random-cells", 0.4)])]))
    of = {"level": "attention", "words": "all", "method": "random-cells"}
    assert value(table, "size", **of) == 4


def test_stored_results_take_the_rows_they_lack_and_their_findings(tmp_path):
    stored, runs = tmp_path / "stored", tmp_path / "runs"
    old = report(tables_of(LINES))
    more = [line(0, 4.0, 9.0), line(1, 2.0, 9.0)]
    for record in more:
        record["outcomes"].append(cut("random-cells", 1.0))
    for folder in (stored, runs):
        folder.mkdir()
        (folder / "about.json").write_text('[{"task": "one"}]', encoding="utf-8")
    old.summary.to_csv(stored / "summary.csv", index=False)
    report(tables_of(more)).summary.to_csv(runs / "summary.csv", index=False)
    add(runs, stored)
    table = pd.read_csv(stored / "summary.csv")
    assert value(table, "retained Q", **ALL_NODES, method="pattern", replacement="zero") == 0.5
    new = table[table["method"] == "random-cells"]
    assert set(new["quantity"]) == {"removed Q", "removed accuracy", "size"}
    assert set(new["n"]) == {2}
    add(runs, stored)
    assert pd.read_csv(stored / "summary.csv").equals(table)
    about = json.loads((stored / "about.json").read_text(encoding="utf-8"))
    assert about == [{"task": "one"}, {"task": "one", "added": True}]


def test_accuracy_that_is_the_same_everywhere_is_said_to_tell_nothing():
    alike = [*consistent("a", 0, 1), *consistent("b", 0, 2), *consistent("c", 0, 4)]
    _, consistency, _ = report(tables_of(alike)).findings
    assert "with accuracy" not in consistency.says
    assert consistency.says.endswith("All are answered equally well, so accuracy tells nothing.")


def test_where_q_is_nothing_in_the_mean_the_findings_say_so():
    lines = [line(0, 2.0, 1.0), line(1, -2.0, 1.0)]
    *_, performance = report(tables_of(lines)).findings
    assert "leave" not in performance.says
    assert "carry 50.0\u00a0%" in performance.says


def test_a_folder_without_runs_is_refused(tmp_path):
    with pytest.raises(ExplainerError, match="no evaluated sentences"):
        read_tables(tmp_path)


def kept(left: float, *rivals: tuple[str, float]) -> list:
    """Twelve sentences of Q = 1, of which the pattern leaves `left` and its rivals their share."""
    outcomes = [
        {
            **ALL_NODES,
            **{"method": name, "mode": "keep", "replacement": "zero", "value": share, "size": 3},
        }
        for name, share in (("pattern", left), *rivals)
    ]
    return [line(number, 1.0, left, outcomes=outcomes) for number in range(12)]


def beside(says: str, label: str) -> str:
    (point,) = (p for p in says.split("\n") if p.startswith("Kept alone") and label in p)
    return point


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


def swinging(*, together: bool) -> list:
    """Sentences that differ much; methods by 0.01 each in all of them, or now one way, now the
    other."""
    lines = kept(0.5, ("rollout-nodes", 0.5))
    for number, record in enumerate(lines):
        record["outcomes"] = [
            {
                **outcome,
                "value": outcome["value"]
                + 0.4 * (-1) ** (number if together else number + place)
                + 0.01 * place,
            }
            for place, outcome in enumerate(record["outcomes"])
        ]
    return lines


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


def test_few_sentences_have_no_interval():
    few, enough = summary(tables_of(FEW)), summary(tables_of(LINES))
    assert few[["low", "high"]].isna().all(axis=None)
    assert enough[["low", "high"]].notna().all(axis=None)
    # Of ten sentences only five are right: the share is of five.
    drawn = resampling(10)
    assert math.isnan(ratio(drawn, np.ones(10), np.repeat([0.0, 1.0], 5)).low)
    assert not math.isnan(ratio(drawn, np.arange(10.0)).low)
    assert few_note(few) == "n = 4: fewer than 10 are too few for an interval."
    assert few_note(enough) is None
    assert written(0.424, math.nan, math.nan) == "42.4\u00a0%"
    text = markdown(report(tables_of(FEW)))
    assert "fewer than 10 are too few for an interval" in text
    assert "[" not in text.replace("[MASK]", "")
    whole = report(tables_of(LINES))
    assert not any("fewer than 10" in finding.says for finding in whole.findings)


def test_a_number_does_not_part_from_its_unit_nor_its_interval():
    assert written(0.451, 0.433, 0.469) == "45.1\u00a0%\u00a0[43.3,\u00a046.9]"
    assert " " not in written(-0.5, -1, 0, percent=False)


def test_figures_draw_no_bar_where_there_is_no_interval():
    labels = {"pattern": "influence pattern", "rollout": "attention rollout"}

    def bars(lines: list) -> int:
        table = summary(tables_of(lines))
        scenes = (
            methods_scene(table, "carried", labels, level="embedding", title="t"),
            skip_scene(table, title="t"),
        )
        items = [item for scene in scenes for group in scene.stages for item in group]
        for scene in scenes:
            assert all("nan" not in said for spot in scene.spots for said in spot.says)
            assert all(math.isfinite(spot.x) and math.isfinite(spot.y) for spot in scene.spots)
        return sum(isinstance(item, Line) and item.width in {3.0, 4.0} for item in items)

    assert bars(LINES) - bars(FEW) == 2 + 2


@pytest.mark.parametrize("px", [320, 360, 600])
def test_names_and_numbers_of_dots_are_whole_and_apart(px):
    table = summary(tables_of(kept(0.5, ("rollout", 1.0), ("conductance", 0.8))))
    labels = dict.fromkeys(table["method"].dropna(), "attention rollout, equal nodes")
    how = {"level": "embedding", "replacement": "zero", "title": "t", "px": px}
    scene = methods_scene(table, "retained Q", labels, whole=1.0, **how)
    items = [item for stage in scene.stages for item in stage]
    said = [item for item in items if isinstance(item, Label)]
    names = [label for label in said if label.text.startswith("attention rollout, equal nodes")]
    assert len(names) == 3
    whole = [item for item in items if isinstance(item, Line) and item.width == 1.5]
    for label in said:
        wide = width(label.text, label.size)
        left = label.x - {"start": 0.0, "middle": wide / 2, "end": wide}[label.anchor]
        assert -1 <= left <= left + wide <= px + 1
        for line in whole:
            if label.y - 6 < line.y1 and label.y + 6 > line.y0:
                assert not left - 4 < line.x0 < left + wide + 4


def test_rivals_that_tie_are_said_to_tie():
    names = ("rollout", "conductance", "random")
    says = report(tables_of(kept(0.5, *((name, 0.7) for name in names)))).findings[2].says
    assert "3 rivals at the same value leave most of Q of the rivals, 70.0\u00a0%" in says
    table = summary(tables_of(kept(0.5, ("rollout", 0.7), ("conductance", 0.7), ("random", 0.1))))
    best = best_of(table[table["quantity"] == "retained Q"])
    assert best is not None
    assert best.label == "attention rollout and layer conductance at the same value"
    lowest = best_of(table[table["quantity"] == "retained Q"], lowest=True)
    assert lowest is not None
    assert (lowest.tied, lowest.label) == (False, "random paths")


def test_a_figure_of_methods_is_said_in_one_sentence():
    table = summary(tables_of(kept(0.5, ("rollout", 0.7), ("conductance", 0.6)))).assign(
        low=math.nan, high=math.nan
    )
    asked = {**ALL_NODES, "replacement": "zero"}
    said = methods_summary(table, "retained Q", "Share of Q", **asked)
    assert said == (
        "Share of Q: 50.0\u00a0% with influence patterns, 70.0\u00a0% with the best rival, "
        "attention rollout."
    )
    alone = table[table["method"].isin(("pattern", "repl-skip"))]
    assert methods_summary(alone, "retained Q", "Share of Q", **asked) == (
        "Share of Q: 50.0\u00a0% with influence patterns."
    )


def test_the_best_rival_leaves_what_is_nearest_to_the_whole_models_q():
    table = summary(tables_of(kept(0.5, ("rollout", 1.4), ("conductance", 0.8))))
    said = methods_summary(table, "retained Q", "Share of Q", **ALL_NODES, replacement="zero")
    assert "with the best rival, layer conductance." in said
    labels = {name: name for name in table["method"].dropna().unique()}
    how = {"level": "embedding", "replacement": "zero", "title": "t"}
    scene = methods_scene(table, "retained Q", labels, **how)
    assert [spot.says[0] for spot in scene.spots] == ["conductance", "rollout", "pattern"]


def test_a_figure_of_cuts_says_what_as_large_cuts_leave():
    rows = pd.DataFrame(
        {
            "quantity": "removed Q",
            "level": "attention",
            "method": ["rollout", "random-cells", "pattern", "pattern-heads", "flow-heads"],
            "value": [0.9, 0.25, 0.1, 0.4, math.nan],
            "low": math.nan,
            "high": math.nan,
        }
    )
    said = methods_summary(rows, "removed Q", "Left without the paths", level="attention")
    assert said == (
        "Left: 10.0\u00a0% without influence patterns, 25.0\u00a0% without as many random heads "
        "and skips of every block, 40.0\u00a0% without their heads alone."
    )


def test_stored_findings_are_those_of_the_stored_tables():
    tables = (pd.read_csv(STORED / name) for name in ("summary.csv", "consistency.csv"))
    text = (STORED / "findings.json").read_text(encoding="utf-8")
    assert findings_json(findings(*tables)) == text
    performance = json.loads(text)[5]["says"]
    rollout = "71.2\u00a0%\u00a0[68.6,\u00a073.8] of Q (no difference shown) and 99.0\u00a0%"
    assert rollout in performance


def test_intervals_of_clustered_and_skewed_sentences_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(5)
    nouns = np.repeat(np.arange(25), 12).tolist()
    held = {"sentences": 0, "nouns": 0}
    for _ in range(300):
        # Each noun is known or not, so that its sentences are alike; the mean is 1.
        values = np.repeat(rng.exponential(size=25), 12) + rng.normal(size=300)
        for name, clusters in (("sentences", None), ("nouns", nouns)):
            found = ratio(resampling(300, clusters, resamples=400), values)
            held[name] += found.low <= 1 <= found.high
    assert held["sentences"] / 300 < 0.6
    assert held["nouns"] / 300 > 0.88


def test_sentences_of_a_noun_in_both_numbers_are_one_cluster():
    cases = [
        Case(f"the {noun} [MASK] {n} .", "a", "b", "one", "all", controller=noun)
        for n, noun in enumerate(["farmer", "farmers"] * 8)
    ]
    assert {cluster_of(case) for case in cases} == {"farmer"}
    # A word's first piece is no word: others may begin so.
    others = [Case("t", "a", "b", "one", "all", controller=word) for word in ("vet", "vex")]
    assert [cluster_of(case) for case in others] == ["vet", "vex"]
    same = [line(n, 1.0, 1.0, cluster=cluster_of(case)) for n, case in enumerate(cases)]
    table = summary(tables_of(same))
    assert set(table["n"]) == {16}
    assert set(table["clusters"]) == {1}
    assert table[["low", "high"]].isna().all(axis=None)
    assert few_note(table) == "n = 16, all about fewer than 10 nouns, too few for an interval."
    nobodys = [cluster_of(replace(case, controller="")) for case in cases]
    assert nobodys == [case.text for case in cases]
    without = [{**one, "cluster": name} for one, name in zip(same, nobodys, strict=True)]
    table = summary(tables_of(without))
    assert set(table["clusters"]) == {16}
    assert table[["low", "high"]].notna().any(axis=None)


def test_a_line_from_before_there_were_clusters_has_its_word():
    older = {name: value for name, value in line(0, 1.0, 1.0).items() if name != "cluster"}
    older["tokens"] = ["[CLS]", "farmers", *TOKENS[2:]]
    assert with_cluster(older)["cluster"] == "farmer"
    pieces = ["[CLS]", "farm", "##er", "##s", "love"]
    assert with_cluster({**older, "tokens": pieces})["cluster"] == "farmer"
    assert with_cluster({**older, "controller": None})["cluster"] == older["text"]
    assert with_cluster({**older, "cluster": "x"})["cluster"] == "x"
    for damaged in ({"controller": 99}, {"controller": "1"}, {"tokens": None}):
        assert "cluster" not in with_cluster({**older, **damaged})

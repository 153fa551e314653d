"""A completeness gap over 5 % of Q(x) − Q(b) is warned of wherever it is shown, by one rule."""

import pandas as pd
import pytest

from explainer import Settings, explain
from explainer.app.evaluate import live
from explainer.app.widgets import running as runs
from explainer.cli.main import main
from explainer.cli.table import explanation_table
from explainer.evaluation.evidence.report import report
from explainer.evaluation.evidence.summary import summary
from explainer.evaluation.evidence.tables import tables_of
from explainer.results.gap import gap_is_large, gap_warning
from tests.evaluation.lines import line, value
from tests.ui import checked, opened

TEXT = "the farmers that the assistant loves [MASK] old ."
ROUGH = {"points": "2", "rule": "riemann"}
FINE = {"points": "100"}
FINE_OPTIONS = ("--points", "100")
SAID = "The completeness gap is"


@pytest.mark.parametrize(
    ("gap", "difference", "large"),
    [
        (0.051, 1.0, True),
        (-0.051, 1.0, True),
        (0.051, -1.0, True),
        (0.05, 1.0, False),
        (0.0, 0.0, False),
        (1e-9, 0.0, True),
    ],
)
def test_the_rule_by_hand(gap, difference, large):
    assert gap_is_large(gap, difference) is large
    assert (gap_warning(gap, difference) is not None) is large


def test_a_warning_says_how_large_it_is():
    assert "15 % of Q(x) − Q(b)" in str(gap_warning(-0.6, 4.0))
    assert "more than ten times" in str(gap_warning(0.1, 0.0))


def rough(model):
    return explain(
        model, TEXT, correct="are", wrong="is", settings=Settings(points=2, rule="riemann")
    )


def test_the_table_warns_and_a_small_gap_needs_no_warning(tiny_masked_lm):
    found = rough(tiny_masked_lm)
    assert found.gap_warning == gap_warning(
        found.completeness_gap, found.target.value - found.target.baseline_value
    )
    table = explanation_table(found, level="attention", minimum_share=0)
    assert f"\nwarning   {found.gap_warning}\n" in table
    exact = explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=Settings(points=100))
    assert exact.gap_warning is None
    assert "warning" not in explanation_table(exact, level="attention", minimum_share=0)


@pytest.mark.parametrize("format_", ["table", "json", "svg"])
def test_the_command_warns_once_whatever_it_prints(tiny_masked_lm_dir, capsys, format_):
    asked = ["explain", TEXT, "--model", str(tiny_masked_lm_dir), "--correct", "are"]
    asked += ["--wrong", "is", "--format", format_]
    assert main([*asked, "--points", "2", "--rule", "riemann"]) == 0
    printed = capsys.readouterr()
    assert (printed.out + printed.err).count(SAID) == 1
    assert (SAID in printed.err) == (format_ != "table")
    assert main([*asked, *FINE_OPTIONS]) == 0
    printed = capsys.readouterr()
    assert SAID not in printed.out + printed.err


def captions(test) -> str:
    return " ".join(note.value.replace("\\", "") for note in test.caption)


def html(test) -> str:
    return " ".join(block.proto.body for block in test.get("html"))


def test_explore_warns(tiny_masked_lm_dir):
    assert SAID in captions(opened(tiny_masked_lm_dir, "explore", **ROUGH))
    fine = opened(tiny_masked_lm_dir, "explore", **FINE)
    assert SAID not in captions(fine)
    assert "class=ipe-warn" not in html(fine)


def test_compare_warns_of_each_side(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, "compare", **ROUGH)
    assert f"In the first: {SAID}" in captions(test)
    assert f"In the second: {SAID}" in captions(test)
    assert html(test).count("<td class=ipe-warn>") == 2
    fine = opened(tiny_masked_lm_dir, "compare", **FINE)
    assert SAID not in captions(fine)
    assert "class=ipe-warn" not in html(fine)


def test_one_evaluated_sentence_warns(tiny_masked_lm_dir):
    assert SAID in captions(opened(tiny_masked_lm_dir, "evaluate", **ROUGH))
    assert SAID not in captions(opened(tiny_masked_lm_dir, "evaluate", **FINE))


def test_the_method_page_warns_of_few_points():
    alts = [chart.proto.alt for chart in opened("", "method", points="2").get("plotly_chart")]
    assert any(SAID in alt for alt in alts)


def test_a_run_says_in_how_many_sentences_the_gap_is_large(tiny_masked_lm_dir, tmp_path, capsys):
    lines = [line(0, 4.0, 1.0), line(1, 4.0, 1.0, completeness_gap=-0.3)]
    table = summary(tables_of(lines))
    assert value(table, "large gap") == 0.5
    assert report(tables_of(lines)).summary.equals(table)
    own = tmp_path / "own.csv"
    own.write_text(f"text,correct,wrong\n{TEXT},are,is\n", encoding="utf-8")
    asked = ["evaluate", "--model", str(tiny_masked_lm_dir), "--file", str(own)]
    asked += ["--methods", "pattern", "random-cells"]
    assert main([*asked, "--out", str(tmp_path / "a"), "--points", "2", "--rule", "riemann"]) == 0
    said = "In 100.0\u00a0% of the sentences (n = 1) the completeness gap is over 5\u00a0%"
    assert said in capsys.readouterr().err
    assert said in (tmp_path / "a" / "summary.md").read_text(encoding="utf-8")
    assert main([*asked, "--out", str(tmp_path / "b"), *FINE_OPTIONS]) == 0
    assert "warning" not in capsys.readouterr().err
    assert pd.read_csv(tmp_path / "b" / "summary.csv")["quantity"].eq("large gap").any()


def test_a_measured_task_warns(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, "evaluate", about="task", n="10", task="sva-obj", **ROUGH)
    checked(test.button(key="start").click().run())
    running = test.session_state[live.KEPT]
    runs.advance(running)
    running.running = False
    assert "the completeness gap is over 5\u00a0%" in captions(checked(test.run()))

"""What protocols say in all: means by hand, whole clusters resampled, the best whoever it is."""

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks import evidence, overview
from explainer import ExplainerError, Measurement, ProtocolRecord, Settings
from explainer.cli.main import main
from explainer.evaluation.evidence.protocols.claims import judged
from explainer.evaluation.evidence.protocols.grid import conditions, grid, standing
from explainer.evaluation.evidence.protocols.measured import (
    COLUMNS,
    protocol_table,
    read_protocols,
)
from explainer.evaluation.evidence.protocols.report import markdown, verdicts, write_protocols
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.protocols.condition import Condition
from explainer.evaluation.protocols.run import FOLDER
from explainer.evaluation.reading.cases import Sentences
from explainer.evaluation.run import Run
from explainer.evaluation.stored import RECORDS, RUN

PAIR, MEAN = Condition(instead="pair"), Condition(instead="mean")


OWN, RIVAL, SAME, POOR = "influence", "decompx", "alti", "random"


def record(task: str, number: int, cluster: str, **values: float) -> dict:
    """A record of "words" in which methods have these values of `pointing`."""
    found = [Measurement(method, "pointing", value=value) for method, value in values.items()]
    found += [Measurement(OWN, "comprehensiveness", Condition(instead="pair"), 0.5)]
    found += [Measurement(OWN, "comprehensiveness", Condition(instead="mean"), 0.7, "no pair")]
    found += [Measurement("globenc", "pointing", note="it cannot")]
    seconds = (Measurement(OWN, "seconds", value=2.0), Measurement("all", "seconds", value=3.0))
    return ProtocolRecord(
        task, number, "all", "t", "a", "b", "words", cluster, tuple(found), seconds
    ).to_dict()


@pytest.fixture
def folder(tmp_path, tiny_masked_lm):
    """Two tasks; the rival is right in every sentence, influence in two of three clusters."""
    for task in ("sva-obj", "sva-pp"):
        place = tmp_path / task / FOLDER / "words"
        place.mkdir(parents=True)
        options = EvaluationOptions(settings=Settings(points=2))
        described = Run("tiny", Sentences(task=task), options).described(tiny_masked_lm)
        (place / RUN).write_text(json.dumps(described), encoding="utf-8")
        lines = [
            record(
                *(task, number, f"noun {number % 12}"),
                **{OWN: float(number % 12 >= 4), RIVAL: 1.0, SAME: 1.0, POOR: 0.0},
            )
            for number in range(24)
        ]
        lines.append({"task": task, "number": 24, "text": "t", "left_out": "too long"})
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (place / RECORDS).write_text(text, encoding="utf-8")
    return tmp_path


def rows(table: pd.DataFrame, **of: str) -> pd.DataFrame:
    for name, value in of.items():
        table = table[table[name] == value]
    return table


def test_means_are_over_sentences_and_whole_clusters_are_resampled(folder):
    table = protocol_table(folder)
    assert tuple(table.columns) == COLUMNS
    assert list(table["task"].unique()) == ["sva-obj", "sva-pp", EVERY_TASK]
    (own,) = rows(table, task="sva-obj", method=OWN, measure="pointing").to_dict("records")
    assert (own["value"], own["n"], own["clusters"]) == (pytest.approx(2 / 3), 24, 12)
    # Twelve clusters, each all right or all wrong, are as uncertain as twelve sentences.
    spread = np.sqrt(2 / 3 * 1 / 3 / 12)
    assert own["high"] - own["low"] == pytest.approx(2 * 1.96 * spread, rel=0.2)
    (every,) = rows(table, task=EVERY_TASK, method=OWN, measure="pointing").to_dict("records")
    assert (every["n"], every["clusters"]) == (48, 12)


def test_a_method_without_a_value_has_its_reason_in_its_row(folder):
    (row,) = rows(protocol_table(folder), task="sva-pp", method="globenc").to_dict("records")
    assert (row["n"], row["missing"], row["note"]) == (0, 24, "it cannot")
    assert np.isnan(row["value"])


def test_the_best_is_marked_whoever_it_is_and_all_that_are_as_good(folder):
    of_task = rows(protocol_table(folder), task="sva-obj")
    assert conditions(of_task) == (PAIR, MEAN)
    found = grid(of_task, PAIR)
    assert found.best["pointing"] == (RIVAL, SAME)
    assert (
        found.cell(RIVAL, "pointing")
        == "**100.0\N{NO-BREAK SPACE}[100.0,\N{NO-BREAK SPACE}100.0]**"
    )
    assert "★" not in found.cell(POOR, "pointing")
    assert found.cell("globenc", "pointing") == "–"
    assert "strongest word is the controller, GlobEnc: it cannot" in found.notes
    assert found.methods == (OWN, RIVAL, SAME, POOR, "globenc")
    said = standing(found)
    assert "best on comprehensiveness; behind on strongest word" in said
    assert "(DecompX, head linearised and ALTI)" in said
    assert "n = 24 sentences, 12 lexemes" in said
    assert "no pair" in grid(of_task, MEAN).notes


def test_too_few_for_an_interval_are_not_called_behind(folder):
    table = protocol_table(folder)
    table[[name for name in table if name.endswith(("low", "high"))]] = np.nan
    of_task = rows(table, task="sva-obj")
    assert "behind" not in standing(grid(of_task, PAIR))
    assert {verdict.word for _, verdict in judged(of_task, PAIR)} == {"cannot tell"}
    told = dict(judged(of_task, PAIR))
    assert "fewer than 10 are too few for an interval" in told["pointing"].why


def test_the_report_says_verdict_favour_and_what_would_refute(folder):
    table, files = write_protocols(folder)
    assert [file.name for file in files] == ["protocols.csv", "protocols.md"]
    pd.testing.assert_frame_equal(read_protocols(files[0]), table, check_dtype=False)
    text = markdown(table)
    assert "Refuted by: A rival" in text
    assert "favour the methods that are computed with [MASK]" in text
    *said, control = verdicts(table)
    assert [line.split(":")[0] for line in said] == [
        f"tiny, words, {EVERY_TASK}, {condition}" for condition in ("pair", "mean")
    ]
    assert control.startswith("tiny, words: Refuted by: A rival")
    assert "computed with [MASK]" in control


def test_a_folder_without_protocols_says_so(tmp_path):
    with pytest.raises(ExplainerError, match="holds no measurements of a protocol"):
        protocol_table(tmp_path)


def test_the_command_runs_protocols_and_goes_on(tiny_masked_lm_dir, tmp_path, capsys):
    file = tmp_path / "own.csv"
    file.write_text("text,correct,wrong\nthe farmer [MASK] .,is,are\n", encoding="utf-8")
    command = ["evaluate", "--file", str(file), "--model", str(tiny_masked_lm_dir)]
    command += ["--protocols", "words", "--points", "2", "--out", str(tmp_path / "out")]
    for _ in range(2):
        assert main(command) == 0
        said = capsys.readouterr().out
        assert "words, own, mean: Cannot tell: Influence g (integrated gradients) is best" in said
        assert "protocols.csv, protocols.md" in said
    assert (tmp_path / "out" / "own" / FOLDER / "words" / RECORDS).read_bytes().count(b"\n") == 1
    assert main([*command[:-4], "--protocols", "x,words", "--out", str(tmp_path / "out")]) != 0
    assert "protocol 'x' is not known" in capsys.readouterr().err


def test_what_is_stored_takes_the_place_of_the_same_and_leaves_out_small_tasks(folder):
    words = protocol_table(folder)
    assert set(evidence.overall(words)["task"]) == {"sva-obj", "sva-pp", EVERY_TASK}
    paths = words.assign(protocol="paths")
    assert set(evidence.overall(paths)["task"]) == {EVERY_TASK}
    newer = paths.assign(value=9.0)
    whole = evidence.together(pd.concat([words, paths]), newer, evidence.SAME)
    assert len(whole) == len(words) + len(newer)
    assert set(whole.loc[whole["protocol"] == "paths", "value"]) == {9.0}


def test_one_table_has_a_method_once_and_marks_the_best_of_each_column(folder):
    rows = protocol_table(folder)
    across = [
        overview.Column("words", "pointing", Condition(), "sva-obj"),
        overview.Column("words", "seconds", Condition(), "sva-obj"),
        overview.Column("paths", "kept nodes", Condition("all words", "pair"), "sva-obj"),
    ]
    head, _, *lines = overview.lines(rows, across)
    assert head == (
        "| method | word scores: strongest word is the controller, % ↑ "
        "| word scores: seconds a sentence ↓ |"
    )
    cells = {line.split(" | ")[0].strip("| "): line for line in lines}
    assert set(cells) == {"influence, ours", "DecompX", "ALTI", "random"}
    assert "**100.0 [100.0, 100.0]**" in cells["DecompX"]
    assert "**100.0 [100.0, 100.0]**" in cells["ALTI"]
    assert cells["influence, ours"].endswith("| **2.00 [2.00, 2.00]** |")

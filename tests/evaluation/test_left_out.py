"""Sentences that are left out of an evaluation are counted, and it is said why, wherever n is."""

import json

import pandas as pd
import pytest

from benchmarks.paper import __main__ as paper
from explainer.cli.main import main
from explainer.evaluation.evidence.left_out import QUOTED, counts
from explainer.evaluation.evidence.tables import read_tables
from explainer.evaluation.evidence.written import TOO_FEW

ROWS = [
    ("the farmers that the assistant loves [MASK] old .", "are", "is"),
    ("the farmer that the assistants love [MASK] old .", "gnus", "are"),
    ("the farmer that the assistants love [MASK] bad .", "is", "are"),
    ("the farmer [MASK] [MASK] old .", "is", "are"),
    ("the farmers love the farmer .", "is", "are"),
    ("the farmers [MASK] old .", "are", "zebra"),
]


@pytest.fixture
def command(tiny_masked_lm_dir, tmp_path):
    """A function that evaluates the file of these rows and returns the exit code."""

    def called(rows=ROWS, *more: str) -> int:
        file = tmp_path / "own.jsonl"
        lines = [dict(zip(("sentence", "good", "bad"), row, strict=True)) for row in rows]
        file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        columns = ["--text-column", "sentence", "--correct-column", "good", "--wrong-column", "bad"]
        where = ["--file", str(file), "--out", str(tmp_path / "runs"), "--points", "2"]
        model = ["--model", str(tiny_masked_lm_dir)]
        return main(["evaluate", *model, *where, *columns, "--methods", "pattern", "random", *more])

    return called


def test_an_evaluation_says_how_many_sentences_it_left_out_and_why(
    command, tmp_path, capsys, monkeypatch
):
    assert command() == 0
    printed = capsys.readouterr().out
    assert "own.jsonl: all 6 sentences\n" in printed
    assert f"n = 2 of 6 sentences, 4 left out; {TOO_FEW}\n" in printed
    # Two words that the model does not know are one reason.
    assert "  2 left out (the first is sentence 2): " in printed
    assert printed.index("'gnus'") < printed.index("(it is sentence 4)")
    assert "zebra" not in printed
    folder = tmp_path / "runs"
    for table in (
        pd.read_csv(folder / "left_out.csv"),
        pd.read_parquet(folder / "left_out.parquet"),
    ):
        assert list(table["number"]) == [1, 3, 4, 5]
        assert list(table["text"]) == [ROWS[number][0] for number in (1, 3, 4, 5)]
        assert "'zebra'" in table["reason"].iloc[-1]
        assert set(table["task"]) == {"own"}
    said = (folder / "summary.md").read_text(encoding="utf-8")
    assert "own: n = 2 of 6 sentences, 4 left out" in said
    assert "    - 2 left out (the first is sentence 2): " in said
    (about,) = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    assert (about["done"], about["evaluated"], about["left_out"]) == (6, 2, 4)
    assert [reason["count"] for reason in about["reasons"]] == [2, 1, 1]
    assert set(pd.read_csv(folder / "summary.csv")["n"]) == {2}
    monkeypatch.setattr("sys.argv", ["paper", str(folder)])
    paper.main()
    assert "| own | 2 | – | 4 | " in capsys.readouterr().out


def test_words_of_unlike_pieces_are_one_reason_and_others_of_several_are_none(command, capsys):
    text = ROWS[0][0]
    asked = (("are", "is"), ("are is", "is are"), ("unhappiest", "is"), ("is", "are old"))
    assert command([(text, *words) for words in asked]) == 0
    printed = capsys.readouterr().out
    assert "n = 2 of 4 sentences, 2 left out" in printed
    assert "  2 left out (the first is sentence 3): 'unhappiest' and 'is' are 3 and 1 " in printed


def test_where_nothing_is_left_out_that_is_said(command, tmp_path, capsys):
    assert command([ROWS[0], ROWS[2]], "--n", "1") == 0
    printed = capsys.readouterr().out
    assert "own.jsonl: the first 1 of 2 sentences (--n takes more)\n" in printed
    assert f"n = 1, none left out; {TOO_FEW}\n" in printed
    assert command([ROWS[0], ROWS[2]], "--n", "500") == 0
    assert "own.jsonl: all 2 sentences\n" in capsys.readouterr().out
    assert list(pd.read_csv(tmp_path / "runs" / "left_out.csv").columns) == [
        *("model", "task", "number", "text", "reason")
    ]


def test_where_everything_is_left_out_the_first_reason_is_said(command, capsys):
    assert command([ROWS[1], ROWS[3]]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "all 2 were left out. The first: " in error
    assert "'gnus'" in error


def test_a_first_sentence_that_cannot_be_asked_stops_no_others(command, capsys):
    assert command([ROWS[4], ROWS[0]]) == 0
    assert "n = 1 of 2 sentences, 1 left out" in capsys.readouterr().out


def test_a_task_without_any_number_is_counted_too(command, tmp_path):
    assert command() == 0
    folder = tmp_path / "runs"
    other = folder / "other"
    other.mkdir()
    run = json.loads((folder / "own" / "run.json").read_text(encoding="utf-8"))
    run["sentences"]["task"] = "other"
    (other / "run.json").write_text(json.dumps(run), encoding="utf-8")
    line = {"task": "other", "number": 0, "text": "x", "left_out": "No."}
    (other / "records.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    found = {count.task: (count.evaluated, count.missing) for count in counts(read_tables(folder))}
    assert found == {"own": (2, 4), "other": (0, 1)}


def test_reasons_that_differ_in_what_they_quote_are_one():
    for one, other in (
        ("The word 'a' is not this model's: 3.", "The word 'b' is not this model's: 12."),
        ("The text 'a' has no [MASK].", 'The text "it\'s" has no [MASK].'),
        ("The text 'a' is long.", r"The text 'b\'c' is long."),
    ):
        assert QUOTED.sub("…", one) == QUOTED.sub("…", other)
    assert QUOTED.sub("…", "The text 'a' is long.") != QUOTED.sub("…", "The text 'a' is blank.")


def test_columns_that_a_file_lacks_are_a_mistake(tmp_path, capsys):
    file = tmp_path / "own.csv"
    file.write_text("sentence,label\na,1\n", encoding="utf-8")
    command = ["evaluate", "--file", str(file), "--out", str(tmp_path / "runs")]
    for more, part in (
        ([], "has the columns 'sentence', 'label'"),
        (["--text-column", "review"], "no column 'review' for text"),
        (["--text-column", ""], "The text column is named ''"),
    ):
        assert main([*command, *more]) == 2
        error = capsys.readouterr().err
        assert part in error
        assert error.count("\n") == 1
    task = ["evaluate", "--task", "sva-obj", "--out", str(tmp_path), "--text-column", "x"]
    assert main(task) == 2
    assert "no columns to name" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["file", "file/below", "x" * 300])
def test_results_that_can_go_nowhere_are_refused_first(tmp_path, capsys, place):
    (tmp_path / "file").write_text("", encoding="utf-8")
    out = str(tmp_path / place)
    assert main(["evaluate", "--task", "sva-obj", "--out", out, "--model", "/no/such"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    if place != "file/below":
        assert "--out" in error


@pytest.mark.parametrize("empty", [("", "is"), ("is", " "), ("", "")])
def test_a_sentence_without_its_words_is_left_out_and_not_answered_by_the_model(
    tiny_masked_lm_dir, tmp_path, capsys, empty
):
    """The model's own choice would always be right."""
    rows = [{"text": "the farmers [MASK] .", "correct": "are", "wrong": "is"}]
    rows.append({**rows[0], "correct": empty[0], "wrong": empty[1]})
    file = tmp_path / "own.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    where = ["--file", str(file), "--out", str(tmp_path / "runs"), "--points", "2"]
    assert (
        main(["evaluate", "--model", str(tiny_masked_lm_dir), *where, "--methods", "pattern"]) == 0
    )
    printed = capsys.readouterr().out
    assert "n = 1 of 2 sentences, 1 left out" in printed
    assert "(it is sentence 2): The contrast word is empty" in printed

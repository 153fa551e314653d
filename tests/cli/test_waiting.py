"""At a terminal: an estimate before what takes long, a bar, and an end by Ctrl-C."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from explainer.cli.main import main
from explainer.evaluation import run as runs
from explainer.evaluation.effort import run_estimate
from explainer.influence.effort import estimate
from explainer.models.registry import load_model

TEXT = "the farmers that the assistant loves [MASK] old ."
LONG = "the farmers that the assistant loves and the assistants love " * 5 + "[MASK] old ."
ROWS = "text,correct,wrong\n" + "the farmers [MASK] old .,are,is\n" * 3


@pytest.fixture
def slow(monkeypatch):
    """Whatever takes time at all takes long."""
    monkeypatch.setattr(estimate, "SLOW", 0.0)


@pytest.fixture
def command(tiny_masked_lm_dir, tmp_path):
    """An evaluation of three sentences of one's own."""
    file = tmp_path / "mine.csv"
    file.write_text(ROWS)
    model = str(tiny_masked_lm_dir)
    return [
        *("evaluate", "--model", model, "--file", str(file), "--points", "40", "--rule", "riemann"),
        *("--methods", "pattern", "random", "--n", "3", "--out", str(tmp_path / "runs")),
    ]


@pytest.mark.usefixtures("slow")
def test_what_takes_long_says_so_before_and_prints_the_same(tiny_masked_lm_dir, capsys):
    command = ["explain", TEXT, "--model", str(tiny_masked_lm_dir), "--points", "5"]
    assert main(command) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith("this takes about ")
    assert printed.err.endswith("(11 tokens × 5 points × 3 layers)\n")
    assert printed.err.count("\n") == 1
    assert printed.out.startswith("[CLS] the farmers")


def test_what_does_not_says_nothing(tiny_masked_lm_dir, capsys):
    assert main(["explain", TEXT, "--model", str(tiny_masked_lm_dir), "--points", "5"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("slow")
def test_a_terminal_has_a_bar(tiny_masked_lm_dir, capsys, monkeypatch):
    monkeypatch.setattr(Console, "is_terminal", property(lambda _: True))
    assert main(["explain", TEXT, "--model", str(tiny_masked_lm_dir), "--points", "5"]) == 0
    said = capsys.readouterr().err
    assert "explaining" in said
    assert "100%" in said


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("words", ["0", "-1"])
def test_a_mistake_is_said_alone(tiny_masked_lm_dir, capsys, words):
    command = ["explain", TEXT, "--model", str(tiny_masked_lm_dir), "--words", words]
    assert main(command) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: The number of words")
    assert said.count("\n") == 1


@pytest.mark.usefixtures("slow")
def test_an_evaluation_says_what_is_left_of_it(command, capsys, tmp_path):
    assert main(command) == 0
    first = capsys.readouterr()
    assert "mine: this takes about " in first.err
    assert "(3 sentences × 40 points × 3 layers)" in first.err
    assert main(command) == 0
    assert "this takes" not in capsys.readouterr().err
    assert (tmp_path / "runs" / "mine" / "records.jsonl").exists()


def test_an_interrupted_evaluation_says_that_it_goes_on(command, capsys, monkeypatch):
    line_of, seen = runs.line_of, []

    def interrupted(*arguments):
        seen.append(1)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return line_of(*arguments)

    monkeypatch.setattr(runs, "line_of", interrupted)
    assert main(command) == 130
    said = capsys.readouterr().err
    assert said == (
        "interrupted: what is done is kept, and the same command goes on with the rest\n"
    )
    assert main(command) == 0
    assert len(seen) == 4


def test_a_sentence_that_cannot_be_read_takes_nothing(tiny_masked_lm_dir, tmp_path):
    from explainer import EvaluationOptions, Run, Sentences, Settings

    file = tmp_path / "mine.csv"
    file.write_text(ROWS + "no mask here .,are,is\n")
    options = EvaluationOptions(settings=Settings(points=4), methods=("pattern",))
    run = Run(str(tiny_masked_lm_dir), Sentences(task="mine", file=str(file)), options)
    model = load_model(str(tiny_masked_lm_dir))
    found = run_estimate(run, model, 4, tmp_path / "nothing")
    assert found.sizes == "4 sentences × 4 points × 3 layers"
    three = run_estimate(run, model, 3, tmp_path / "nothing")
    assert found.seconds == pytest.approx(three.seconds)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_ends_it_with_one_sentence():
    command = [sys.executable, "-m", "explainer", "explain", LONG, "--points", "1000"]
    command += ["--rule", "riemann"]
    # A shell lets what it runs in the background ignore Ctrl-C, these tests too.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        started = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
    finally:
        signal.signal(signal.SIGINT, ignored)
    with started as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("this takes about ")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == "interrupted: there is no result\n"
    assert not out

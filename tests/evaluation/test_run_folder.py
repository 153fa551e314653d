"""The folder of a run: one run at a time, one record a number, nothing half written or damaged."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import pytest

from explainer import ExplainerError
from explainer.base import files
from explainer.base.files import write_whole
from explainer.cli.output import put
from explainer.evaluation.evidence.report import write_report
from explainer.evaluation.evidence.tables import read_tables
from explainer.evaluation.keeping import LOCK
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.reading.cases import Columns, Sentences
from explainer.evaluation.run import Run, evaluate
from explainer.evaluation.stored import RECORDS, RUN, read_records, stored_runs
from explainer.results.settings import Settings

ROWS = """text,correct,wrong
the farmers that the assistant loves [MASK] old .,are,is
the farmer that the assistants love [MASK] old .,is,are
the farmer [MASK] [MASK] .,is,are
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """A run over three sentences of a file, one of which cannot be read."""
    file = tmp_path_factory.mktemp("own") / "own.csv"
    file.write_text(ROWS, encoding="utf-8")
    options = EvaluationOptions(settings=Settings(points=2), methods=("pattern", "random"))
    return Run("tiny", Sentences(task="own", file=str(file)), options)


@pytest.fixture(scope="module")
def done(tiny_masked_lm, run, tmp_path_factory) -> tuple[bytes, bytes]:
    """What a whole run leaves: `run.json` and the records."""
    folder = tmp_path_factory.mktemp("done")
    evaluate(run, tiny_masked_lm, 3, folder)
    return (folder / RUN).read_bytes(), (folder / RECORDS).read_bytes()


@pytest.fixture
def folder(done, tmp_path) -> Path:
    """The folder of a whole run, in one of runs."""
    place = tmp_path / "runs" / "own"
    place.mkdir(parents=True)
    for name, content in zip((RUN, RECORDS), done, strict=True):
        (place / name).write_bytes(content)
    return place


def complaint(called, *arguments) -> str:
    with pytest.raises(ExplainerError) as error:
        called(*arguments)
    said = str(error.value)
    assert "\n" not in said
    assert len(said) < 500
    return said


def full(*_) -> None:
    raise OSError(28, "No space left on device")


def test_a_second_run_at_the_same_time_is_refused(tiny_masked_lm, run, tmp_path):
    folder = tmp_path / "run"
    reached, leave = threading.Event(), threading.Event()

    def wait(*_) -> None:
        reached.set()
        assert leave.wait(60)

    first = threading.Thread(target=evaluate, args=(run, tiny_masked_lm, 3, folder, wait))
    first.start()
    try:
        assert reached.wait(60)
        assert "another run is writing there" in complaint(evaluate, run, tiny_masked_lm, 3, folder)
    finally:
        leave.set()
        first.join()
    assert [line["number"] for line in read_records(folder)] == [0, 1, 2]
    assert (folder / RECORDS).read_bytes().count(b"\n") == 3


def test_the_lock_of_a_killed_run_holds_nobody_up(tiny_masked_lm, run, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    code = (
        "import sys, time, filelock\n"
        "lock = filelock.FileLock(sys.argv[1]); lock.acquire()\n"
        "print('held', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(folder / LOCK)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            assert "in use" in complaint(evaluate, run, tiny_masked_lm, 1, folder)
        finally:
            os.kill(other.pid, signal.SIGKILL)
    assert (folder / LOCK).exists()
    evaluate(run, tiny_masked_lm, 1, folder)
    assert len(read_records(folder)) == 1


def test_a_repeated_line_counts_once(folder):
    expected = len(read_tables(folder.parent).sentences)
    records = (folder / RECORDS).read_bytes()
    again = json.loads(records.splitlines()[0])
    again["seconds"] += 1  # the same sentence, computed by a second run at the same time
    (folder / RECORDS).write_bytes(records + records + json.dumps(again).encode() + b"\n")
    tables = read_tables(folder.parent)
    assert len(tables.sentences) == expected == 2
    assert len(tables.left_out) == 1
    found, _ = write_report(folder.parent)
    assert set(found.summary["n"]) == {2}


def test_two_records_of_one_sentence_that_differ_are_named(folder, run, tiny_masked_lm):
    records = (folder / RECORDS).read_bytes()
    other = json.loads(records.splitlines()[1])
    other["value"] += 1
    (folder / RECORDS).write_bytes(records + json.dumps(other).encode() + b"\n")
    for said in (
        complaint(read_tables, folder.parent),
        complaint(evaluate, run, tiny_masked_lm, 3, folder),
    ):
        assert f"{RECORDS}' is damaged on line 4" in said
        assert "number 1 has another record on line 2" in said


def changed(**fields):
    """A function that sets fields of a record's line; None takes one away."""

    def change(line: bytes) -> bytes:
        record = json.loads(line) | fields
        gone = [name for name, value in fields.items() if value is None]
        return json.dumps({k: v for k, v in record.items() if k not in gone}).encode()

    return change


def first_pattern(**fields):
    def change(line: bytes) -> bytes:
        record = json.loads(line)
        record["patterns"][0] |= fields
        return json.dumps(record).encode()

    return change


def twice(part: str):
    def change(line: bytes) -> bytes:
        record = json.loads(line)
        record[part].append(record[part][0])
        return json.dumps(record).encode()

    return change


DAMAGES = {
    "cut": (lambda line: line[:50], "not JSON"),
    "blank": (lambda _: b"", "not JSON"),
    "a list": (lambda _: b"[]", "no object"),
    "deep": (lambda _: b"[" * 100_000, "not JSON"),
    "no text": (lambda line: line.replace(b"old", b"\xff"), "not UTF-8"),
    "no number": (lambda line: line.replace(b'"value": ', b'"value": NaN, "old": ', 1), "not JSON"),
    "nothing": (lambda _: b"{}", "task is missing"),
    "no tokens": (changed(tokens=None), "tokens is missing"),
    "a word for a number": (changed(value="1"), "value is missing or of a wrong type"),
    "a truth for a number": (changed(number=True), "number is"),
    "below zero": (changed(number=-1), "number is"),
    "a number for words": (changed(tokens=7), "tokens is"),
    "a word too few": (changed(tokens=["a"]), "influence is"),
    "three numbers of paths": (changed(paths=[1, 2, 3]), "paths is"),
    "no blocks": (changed(skip_flow=[]), "signed_skip_flow is"),
    "an outcome of text": (changed(outcomes=["x"]), "outcomes is"),
    "an outcome without method": (changed(outcomes=[{}]), "outcomes is"),
    "a share of an unknown method": (
        changed(carried=[{"method": "x", "level": "embedding", "words": "all", "share": 1}]),
        "carried is",
    ),
    "an outcome twice": (twice("outcomes"), "outcomes is"),
    "a share twice": (twice("carried"), "carried is"),
    "a number beyond all": (changed(value=10**400), "value is"),
    "fewer than no paths": (changed(paths=[-1, 1]), "paths is"),
    "a target beyond all": (changed(target=10**40), "target is"),
    "a word too far": (first_pattern(source=99), "patterns is"),
    "short nodes": (first_pattern(nodes=[0]), "patterns is"),
    "a strange component": (first_pattern(components=["jump", 0, 0]), "patterns is"),
    "left out without a reason": (changed(left_out=3), "left_out is"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_line_is_named(folder, run, tiny_masked_lm, damage):
    change, why = DAMAGES[damage]
    lines = (folder / RECORDS).read_bytes().split(b"\n")
    lines[1] = change(lines[1])
    damaged = b"\n".join(lines)
    (folder / RECORDS).write_bytes(damaged)
    for said in (
        complaint(write_report, folder.parent),
        complaint(evaluate, run, tiny_masked_lm, 3, folder),
    ):
        assert f"{folder.name}/{RECORDS}' is damaged on line 2 (" in said
        assert why in said
    assert (folder / RECORDS).read_bytes() == damaged
    # What the message advises helps.
    (folder / RECORDS).write_bytes(b"\n".join([lines[0], *lines[2:]]))
    evaluate(run, tiny_masked_lm, 3, folder)
    assert [line["number"] for line in read_records(folder)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"[1]", "no object"),
        (b"{}", "has the schema 'None'"),
        (b'{"schema": 2}', "has the schema '2'"),
        (b'{"schema": 1}', "model is missing"),
        (
            b'{"schema": 1, "model": "m", "sentences": {}, "options": {}, "info": {}, '
            b'"fingerprint": ""}',
            "sentences is",
        ),
    ],
)
def test_a_damaged_description_is_named(folder, run, tiny_masked_lm, content, why):
    (folder / RUN).write_bytes(content)
    for said in (
        complaint(read_tables, folder.parent),
        complaint(evaluate, run, tiny_masked_lm, 3, folder),
    ):
        assert f"{folder.name}/{RUN}' " in said
        assert why in said


def test_a_torn_last_line_is_no_record_and_costs_nothing_else(folder, run, tiny_masked_lm):
    whole = (folder / RECORDS).read_bytes()
    for cut in (1, 30, len(whole.splitlines(keepends=True)[-1]) - 1):
        (folder / RECORDS).write_bytes(whole[:-cut])
        tables = read_tables(folder.parent)
        assert (len(tables.sentences), len(tables.left_out)) == (2, 0)
        evaluate(run, tiny_masked_lm, 3, folder)
        assert (folder / RECORDS).read_bytes() == whole


def test_a_full_disk_takes_one_sentence_and_no_record(folder, run, tiny_masked_lm, monkeypatch):
    whole = (folder / RECORDS).read_bytes()
    first = whole[: whole.index(b"\n") + 1]
    (folder / RECORDS).write_bytes(first)
    monkeypatch.setattr(os, "fsync", full)
    said = complaint(evaluate, run, tiny_masked_lm, 3, folder)
    assert "cannot be written (No space left on device)" in said
    assert (folder / RECORDS).read_bytes() == first
    said = complaint(evaluate, run, tiny_masked_lm, 3, folder.parent / "new")
    assert "No space left" in said
    assert [file.name for file in (folder.parent / "new").iterdir()] == [LOCK]
    monkeypatch.undo()
    evaluate(run, tiny_masked_lm, 3, folder)
    assert len(read_records(folder)) == 3


def test_a_report_that_cannot_be_written_leaves_the_old_one(folder, monkeypatch):
    runs = folder.parent
    _, written = write_report(runs)
    before = {file: file.read_bytes() for file in written}
    monkeypatch.setattr(files.os, "fsync", full)
    assert "sentences.parquet' cannot be written" in complaint(write_report, runs)
    assert {file: file.read_bytes() for file in written} == before
    assert not list(runs.glob(".*"))


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "out.json"
    write_whole(file, "é")
    assert file.read_bytes() == "é".encode()
    file.chmod(0o600)
    (tmp_path / "link").symlink_to(file)
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(type(file), "replace", full)
    said = complaint(write_whole, file, "newer")
    assert "out.json' cannot be written (No space left on device)" in said
    assert file.read_bytes() == b"new"
    assert {path.name for path in tmp_path.iterdir()} == {"out.json", "link"}


@pytest.mark.parametrize("place", ["folder", "file/below", "nowhere/below", "x" * 300])
def test_a_place_that_takes_no_file_is_named(tmp_path, place):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "cannot be written" in complaint(put, "text", tmp_path / place)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_device_that_takes_nothing_is_named():
    assert "'/dev/full' cannot be written" in complaint(put, "text", Path("/dev/full"))


def test_a_folder_that_is_a_file_is_named(tmp_path, run, tiny_masked_lm):
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    for place in (file, file / "below"):
        assert "cannot be written" in complaint(evaluate, run, tiny_masked_lm, 1, place)


def test_records_of_other_sentences_are_not_gone_on_with(folder, run, tiny_masked_lm):
    file = Path(run.sentences.file)
    try:
        # More rows are more sentences.
        file.write_text(ROWS + "the farmers [MASK] bad .,are,is\n", encoding="utf-8")
        evaluate(run, tiny_masked_lm, 4, folder)
        assert len(read_records(folder)) == 4
        for rows in (ROWS.replace("assistants", "farmers"), ROWS.replace("are,is", "is,are"), ROWS):
            file.write_text(rows, encoding="utf-8")
            said = complaint(evaluate, run, tiny_masked_lm, 1, folder)
            assert "not what is asked for now" in said
        # The fourth has gone: people count from 1.
        assert "holds as sentence 4 " in said
    finally:
        file.write_text(ROWS, encoding="utf-8")


def test_a_run_from_before_columns_and_searches_had_names_goes_on(folder, run, tiny_masked_lm):
    described = json.loads((folder / RUN).read_text(encoding="utf-8"))
    del described["sentences"]["columns"]
    for name in ("search", "beam"):
        del described["options"]["settings"][name]
    (folder / RUN).write_text(json.dumps(described), encoding="utf-8")
    evaluate(run, tiny_masked_lm, 3, folder)
    assert len(read_records(folder)) == 3
    described["sentences"]["columns"] = asdict(Columns())
    del described["sentences"]["columns"]["pair"]
    (folder / RUN).write_text(json.dumps(described), encoding="utf-8")
    evaluate(run, tiny_masked_lm, 3, folder)
    assert len(read_records(folder)) == 3
    described["sentences"]["columns"] = "text"
    (folder / RUN).write_text(json.dumps(described), encoding="utf-8")
    said = complaint(evaluate, run, tiny_masked_lm, 3, folder)
    assert "sentences is missing or of a wrong type" in said


def test_no_sentence_counts_twice_in_a_folder_of_runs(folder, done):
    described, records = done
    copy = folder.parent / "copy"
    copy.mkdir()
    (copy / RECORDS).write_bytes(records)
    (copy / RUN).write_bytes(described)
    said = complaint(read_tables, folder.parent)
    assert "would count twice" in said
    assert "runs/copy'" in said
    # Another task under the same name of a model is as it was, unless the model is another.
    other = json.loads(described)
    other["sentences"]["task"] = "other"
    (copy / RUN).write_text(json.dumps(other), encoding="utf-8")
    assert [run.task for run in stored_runs(folder.parent)] == ["other", "own"]
    other["fingerprint"] = "0"
    (copy / RUN).write_text(json.dumps(other), encoding="utf-8")
    assert "two models that are both called 'tiny'" in complaint(read_tables, folder.parent)
    other["model"] = "tiny, trained on"
    (copy / RUN).write_text(json.dumps(other), encoding="utf-8")
    assert set(read_tables(folder.parent).sentences["model"]) == {"tiny", "tiny, trained on"}

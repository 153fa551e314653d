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

from explainer.base import files
from explainer.base.files import write_whole
from explainer.base.lock import LOCK
from explainer.cli.output import put
from explainer.evaluation.evidence.report import write_report
from explainer.evaluation.evidence.tables import read_tables
from explainer.evaluation.reading.cases import Columns
from explainer.evaluation.run import evaluate
from explainer.evaluation.stored import RECORDS, RUN, read_records, stored_runs
from tests.evaluation.own_run import ROWS, complaint, full


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

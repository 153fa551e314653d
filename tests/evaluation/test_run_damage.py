"""The folder of a run that is damaged: what is wrong is named, and nothing else is lost."""

import json
import os

import pytest

from explainer.evaluation.evidence.report import write_report
from explainer.evaluation.evidence.tables import read_tables
from explainer.evaluation.run import evaluate
from explainer.evaluation.stored import RECORDS, RUN, read_records
from tests.evaluation.own_run import complaint


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


@pytest.mark.parametrize("name", [RUN, RECORDS])
def test_a_pipe_is_not_waited_for(folder, run, tiny_masked_lm, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    for said in (
        complaint(write_report, folder.parent),
        complaint(evaluate, run, tiny_masked_lm, 3, folder),
    ):
        assert f"{folder.name}/{name}' is no plain file: take it away" in said


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
    "a truth for a word": (first_pattern(source=True), "patterns is"),
    "no word": (first_pattern(source=None), "patterns is"),
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

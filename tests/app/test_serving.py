"""The server around the pages: its log, its counts, its health, and what it says when it ends."""

import json
import logging
import threading

import pytest

from explainer.app import start
from explainer.app.serving import draining, log, status
from explainer.base.errors import ExplainerError


@pytest.fixture(autouse=True)
def new_server(monkeypatch):
    """A server that has just started and writes no log."""
    monkeypatch.setattr(log, "COUNTS", log.Counts())
    monkeypatch.setattr(status, "COUNTS", log.COUNTS)
    monkeypatch.setattr(status, "_ASKED", [])
    monkeypatch.setattr(draining, "_BEGUN", threading.Event())
    yield
    logger = logging.getLogger("explainer.server")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


@pytest.fixture
def written(tmp_path):
    """What the log has, line by line."""
    log.begin(tmp_path / "log.jsonl")
    return lambda: [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]


def test_every_answer_is_a_line_without_names(written, tiny_masked_lm_dir):
    log.answered("explanation", " agreement ", "answered", waited=0.25, computed=1.5, tokens=11)
    log.answered("ablation", str(tiny_masked_lm_dir), "refused", session="session-of-somebody")
    log.answered("explanation", "owner/private-model", "cancelled", session="another")
    log.answered("explanation", "/no/such/path", "failed", session="session-of-somebody")
    lines = written()
    for line in lines:
        assert line.pop("time").endswith("+00:00")
        assert line.pop("event") == "question"
    assert lines[0] == {
        **{"kind": "explanation", "model": "agreement", "tokens": 11, "outcome": "answered"},
        **{"waited": 0.25, "computed": 1.5, "session": None},
    }
    assert [line["model"] for line in lines] == ["agreement", "folder", "hub", "folder"]
    assert [line["session"] for line in lines] == [None, 1, 2, 1]
    text = json.dumps(lines)
    for hidden in (str(tiny_masked_lm_dir), "private", "/no/such", "somebody", "another"):
        assert hidden not in text


def test_what_is_counted_stands_in_the_health_check():
    log.answered("explanation", "agreement", "answered", waited=0.5, computed=2.0, session="a")
    log.answered("explanation", "agreement", "cached", session="b")
    found = status.status()
    assert found["status"] == "ok"
    counts = {"answered": 1, "cached": 1, "left": 0, "cancelled": 0, "refused": 0, "failed": 0}
    assert found["questions"] == counts
    assert (found["seconds_waited"], found["seconds_computed"], found["sessions"]) == (0.5, 2.0, 2)
    assert found["memory"] > 10_000_000
    json.dumps(found)


def test_what_computes_says_what_there_is_to_do():
    status.report(lambda: status.Load(1, 3, ("sentiment", "agreement", "/a/folder")))
    found = status.status()
    assert (found["running"], found["waiting"]) == (1, 3)
    assert found["models"] == ["agreement", "folder", "sentiment"]
    status.report(lambda: status.Load(up=False))
    assert status.status()["status"] == "down"


def test_a_server_that_is_about_to_end_takes_no_questions():
    draining.check()
    draining.drain()
    assert draining.draining()
    assert status.status()["status"] == "draining"
    with pytest.raises(ExplainerError, match=r"^The server is about to end: "):
        draining.check()


def test_a_log_that_cannot_be_written_ends_no_answer(tmp_path, capsys, monkeypatch):
    log.begin(tmp_path / "log.jsonl")
    (handler,) = logging.getLogger("explainer.server").handlers

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handler, "stream", handler.stream)
    monkeypatch.setattr(handler.stream, "write", full, raising=False)
    for _ in range(2):
        log.answered("explanation", "agreement", "answered")
    assert capsys.readouterr().err == (
        "The log cannot be written (is the disk full?): lines are lost.\n"
    )
    assert status.status()["log_lines_lost"] == 2
    assert status.status()["questions"]["answered"] == 2


def test_a_log_that_is_moved_away_is_begun_anew(tmp_path, written):
    log.event("first")
    (tmp_path / "log.jsonl").rename(tmp_path / "log.1")
    log.event("second")
    assert [line["event"] for line in written()] == ["second"]


def test_numbers_of_sessions_are_kept_for_those_heard_of_last(monkeypatch):
    monkeypatch.setattr(log, "MOST_SESSIONS", 2)
    numbers = [log.COUNTS.number(session) for session in ("a", "b", "a", "c", "a", "b")]
    assert numbers == [1, 2, 1, 3, 1, 4]


@pytest.mark.parametrize(
    ("address", "path", "url"),
    [
        ("localhost", "", "http://localhost:8501/"),
        ("0.0.0.0", "lab", "http://localhost:8501/lab"),
        ("::1", "", "http://[::1]:8501/"),
    ],
)
def test_the_console_names_where_a_browser_finds_the_pages(address, path, url):
    assert start._url(address, 8501, path) == url

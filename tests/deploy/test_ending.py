"""How a server ends: running answers are waited for, and a second signal ends it at once."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.served import ROOT, begun, free_port

SERVES = """
import sys
from pathlib import Path
from explainer.app import start
from explainer.app.serving import status
busy = Path("busy")
status.report(lambda: status.Load(int(busy.exists()), 2))
start.serve("page.py", "localhost", int(sys.argv[1]), ["localhost"], "lab/patterns")
"""
"""A server that computes as long as there is a file of that name."""
SOON = 30
"""Seconds within which a process has ended, on a busy machine."""


@pytest.fixture
def busy(tmp_path):
    """The file that stands for an answer that is being computed."""
    (tmp_path / "page.py").write_text("import streamlit as st\nst.write('a page')\n")
    (tmp_path / "busy").touch()
    return tmp_path / "busy"


def serving(busy: Path, **environment: str):
    port, place = free_port(), "/lab/patterns"
    command = ("-c", SERVES, str(port))
    return begun(*command, port=port, place=place, folder=busy.parent, **environment)


def test_running_answers_end_before_the_server_does(busy):
    with serving(busy) as server:
        status, health = server.health()
        assert (status, health["status"]) == (200, "ok")
        assert (health["running"], health["waiting"]) == (1, 2)
        assert health["memory"] > 10_000_000
        server.process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(0.5)
        status, health = server.health()
        assert (status, health["status"], health["running"]) == (503, "draining", 1)
        busy.unlink()
        assert server.process.wait(SOON) == 0
        assert [one["event"] for one in server.events] == ["start", "draining", "stop"]
        assert "Ending: 1 answer may still take 30 seconds" in server.said


def test_an_answer_that_takes_longer_than_the_grace_is_given_up(busy):
    with serving(busy, EXPLAINER_GRACE="1") as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(SOON) == 0
        assert busy.exists()


def test_a_second_signal_ends_at_once(busy):
    with serving(busy, EXPLAINER_GRACE="3600") as server:
        server.process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(0.5)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(SOON) == 130
        assert server.events[-1]["at_once"]


def test_a_bad_setting_is_said_before_anything_is_served(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "explainer", "app", "--port", str(free_port())],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "EXPLAINER_GRACE": "soon", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "error: The environment variable EXPLAINER_GRACE is 'soon': set it to a whole number of "
        "seconds, or leave it out.\n"
    )

"""A process that others are forked from: what its forks do, what ends them, and what it leaves."""

import os
import signal
import subprocess
import sys

import psutil

from tests.app.threads import until
from tests.wings import ROOT

SERVER = """
import os, sys
from explainer.app.work.forks import Forked, Forks

def run(given, files):
    questions, answers = files
    with os.fdopen(questions, "rb") as read, os.fdopen(answers, "wb") as write:
        for line in read:
            write.write(given["name"].encode() + b" heard " + line)
            write.flush()
            {}[line] if line == b"fail" + os.linesep.encode() else None

def asked(fork, line):
    fork.stdin.write(line + b"\\n")
    fork.stdin.flush()
    return fork.stdout.readline()

forks = Forks.begun(run)
print(os.getpid(), flush=True)
"""
"""A server whose forks say again what they hear, and break where they hear that they should."""


def served(script: str) -> "subprocess.Popen[str]":
    """A server that goes on with this; what it has is its children's too."""
    return subprocess.Popen(
        [sys.executable, "-c", SERVER + script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def said(script: str) -> tuple[list[str], str]:
    """What a server prints that ends by itself, after its number, and its standard error."""
    with served(script) as server:
        out, errors = server.communicate(timeout=60)
    return out.splitlines()[1:], errors


def test_each_fork_hears_and_is_given_what_is_its_own():
    out, errors = said("""
first, second = (Forked(forks, {"name": name}) for name in ("first", "second"))
print(asked(second, b"one"), asked(first, b"two"), asked(second, b"three"))
print(len({os.getpid(), first.pid, second.pid}))
""")
    assert out == [r"b'second heard one\n' b'first heard two\n' b'second heard three\n'", "3"]
    assert not errors


def test_what_is_killed_or_has_ended_is_seen_and_leaves_nothing():
    out, errors = said("""
import signal, psutil
killed, ended, stays = (Forked(forks, {"name": "it"}) for _ in range(3))
killed.kill()
killed.kill()
os.kill(ended.pid, signal.SIGKILL)
print(killed.stdout.readline(), ended.stdout.readline())
ended.kill()
print(*(psutil.pid_exists(one.pid) for one in (killed, ended, stays)))
print(asked(stays, b"one"))
""")
    assert out == ["b'' b''", "False False True", r"b'it heard one\n'"]
    assert not errors


def test_a_mistake_in_a_fork_is_said_and_ends_that_one_alone():
    out, errors = said("""
broken, other = Forked(forks, {"name": "it"}), Forked(forks, {"name": "other"})
print(asked(broken, b"fail"), broken.stdout.readline(), asked(other, b"one"))
""")
    assert out == [r"b'it heard fail\n' b'' b'other heard one\n'"]
    assert "KeyError: b'fail" in errors


def test_forks_end_with_their_server_however_it_does():
    script = """
one = Forked(forks, {"name": "it"})
print(one.pid, flush=True)
sys.stdin.readline()
"""
    with served(script) as server:
        known = [psutil.Process(int(server.stdout.readline())) for _ in range(2)]
        first, fork = known
        between = first.children()
        assert [one.ppid() for one in between] == [first.pid]
        assert [one.pid for one in between[0].children()] == [fork.pid]
        for process in (between[0], fork):  # as a whole service is told to end
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGINT)
        assert all(process.is_running() for process in (*known, *between))
        server.kill()
    until(lambda: not any(process.is_running() for process in (fork, *between)))


def test_without_the_one_in_between_there_are_no_new_forks_and_the_old_ones_can_be_ended():
    out, errors = said("""
import signal, psutil
one = Forked(forks, {"name": "it"})
(between,) = psutil.Process().children()
between.kill()
between.wait()
try:
    Forked(forks, {"name": "another"})
except OSError:
    print("refused")
print(asked(one, b"still"))
one.kill()
print(one.stdout.readline())
""")
    assert out == ["refused", r"b'it heard still\n'", "b''"]
    assert not errors


def test_one_in_between_that_says_nothing_holds_up_nobody():
    out, errors = said("""
import signal, psutil
from explainer.app.work import forks as module
module.PATIENCE = 0.2
silent = Forks.begun(run)
one = Forked(silent, {"name": "it"})
between = next(child for child in psutil.Process().children() if child.children())
between.send_signal(signal.SIGSTOP)
for _ in range(2):
    try:
        Forked(silent, {"name": "another"})
    except OSError:
        print("refused")
print(asked(one, b"still"))
one.kill()
print(one.stdout.readline())
between.kill()
""")
    assert out == ["refused", "refused", r"b'it heard still\n'", "b''"]
    assert not errors

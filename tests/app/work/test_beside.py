"""Processes beside the server: whatever happens in one costs one answer."""

import os
import signal
import socket
import threading
from functools import partial
from types import SimpleNamespace

import psutil
import pytest

from explainer import ExplainerError, explain, load_model
from explainer.app.compute.cached import Asked
from explainer.app.compute.request import Request
from explainer.app.work import beside, limits
from explainer.app.work import child as module
from explainer.app.work.beside import Beside
from explainer.app.work.forks import Forks
from explainer.app.work.limits import budget
from explainer.app.work.task import Task
from explainer.base.cores import cores
from explainer.base.errors import UnlikeWordsError
from explainer.question.quantity import Contrast
from explainer.results.settings import Settings
from tests.app.threads import SOON, ended, in_thread, until
from tests.app.work import works
from tests.forking import processes


class GoneError(BaseException):
    """As Streamlit ends a run."""


class Followed:
    """Remembers what is said, and goes once `gone`."""

    def __init__(self) -> None:
        self.heard: list = []
        self.gone = False
        self.begun = threading.Event()

    def look(self) -> None:
        if self.gone:
            raise GoneError

    def line(self, before: int) -> None:
        self.heard.append(before)
        self.look()

    loads = goes_on = look

    def begin(self) -> None:
        self.begun.set()

    def hear(self, done: float) -> None:
        self.heard.append(done)


@pytest.fixture(scope="module")
def desk():
    """With forks, as under the command on Linux."""
    desk = Beside(1, processes())
    yield desk
    desk.end()


@pytest.fixture(scope="module")
def executed():
    """With processes that are executed, as where there are no forks, or nothing forks any more."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()
    desk = Beside(1, Forks(ours))
    yield desk
    desk.end()
    ours.close()


@pytest.fixture
def task(tiny_masked_lm_dir):
    """Makes tasks with the tiny model."""
    return lambda work, **how: Task(
        str(tiny_masked_lm_dir), "", work, **{"owner": "somebody", "seconds": 60.0, **how}
    )


def begun(desk, task) -> tuple[threading.Thread, Followed, list]:
    """A task that is under way in a thread, how it is followed, and what comes of it."""
    follows, found = Followed(), []

    def ask() -> None:
        try:
            found.append(desk.compute(task, follows))
        except BaseException as error:
            found.append(error)

    thread = in_thread(ask)
    assert follows.begun.wait(3 * SOON)
    return thread, follows, found


@pytest.mark.parametrize("kind", ["desk", "executed"])
def test_an_answer_comes_from_another_process_and_is_the_same(
    kind, request, task, tiny_masked_lm_dir
):
    name, desk = str(tiny_masked_lm_dir), request.getfixturevalue(kind)
    pid = desk.compute(task(works.process), Followed())
    assert (pid,) == desk.processes
    assert pid != os.getpid()
    text = "the farmers that the assistant loves [MASK] old ."
    settings = Settings(points=4)
    request = Request(name, text, Contrast("are", "is"), settings)
    work = Asked("explainer.app.compute.sentence", "explanation", request, ())
    found = desk.compute(task(work), Followed())
    alone = explain(load_model(name), text, correct="are", wrong="is", settings=settings, flow=True)
    assert found.influence == pytest.approx(alone.influence, rel=1e-5)
    assert [one.route for one in found.patterns] == [one.route for one in alone.patterns]


def test_its_budget_is_the_servers(desk, task):
    assert desk.compute(task(works.its_budget), Followed()) == budget()


def test_how_far_it_is_is_heard(desk, task):
    follows = Followed()
    assert desk.compute(task(works.counting), follows) == "counted"
    assert 0.5 in follows.heard
    assert follows.heard == sorted(follows.heard)


def test_what_is_printed_there_is_no_answer(desk, task):
    assert desk.compute(task(works.prints), Followed()) == "printed"


@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        ("mendable", ExplainerError, "^It can be mended.$"),
        ("words", UnlikeWordsError, "^One has two pieces: choose words of as many pieces, or"),
        ("broken", RuntimeError, "^A computation failed: ZeroDivisionError: a mistake"),
    ],
)
def test_what_is_raised_there_is_raised_here(desk, task, kind, error, said):
    with pytest.raises(error, match=said) as raised:
        desk.compute(task(works.KINDS[kind]), Followed())
    if kind == "mendable":
        assert raised.value.on_page == "On a page."
    if kind == "words":
        assert raised.value.in_one == "One has two pieces: choose words of as many pieces."
    assert desk.compute(task(partial(works.number, 7)), Followed()) == 7


def test_what_memory_does_not_suffice_for_is_said(desk, task):
    with pytest.raises(ExplainerError, match="not enough memory for this now: try again"):
        desk.compute(task(works.needs_too_much), Followed())


def test_what_takes_too_long_is_stopped_with_a_sentence(desk, task):
    with pytest.raises(ExplainerError, match="longer than 0 seconds and was stopped"):
        desk.compute(task(works.endless, seconds=0.2), Followed())


def test_who_goes_stops_it(desk, task):
    thread, follows, found = begun(desk, task(works.endless))
    (process,) = desk._processes
    follows.gone = True
    ended(thread)
    assert isinstance(found[0], GoneError)
    until(lambda: not process.tasks)  # after a while in which somebody may ask the same
    assert not desk._left
    assert desk.compute(task(partial(works.number, 1)), Followed()) == 1


def test_who_begins_anew_and_asks_the_same_finds_it_where_it_is(desk, task, tmp_path):
    work = works.Noted(str(tmp_path / "begun"), 6)
    thread, follows, found = begun(desk, task(work))
    until(lambda: follows.heard)
    follows.gone = True
    ended(thread)
    assert isinstance(found[0], GoneError)
    again = Followed()
    assert desk.compute(task(work, owner="another"), again) == "done"
    assert again.begun.is_set()
    assert min(again.heard) > 0
    assert (tmp_path / "begun").read_text() == "begun\n"
    (process,) = desk._processes
    assert not process.tasks
    assert not process.begun
    assert not desk._left


def test_what_a_page_has_left_ends_where_it_asks_for_something_else(desk, task, monkeypatch):
    monkeypatch.setattr(beside, "LINGER", 3600.0)
    thread, follows, _ = begun(desk, task(works.endless))
    follows.gone = True
    ended(thread)
    (process,) = desk._processes
    assert desk.compute(task(partial(works.number, 1), owner="somebody else"), Followed()) == 1
    assert len(desk._left) == process.tasks == 1
    assert desk.compute(task(partial(works.number, 2)), Followed()) == 2
    assert len(desk._left) == process.tasks == 0


def test_a_short_one_is_answered_while_a_long_one_goes_on(desk, task):
    thread, follows, _ = begun(desk, task(works.endless))
    for n in range(3):
        assert desk.compute(task(partial(works.number, n), owner="another"), Followed()) == n
    assert thread.is_alive()
    follows.gone = True
    ended(thread)


def test_of_processes_with_as_much_to_do_the_one_with_less_memory_to_fill_is_asked(
    task, monkeypatch
):
    """The slices of a long text are longer."""
    known = (task(works.process).name, "")
    processes = [
        SimpleNamespace(ready=True, tasks=n_tasks, models=models, n_bytes=n_bytes, enter=int)
        for n_tasks, models, n_bytes in [(1, {known}, 900), (1, {known}, 5), (1, {}, 1), (2, {}, 0)]
    ]
    desk = Beside(4)
    monkeypatch.setattr(desk, "_kept", lambda: processes)
    monkeypatch.setattr(desk, "_share", lambda: None)
    for process in processes:
        process.tell = lambda _: None
    asked, number = desk._given(task(works.process, n_bytes=7), b"")
    assert asked is processes[1]
    assert number == 7  # the fake's


def test_a_process_that_is_killed_costs_the_answer_that_it_computed(desk, task):
    long, _, found = begun(desk, task(works.endless))
    (before,) = desk.processes
    with pytest.raises(ExplainerError, match="has ended before it was done"):
        desk.compute(task(works.killed, owner="another"), Followed())
    # The other one is asked of the next process, where it begins anew.
    until(lambda: desk.processes not in ((before,), ()))
    assert long.is_alive()
    assert desk.compute(task(works.process, owner="another"), Followed()) != before
    assert not found
    (process,) = desk._processes
    until(lambda: process._running in process._asked)
    os.kill(process.pid, signal.SIGKILL)
    ended(long)
    assert isinstance(found[0], ExplainerError)
    assert desk.compute(task(partial(works.number, 2)), Followed()) == 2


def test_a_process_from_which_nothing_is_heard_is_ended(desk, task, monkeypatch):
    monkeypatch.setattr(module, "STUCK", 1.0)
    with pytest.raises(ExplainerError, match="has ended before it was done"):
        desk.compute(task(works.deaf), Followed())


def test_one_that_never_starts_is_said(task, monkeypatch):
    monkeypatch.setattr(module, "MODULE", "no.such.module")
    with pytest.raises(ExplainerError, match="has ended before it was done"):
        Beside(1).compute(task(works.process), Followed())


@pytest.mark.parametrize("kind", ["desk", "executed"])
def test_a_process_ends_with_its_server(kind, request):
    desk = request.getfixturevalue(kind)
    desk.start()
    (process,) = desk._processes
    process._process.stdin.close()  # as it is when this process is gone
    until(lambda: process.ended)
    assert kind == "desk" or process._process.returncode == 0
    assert not psutil.pid_exists(process.pid)


def test_two_sessions_are_computed_for_in_two_processes(desk, task, monkeypatch):
    """As a server does by itself, where there are two cores."""
    monkeypatch.delenv(limits.PROCESSES_VARIABLE, raising=False)
    assert limits.processes() == min(2, cores())
    if cores() < 2:
        pytest.skip("a server of one core has one process")
    monkeypatch.setattr(desk, "_most", limits.processes())
    long, follows, _ = begun(desk, task(works.endless))
    (first,) = desk.processes

    def other() -> bool:
        """Whether another than the first computes for the other session: at once, if it is up."""
        pid = desk.compute(task(works.process, owner="another"), Followed())
        assert len(desk.processes) == 2
        return pid != first

    until(other)
    assert long.is_alive()
    follows.gone = True
    ended(long)
    second = desk._processes[1]
    second.kill()
    until(lambda: second.ended)
    assert desk.compute(task(works.process), Followed()) == first

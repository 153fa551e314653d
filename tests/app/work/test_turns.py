"""Turns: one computation runs at a time, a slice of each, and nobody waits for ever."""

import threading
import time

import pytest

from explainer import ExplainerError
from explainer.app.work import turns as module
from explainer.app.work.turns import MOST_NEW, Turns
from tests.app.threads import SOON, ended, in_thread, until


class GoneError(Exception):
    """The tab was closed."""


@pytest.fixture
def short_slices(monkeypatch):
    """Every checkpoint ends a slice."""
    monkeypatch.setattr(module, "SLICE", 0.0)


class Job:
    """A computation of so many steps, in a thread of its own, which notes each in `order`."""

    def __init__(
        self, turns: Turns, order: list, name: str, steps: int, *, held: bool = False, **how
    ) -> None:
        self.turns, self.order, self.name, self.steps, self.how = turns, order, name, steps, how
        self.begun = threading.Event()
        self.go = threading.Event()
        if not held:
            self.go.set()
        self.thread = in_thread(self.run)

    def run(self) -> None:
        with self.turns.turn(**{"owner": self.name, **self.how}) as turn:
            self.begun.set()
            for _ in range(self.steps):
                assert self.go.wait(SOON)
                self.order.append(self.name)
                time.sleep(0.002)
                turn.give_way()


@pytest.mark.usefixtures("short_slices")
def test_a_short_one_waits_for_no_more_than_a_slice_of_a_long_one():
    turns, order = Turns(), []
    long = Job(turns, order, "long", 200, held=True)
    assert long.begun.wait(SOON)
    short = Job(turns, order, "short", 2)
    until(lambda: len(turns._jobs) == 2)
    long.go.set()
    ended(short.thread)
    assert 1 <= order.index("short") <= 2
    assert long.thread.is_alive()
    ended(long.thread)
    assert order.count("long") == 200


@pytest.mark.usefixtures("short_slices")
def test_a_session_that_asks_again_and_again_gets_no_more_than_one_that_asks_once():
    turns, order = Turns(), []
    once = Job(turns, order, "once", 100, held=True)
    assert once.begun.wait(SOON)

    def many() -> None:
        for _ in range(50):
            with turns.turn(owner="many") as turn:
                order.append("many")
                time.sleep(0.002)
                turn.give_way()

    other = in_thread(many)
    until(lambda: len(turns._jobs) == 2)
    first = len(order)
    once.go.set()
    ended(once.thread, other)
    shared = order[first : first + 60]
    assert shared.count("many") <= 40


def test_without_others_a_slice_never_ends():
    turns = Turns()
    with turns.turn(paused=lambda: pytest.fail("nobody else is there")) as turn:
        until(lambda: turn.give_way() or turn.seconds > 2 * module.SLICE)


@pytest.mark.usefixtures("short_slices")
def test_only_its_own_time_counts():
    turns = Turns()
    with turns.turn(owner="a") as turn:
        began = time.monotonic()  # its own time has been counted since then
        other = Job(turns, [], "b", 20)
        until(lambda: len(turns._jobs) == 2)
        while other.thread.is_alive():
            turn.give_way()
        others = time.monotonic() - began - turn.seconds
    assert others >= 20 * 0.002 - 0.01
    assert not turns._used  # nobody is there who could have had less


def test_one_runs_at_a_time():
    turns, running, most = Turns(), [], []

    def job() -> None:
        with turns.turn():
            running.append(1)
            most.append(len(running))
            time.sleep(0.005)
            running.pop()

    ended(*(in_thread(job) for _ in range(12)))
    assert most == [1] * 12
    assert not turns._jobs


@pytest.mark.usefixtures("short_slices")
@pytest.mark.parametrize(("room", "sizes", "together"), [(10, (6, 6), 1), (12, (6, 6), 2)])
def test_no_more_begin_than_there_is_room_for(room, sizes, together):
    turns, order = Turns(room), []
    first = Job(turns, order, "first", 40, n_bytes=sizes[0], held=True)
    assert first.begun.wait(SOON)
    second = Job(turns, order, "second", 1, n_bytes=sizes[1])
    until(lambda: len(turns._jobs) == 2)
    first.go.set()
    ended(first.thread, second.thread)
    assert (order[-1] == "second") == (together == 1)


def test_what_is_larger_than_all_the_room_computes_alone():
    with Turns(1).turn(n_bytes=5):
        pass


@pytest.mark.usefixtures("short_slices")
def test_few_are_begun_at_once():
    turns, order = Turns(), []
    jobs = [Job(turns, order, str(number), 30) for number in range(MOST_NEW + 2)]
    most = 0
    while any(job.thread.is_alive() for job in jobs):
        most = max(most, sum(job.begun for job in list(turns._jobs)))
        time.sleep(0.001)
    assert 2 <= most <= MOST_NEW
    assert len(order) == 30 * len(jobs)


@pytest.mark.usefixtures("short_slices")
def test_however_many_long_ones_keep_no_short_one_out(monkeypatch):
    monkeypatch.setattr(module, "SHORT", 0.0)  # all that have begun are long
    turns, order = Turns(), []
    first = Job(turns, order, "long 0", 60, held=True)
    jobs = [Job(turns, order, f"long {number}", 60) for number in range(1, 2 * MOST_NEW)]
    until(lambda: len(turns._jobs) == 2 * MOST_NEW)
    first.go.set()
    assert all(job.begun.wait(SOON) for job in jobs)
    short = Job(turns, order, "short", 1)
    ended(short.thread)
    assert any(job.thread.is_alive() for job in jobs)
    ended(first.thread, *(job.thread for job in jobs))


def test_a_computation_that_fails_lets_the_next_one_run():
    turns = Turns()
    with pytest.raises(ValueError, match="broken"), turns.turn():
        raise ValueError("broken")
    with turns.turn():
        pass


def test_a_thread_that_has_the_turn_cannot_wait_for_itself():
    turns = Turns()
    with turns.turn():
        assert turns.held_here
        with pytest.raises(RuntimeError, match="another turn"), turns.turn():
            pass
        others: list[bool] = []
        ended(in_thread(lambda: others.append(turns.held_here)))
        assert others == [False]
    assert not turns.held_here


def test_who_waits_hears_how_many_are_before():
    turns = Turns()
    heard: dict[int, list[int]] = {0: [], 1: []}

    def job(number: int) -> None:
        with turns.turn(waiting=heard[number].append):
            pass

    with turns.turn():
        threads = []
        for number in heard:
            threads.append(in_thread(job, number))
            until(lambda number=number: heard[number])
        assert (heard[0][-1], heard[1][-1]) == (1, 2)
    ended(*threads)


def test_who_has_gone_leaves_the_line():
    turns, left = Turns(), []

    def gone(_: int) -> None:
        raise GoneError

    def job() -> None:
        with pytest.raises(GoneError), turns.turn(waiting=gone):
            pytest.fail("had a turn")
        left.append(len(turns._jobs))

    with turns.turn():
        ended(in_thread(job))
    assert left == [1]
    assert not turns._jobs


@pytest.mark.usefixtures("short_slices")
def test_who_goes_while_others_have_their_slices_leaves_them_the_turn():
    turns, order = Turns(), []

    def gone() -> None:
        raise GoneError

    with turns.turn(owner="a", paused=gone) as turn:
        other = Job(turns, order, "b", 3, held=True)
        until(lambda: len(turns._jobs) == 2)
        with pytest.raises(GoneError):
            turn.give_way()
    other.go.set()
    ended(other.thread)
    assert order == ["b"] * 3


def test_waiting_has_an_end_with_a_sentence():
    turns, said = Turns(), []

    def job() -> None:
        with pytest.raises(ExplainerError) as error, turns.turn(patience=0.05):
            pytest.fail("had a turn")
        said.append(str(error.value))

    with turns.turn():
        ended(in_thread(job))
    assert "1 is still before you: try again" in said[0]
    assert not turns._jobs

"""The queue: one turn at a time, one place a session, and nobody who waits for ever."""

import threading
import time

import pytest

from explainer import ExplainerError
from explainer.app.compute.queue import MOST_WAITING, Queue, ReplacedError

SOON = 20.0
"""Seconds within which what is to happen at once has happened, on the slowest machine."""


def until(condition) -> None:
    """Wait until something has happened that is to happen at once."""
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def in_thread(job, *arguments) -> threading.Thread:
    thread = threading.Thread(target=job, args=arguments, daemon=True)
    thread.start()
    return thread


def ended(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.join(SOON)
        assert not thread.is_alive()


def test_one_computation_runs_at_a_time_and_the_queue_is_bounded():
    queue = Queue()
    running, most, refused = [], [], []
    full = threading.Barrier(MOST_WAITING + 4)

    def job() -> None:
        full.wait()
        try:
            with queue.turn():
                running.append(1)
                most.append(len(running))
                time.sleep(0.05)
                running.pop()
        except ExplainerError:
            refused.append(1)

    threads = [threading.Thread(target=job) for _ in range(MOST_WAITING + 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(most) == MOST_WAITING
    assert len(refused) == 4


def test_who_asks_again_waits_behind_the_others():
    queue = Queue()
    order: list[int] = []

    def job(number: int) -> None:
        with queue.turn():
            order.append(number)

    with queue.turn():
        threads = [threading.Thread(target=job, args=(number,)) for number in range(4)]
        for number, thread in enumerate(threads):
            thread.start()
            while len(queue._line) < number + 2:
                time.sleep(0.001)
    job(4)
    assert order == [0, 1, 2, 3, 4]
    for thread in threads:
        thread.join()


def test_a_computation_that_fails_lets_the_next_one_run():
    queue = Queue()
    with pytest.raises(ValueError, match="broken"), queue.turn():
        raise ValueError("broken")
    with queue.turn():
        pass


def test_a_thread_that_has_the_turn_cannot_wait_for_itself():
    queue = Queue()
    with queue.turn():
        assert queue.held_here
        with pytest.raises(RuntimeError, match="another turn"), queue.turn():
            pass
        others: list[bool] = []
        ended(in_thread(lambda: others.append(queue.held_here)))
        assert others == [False]
    assert not queue.held_here
    with queue.turn():
        pass


def test_who_waits_hears_how_many_are_before():
    queue = Queue()
    heard: dict[int, list[int]] = {0: [], 1: []}

    def job(number: int) -> None:
        with queue.turn(waiting=heard[number].append):
            pass

    with queue.turn():
        threads = []
        for number in heard:
            threads.append(in_thread(job, number))
            until(lambda number=number: heard[number])
        assert (heard[0][-1], heard[1][-1]) == (1, 2)
    ended(*threads)
    with queue.turn(waiting=heard[0].append):
        pass
    assert 0 not in heard[0]


class GoneError(Exception):
    """The tab was closed."""


def test_who_has_gone_leaves_the_line():
    queue = Queue()
    left = []

    def gone(_: int) -> None:
        raise GoneError

    def job() -> None:
        with pytest.raises(GoneError), queue.turn(waiting=gone):
            pytest.fail("had a turn")
        left.append(len(queue._line))

    with queue.turn():
        ended(in_thread(job))
    assert left == [1]
    assert not queue._line


def test_a_session_has_one_place():
    queue = Queue()
    said: list[str] = []

    def job(name: str) -> None:
        try:
            with queue.turn(owner="a"):
                said.append(name)
        except ReplacedError:
            said.append(f"not {name}")

    with queue.turn(owner="b"):
        first = in_thread(job, "first")
        until(lambda: len(queue._line) == 2)
        second = in_thread(job, "second")
        ended(first)
        assert said == ["not first"]
        assert len(queue._line) == 2
    ended(second)
    assert said == ["not first", "second"]


def test_what_a_session_computes_is_stopped_by_what_it_asks_for_next():
    queue = Queue()
    with queue.turn(owner="a") as check:
        check()
        done = []

        def again() -> None:
            with queue.turn(owner="a"):
                done.append(True)

        newer = in_thread(again)
        until(lambda: len(queue._line) == 2)
        with pytest.raises(ReplacedError):
            check()
        assert not done
    ended(newer)
    assert done == [True]


def test_waiting_has_an_end_with_a_sentence():
    queue = Queue()
    said: list[str] = []

    def job() -> None:
        with pytest.raises(ExplainerError) as error, queue.turn(patience=0.05):
            pytest.fail("had a turn")
        said.append(str(error.value))

    with queue.turn():
        ended(in_thread(job))
    assert "1 is still before you: try again" in said[0]
    assert not queue._line

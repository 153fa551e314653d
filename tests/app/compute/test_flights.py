"""Who asks what is being computed waits for that answer, and asks again where there is none."""

import threading

from explainer.app.compute.flights import Flights
from tests.app.threads import SOON, ended, in_thread, until


def test_the_first_computes_and_the_others_wait_for_it():
    flights, go, waits, ends = Flights(), threading.Event(), threading.Event(), []

    def first() -> None:
        with flights.joined("q") as (flight, own):
            assert own
            flight.hear(0.5)
            assert go.wait(SOON)

    one = in_thread(first)
    until(lambda: flights._known)

    def second() -> None:
        with flights.joined("q") as (flight, own):
            assert not own
            assert flight.done == 0.5
            assert not flight.ended(0.01)
            waits.set()
            ends.append(flight.ended(SOON))

    two = in_thread(second)
    with flights.joined("another") as (_, own):
        assert own
    assert waits.wait(SOON)
    go.set()
    ended(one, two)
    assert ends == [True]
    assert not flights._known


def test_what_failed_is_ended_too():
    flights = Flights()
    try:
        with flights.joined("q") as (flight, _):
            raise ValueError
    except ValueError:
        assert flight.ended(0.0)
    with flights.joined("q") as (_, own):
        assert own

"""A server for many, in a real browser: what ends in the middle costs one answer."""

import contextlib
import os
import signal
from urllib.parse import urlencode

import psutil
import pytest

from tests.browser.page import BAR, BOX, GRAPH, opened, ready
from tests.deploy.served import Served, begun, free_port

pytestmark = pytest.mark.browser

LONG = "the farmers that the assistant loves and the assistants love " * 5 + "[MASK] old ."


@pytest.fixture(scope="module")
def running():
    """A function that gives the server of these tests, a new one where one of them has ended it.

    It has one process beside it.
    """
    how = {"EXPLAINER_PROCESSES": "1", "EXPLAINER_SECONDS": "100000", "EXPLAINER_GRACE": "300"}
    servers: list[Served] = []
    with contextlib.ExitStack() as until_the_end:

        def running() -> Served:
            if not servers or servers[-1].process.poll() is not None:
                port = free_port()
                new = begun("-m", "explainer", "app", "--port", str(port), port=port, **how)
                servers.append(until_the_end.enter_context(new))
            return servers[-1]

        yield running


@pytest.fixture
def served(running):
    """A server that ends in these tests, and nobody else's."""
    return running()


def link(server, **asked: object) -> str:
    return f"http://localhost:{server.port}/?{urlencode(asked)}"


def long(server, points: int) -> str:
    return link(server, text=LONG, points=points, rule="riemann", all_words="yes")


def workers(server) -> list[int]:
    """The processes that compute beside the server: forks of the one that it has begun for that."""
    (first,) = psutil.Process(server.process.pid).children()
    return [fork.pid for fork in first.children() if fork.status() != psutil.STATUS_ZOMBIE]


def test_a_worker_that_is_killed_costs_the_answer_that_it_computed(
    chromium, served, tiny_masked_lm_dir
):
    with opened(chromium) as page, opened(chromium) as other:
        page.goto(long(served, 1000))
        page.locator(BAR).get_by_text("left, of 55 tokens").wait_for()
        (before,) = workers(served)
        os.kill(before, signal.SIGKILL)
        page.get_by_text("has ended before it was done").wait_for()
        other.goto(link(served, model=tiny_masked_lm_dir))
        other.wait_for_selector(GRAPH)
        assert before not in workers(served)
    status, health = served.health()
    assert (status, health["questions"]["failed"]) == (200, 0)
    assert health["questions"]["refused"] == 1


def test_an_answer_that_is_computed_comes_before_the_server_ends(
    chromium, served, tiny_masked_lm_dir
):
    with opened(chromium) as page, opened(chromium) as other:
        other.goto(link(served, model=tiny_masked_lm_dir))
        ready(other)
        page.goto(long(served, 80))
        page.locator(BAR).get_by_text("left, of 55 tokens").wait_for()
        # As a service that ends: all of its processes are told.
        for number in (*workers(served), served.process.pid):
            os.kill(number, signal.SIGTERM)
        other.locator(BOX).fill("the farmer [MASK] old .")
        other.locator(BOX).press("Enter")
        other.get_by_text("The server is about to end").wait_for()
        assert served.health()[1]["status"] == "draining"
        page.wait_for_selector(GRAPH)
        assert served.process.wait(60) == 0

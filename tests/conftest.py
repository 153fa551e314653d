"""The fixtures, for a process that runs tests; one that hands them to others needs no torch."""

import gc
import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("EXPLAINER_PROCESSES", "0")  # what tests replace is in their process
    hands_out = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if not hands_out:
        # All that is imported stays: looking for garbage in it takes a second of seven.
        gc.disable()
        config.pluginmanager.import_plugin("tests.fixtures")


def pytest_collection_finish() -> None:
    gc.freeze()
    # Much of what tests make stays too, such as answers and parsed sources: looked through as often
    # as usual, it takes a twelfth of the time of the tests of pages.
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Where several processes run tests, each takes whole files."""
    from tests.scheduling import ByFile

    return ByFile(config, log)


def pytest_sessionfinish() -> None:
    """Look for garbage once more; pytest does so ten times, in what is left then."""
    while gc.collect():
        pass
    gc.freeze()

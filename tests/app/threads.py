"""Threads of tests: begun, waited for, and never for ever."""

import threading
import time

SOON = 60.0
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

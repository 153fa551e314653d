"""What the server may use: seconds, memory, processes. Read before anything heavy is."""

from __future__ import annotations

import os
from functools import cache

from explainer.base.budget import (
    LEAST,
    all_memory,
    asked_budget,
    asked_size,
    free_memory,
    given_budget,
    size,
)
from explainer.base.cores import cores
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote

SECONDS_VARIABLE = "EXPLAINER_SECONDS"
DEFAULT_SECONDS = 60
OVERTIME = 2
"""A computation is stopped after this many times what it may take by estimate."""
PROCESSES_VARIABLE = "EXPLAINER_PROCESSES"
DEFAULT_PROCESSES = 2
WAITING_VARIABLE = "EXPLAINER_WAITING"
DEFAULT_WAITING = 24
KEPT_VARIABLE = "EXPLAINER_KEPT"
SPARE = 2**27
"""Bytes that stay free whatever is computed."""


def allowed_seconds() -> int:
    """Seconds that a computation may take by estimate; raises ExplainerError for a bad setting."""
    return _whole(SECONDS_VARIABLE, DEFAULT_SECONDS, 1)


def processes() -> int:
    """Processes that compute beside the server; 0 for computing in the server's own. Raises
    ExplainerError for a bad setting."""
    return _whole(PROCESSES_VARIABLE, min(DEFAULT_PROCESSES, cores()), 0, 99)


def _whole(variable: str, default: int, least: int, most: int = 10**9 - 1) -> int:
    """What an environment variable says, a whole number; raises ExplainerError for another one."""
    given = os.environ.get(variable, "").strip() or str(default)
    is_number = given.isascii() and given.isdigit() and len(given) <= len(str(most))
    if not is_number or not least <= int(given) <= most:
        raise ExplainerError(
            f"The environment variable {variable} is {quote(given)}: set it to a whole number from "
            f"{least} to {most:,}, or leave it out."
        )
    return int(given)


@cache
def budget() -> int:
    """Bytes that a computation may take: one number for the server's life.

    It is what EXPLAINER_MEMORY says, else each process's share of the usual budget. What is free
    changes with every answer that is kept; what is estimated, refused and done must not.
    """
    found = given_budget()
    return found if asked_budget() else max(LEAST, found // max(1, processes()))


def room() -> int:
    """Bytes that the computations of a process may take together: beside one that takes all that
    it may, short ones have room."""
    return 4 * budget() // 3


def most_waiting() -> int:
    """Sessions that may wait for an answer at once; raises ExplainerError for a bad setting."""
    return _whole(WAITING_VARIABLE, DEFAULT_WAITING, 1)


def kept_models() -> int:
    """Bytes of models that a process keeps beside the one that was used last."""
    return kept() // 2


def kept_answers() -> int:
    """Bytes of answers that the server keeps."""
    return 3 * kept() // 8


def kept_pictures() -> int:
    """Bytes of figures, and of what they are made of, that the server keeps."""
    return kept() // 8


def kept() -> int:
    """Bytes of all that a process keeps so as not to make it twice: what EXPLAINER_KEPT says, else
    an eighth of the memory, 0.25 to 2 GB. Raises ExplainerError for what is no size."""
    asked = asked_size(KEPT_VARIABLE)
    return min(max(all_memory() // 8, 2**28), 2**31) if asked is None else asked


def check_memory(n_bytes: int) -> None:
    """Refuse what takes more memory than is free at this moment."""
    needed, free = SPARE + n_bytes, free_memory()
    if needed > free:
        raise ExplainerError(
            f"The server is short of memory ({size(free)} are free, and {size(needed)} are "
            "needed): try again in a minute, or take a shorter text or fewer points."
        )

"""What the server may use: seconds, memory, processes. Read before anything heavy is."""

from __future__ import annotations

import os
from functools import cache

from explainer.base.budget import LEAST, VARIABLE, free_memory, given_budget, size
from explainer.base.cores import cores
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote

SECONDS_VARIABLE = "EXPLAINER_SECONDS"
DEFAULT_SECONDS = 60
OVERTIME = 2
"""A computation is stopped after this many times what it may take by estimate."""
PROCESSES_VARIABLE = "EXPLAINER_PROCESSES"
DEFAULT_PROCESSES = 2
MOST_WAITING = 24
"""Sessions that wait for an answer at once."""
SPARE = 2**27
"""Bytes that stay free whatever is computed."""


def allowed_seconds() -> int:
    """Seconds that a computation may take by estimate; raises ExplainerError for a bad setting."""
    given = os.environ.get(SECONDS_VARIABLE, "").strip() or str(DEFAULT_SECONDS)
    if not (given.isascii() and given.isdigit() and int(given[:9]) > 0 and len(given) <= 9):
        raise ExplainerError(
            f"The environment variable {SECONDS_VARIABLE} is {quote(given)}: set it to a whole "
            "number of seconds, or leave it out."
        )
    return int(given)


def processes() -> int:
    """Processes that compute beside the server; 0 for computing in the server's own. Raises
    ExplainerError for a bad setting."""
    given = os.environ.get(PROCESSES_VARIABLE, "").strip()
    if not given:
        return min(DEFAULT_PROCESSES, cores())
    if not (given.isascii() and given.isdigit() and len(given) <= 2):
        raise ExplainerError(
            f"The environment variable {PROCESSES_VARIABLE} is {quote(given)}: set it to a whole "
            "number up to 99 (0 to compute in the server's own process), or leave it out."
        )
    return int(given)


@cache
def budget() -> int:
    """Bytes that a computation may take: one number for the server's life.

    It is what EXPLAINER_MEMORY says, else each process's share of the usual budget. What is free
    changes with every answer that is kept; what is estimated, refused and done must not.
    """
    found = given_budget()
    if os.environ.get(VARIABLE, "").strip():
        return found
    return max(LEAST, found // max(1, processes()))


def room() -> int:
    """Bytes that the computations of a process may take together: beside one that takes all that
    it may, short ones have room."""
    return 4 * budget() // 3


def check_memory(n_bytes: int) -> None:
    """Refuse what takes more memory than is free at this moment."""
    needed, free = SPARE + n_bytes, free_memory()
    if needed > free:
        raise ExplainerError(
            f"The server is short of memory ({size(free)} are free, and {size(needed)} are "
            "needed): try again in a minute, or take a shorter text or fewer points."
        )

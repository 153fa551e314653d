"""What the C library keeps of memory that was given back to it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Let the system have what is free between what is used: glibc keeps it, and grows beside it.

    Where the C library is another one nothing is done.
    """
    _trim()(0)


@cache
def _trim() -> Callable[[int], object]:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):  # no glibc
        return lambda _: None

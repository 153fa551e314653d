"""How much memory a computation may take: what somebody asks for, or a share of what is free."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from explainer.base.errors import ExplainerError
from explainer.base.quote import shown

VARIABLE = "EXPLAINER_MEMORY"
LEAST, MOST = 2**29, 2**32
"""Bytes of the default, 0.5 and 4 GB."""
SHARE = 4
"""The default is one part in so many of the memory that is free."""
UNITS = {"": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40}
SIZE = r"(\d{1,15}(?:\.\d{1,9})?)\s*([KMGT]?B|)"
LARGEST = 2**60
CONTROL_GROUP = Path("/sys/fs/cgroup")


def given_budget(memory: Any = None, device: Any = "cpu") -> int:
    """Bytes of what a caller asks for (a number of bytes, or such as "2 GB"), or the default.

    The default is what EXPLAINER_MEMORY says, else a quarter of the memory that is free on the
    device, but 0.5 GB at the least and, where others need it too, 4 GB at the most. Raises
    ExplainerError for what is no size.
    """
    if memory is not None:
        return _bytes(memory, "The memory budget")
    if (asked := asked_budget()) is not None:
        return asked
    if str(device).startswith("cuda"):
        return max(_free_on(device) // SHARE, LEAST)
    return min(max(free_memory() // SHARE, LEAST), MOST)


def asked_budget() -> int | None:
    """Bytes that EXPLAINER_MEMORY asks for, or None; raises ExplainerError for what is no size."""
    return asked_size(VARIABLE)


def asked_size(variable: str) -> int | None:
    """Bytes that an environment variable asks for, or None where it is not set; raises
    ExplainerError for what is no size."""
    asked = os.environ.get(variable, "").strip()
    return _bytes(asked, f"The environment variable {variable}") if asked else None


def _free_on(device: Any) -> int:
    from torch import cuda  # this module is read before anything heavy is

    free, _ = cuda.mem_get_info(device)
    return int(free)


def free_memory() -> int:
    """Bytes that are free, here and inside a container's limit."""
    free = psutil.virtual_memory().available
    limit, used = _limit("max"), _limit("current")
    return free if limit is None or used is None else max(0, min(free, limit - used))


def all_memory() -> int:
    """Bytes that there are, here and inside a container's limit."""
    there = psutil.virtual_memory().total
    limit = _limit("max")
    return int(there) if limit is None else min(there, limit)


def _limit(name: str) -> int | None:
    """A number of bytes that a container has; None where there is none."""
    try:
        return int((CONTROL_GROUP / f"memory.{name}").read_text())
    except (OSError, ValueError):
        return None


def held_memory() -> int:
    """Bytes that this process and those that it started hold together; what they share counts once
    where the system tells (Linux does), else in each."""
    own = psutil.Process()
    held = 0
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.Error):  # it has ended meanwhile
            found = process.memory_full_info()
            held += getattr(found, "pss", found.rss)
    return held


def size(n_bytes: int) -> str:
    """A size in words: `1.5 GB`, `64 MB`, `12 KB`."""
    for unit, name in ((2**30, "GB"), (2**20, "MB")):
        if n_bytes >= unit:
            number = n_bytes / unit
            return f"{number:.1f} {name}" if number < 10 else f"{number:,.0f} {name}"
    return f"{-(-n_bytes // 2**10)} KB"


def _bytes(asked: Any, what: str) -> int:
    found = None
    if isinstance(asked, str):
        written = re.fullmatch(
            r"(\d{1,15}(?:\.\d{1,9})?)\s*([KMGT]?B|)", asked.strip(), re.I | re.A
        )
        if written:
            found = int(float(written[1]) * UNITS[written[2].lower()])
    elif isinstance(asked, int) and not isinstance(asked, bool):
        found = asked
    if found is None or not 0 < found < LARGEST:
        raise ExplainerError(
            f"{what} is {shown(asked)}, which is no size: give such as '2 GB' or '500 MB', or "
            "leave it out."
        )
    return found

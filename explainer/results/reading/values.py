"""Numbers and lists of a record, each checked and named by its place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explainer.base import checks
from explainer.base.errors import ExplainerError
from explainer.results.logits import LARGEST


def entries(name: str, value: Any, wanted: str) -> checks.Plain:
    """A list; `wanted` says of what."""
    return checks.items(f"record's {name}", value, wanted)


def number(name: str, value: Any) -> float:
    """A number of logits."""
    return checks.number(f"record's {name}", value, -LARGEST, LARGEST, "a number of logits")


def exactly(name: str, value: Any, length: int, what: str) -> checks.Plain:
    """A list with `length` entries."""
    wanted = f"a list of {length} {what}"
    found = entries(name, value, wanted)
    if len(found) != length:
        raise ExplainerError(f"The record's {name} has {len(found)} entries: give {wanted}.")
    return found


def numbers(name: str, value: Any, length: int) -> tuple[float, ...]:
    """A list of so many numbers of logits."""
    every = exactly(name, value, length, "numbers")
    return tuple(number(f"{name}[{place}]", one) for place, one in enumerate(every))


def array(name: str, value: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Finite numbers in nested lists of this shape."""
    try:
        came = np.asarray(value if isinstance(value, list | tuple | np.ndarray) else None)
    except (ValueError, OverflowError, RecursionError):  # lists of unlike lengths, among others
        came = np.asarray(None)
    if came.dtype.kind not in "iuf" or came.shape != shape:
        wanted = " × ".join(map(str, shape))
        raise ExplainerError(
            f"The record's {name} is no table of {wanted} numbers: give what to_dict wrote."
        )
    found = came.astype(np.float64)
    if not (np.abs(found) <= LARGEST).all():  # nothing is below a NaN
        raise ExplainerError(
            f"The record's {name} holds numbers that are not finite or too large: give what "
            "to_dict wrote."
        )
    return found

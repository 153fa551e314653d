"""Check what a caller gave; each refusal is one sentence: what came, and what to give instead.

Every check returns the value in its plain type: numpy's whole numbers become int, and members of
enumerations that are texts become str, so that results can be written as JSON.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np

from explainer.base.errors import ExplainerError
from explainer.base.quote import listed, shown

Kind = TypeVar("Kind")
Choice = TypeVar("Choice", bound=str)
LARGEST = MAX_SEED = 2**63 - 1
Plain = list[Any] | tuple[Any, ...]


def whole(name: str, value: Any, low: int, high: int | None = None) -> int:
    """A whole number from `low` to `high` (None: as far as 64 bits go, beyond which there is no
    count, nor a record of it); numpy's count, booleans do not."""
    wanted = f"of {low:,} or more" if high is None else f"from {low} to {high}"
    if isinstance(value, Integral) and not isinstance(value, bool):
        found, most = int(value), LARGEST if high is None else high
        if low <= found <= most:
            return found
        if high is None and found > most:
            wanted = f"from {low} to {most}"
    raise ExplainerError(f"The {name} is {shown(value)}: give a whole number {wanted}.")


def given_seed(value: Any) -> int:
    """What random draws start from."""
    return whole("seed", value, 0, MAX_SEED)


def number(name: str, value: Any, low: float, high: float, wanted: str) -> float:
    """A finite number from `low` to `high`; `wanted` says in words what to give."""
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            found = float(value)
        except (OverflowError, ValueError):
            found = math.nan
        if math.isfinite(found) and low <= found <= high:
            return found
    raise ExplainerError(f"The {name} is {shown(value)}: give {wanted}.")


def yes_or_no(name: str, value: Any) -> bool:
    """True or False; numpy's count."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise ExplainerError(f"{name} is {shown(value)}: give true or false instead.")


def text(name: str, value: Any, most: int | None = None) -> str:
    """A string, of at most `most` characters."""
    if not isinstance(value, str):
        raise ExplainerError(f"The {name} is {shown(value)}: give a string.")
    if most is not None and len(value) > most:
        raise ExplainerError(
            f"The {name} {shown(value)} has {len(value):,} characters: give at most {most:,}."
        )
    return str.__str__(value)


def one_of(name: str, value: Any, options: Sequence[Choice]) -> Choice:
    """One of these texts."""
    if isinstance(value, str):
        for option in options:
            if option == value:
                return option
    raise ExplainerError(
        f"The {name} {shown(value)} is not known: choose one of {listed(options)}."
    )


def instance(name: str, value: Any, kind: type[Kind], wanted: str) -> Kind:
    """A value of this kind; `wanted` says in words where such a one comes from."""
    if isinstance(value, kind):
        return value
    raise ExplainerError(f"The {name} is {shown(value)}: give {wanted}.")


def items(name: str, value: Any, wanted: str) -> Plain:
    """A list, tuple, range or one-dimensional array, as plain Python values."""
    if isinstance(value, np.ndarray) and value.ndim == 1:
        found: list[Any] = value.tolist()
        return found
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, range):
        return tuple(value[: 10**6])
    raise ExplainerError(f"The {name} is {shown(value)}: give {wanted}.")


def keys(
    name: str, value: Any, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, Any]:
    """A dict with all of `required`, and nothing else but `optional`."""
    found = instance(name, value, dict, "a dict")
    missing = [key for key in required if key not in found]
    if missing:
        raise ExplainerError(f"The {name} lacks {listed(missing)}: give what to_dict wrote.")
    unknown = [shown(key) for key in found if key not in required and key not in optional]
    if unknown:
        raise ExplainerError(
            f"The {name} has the unknown {listed(unknown)}: give what to_dict wrote."
        )
    return found

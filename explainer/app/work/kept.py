"""What is kept so that it is not made twice: the last of it, as far as it fits.

Nothing is locked while something is made, so that whoever waits for it blocks nobody.
"""

from __future__ import annotations

import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

import streamlit as st

from explainer.app.work.limits import kept_pictures

MOST = 1000
MISSING: Any = object()
"""Stands for nothing, since None may be kept."""
Made = TypeVar("Made")


class Kept:
    """At most `most` things of `most_bytes` together, by what was asked; those used longest ago go
    first.

    Sessions share them, and only read them.
    """

    def __init__(self, most_bytes: int, most: int = MOST) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._found: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def n_bytes(self) -> int:
        """About how many bytes they take."""
        return self._bytes

    def get(self, asked: Hashable) -> Any:
        """What was kept, or MISSING."""
        with self._lock:
            if asked not in self._found:
                return MISSING
            self._found.move_to_end(asked)
            return self._found[asked][0]

    def put(self, asked: Hashable, made: Any) -> None:
        """Keep something; what is larger than all that fits is not kept."""
        size = size_of(made)
        with self._lock:
            self._bytes -= self._found.pop(asked, (None, 0))[1]
            self._found[asked] = made, size
            self._bytes += size
            while len(self._found) > self._most or self._bytes > self._most_bytes:
                _, (_, gone) = self._found.popitem(last=False)
                self._bytes -= gone


def size_of(made: Any) -> int:
    """About how many bytes something takes; arrays are measured without being copied."""
    arrays: list[pickle.PickleBuffer] = []
    rest = pickle.dumps(made, protocol=5, buffer_callback=arrays.append)
    return len(rest) + sum(array.raw().nbytes for array in arrays)


@st.cache_resource(show_spinner=False)
def pictures() -> Kept:
    """The figures of all sessions, and what they are made of."""
    return Kept(kept_pictures())


def made_once(make: Callable[..., Made]) -> Callable[..., Made]:
    """A decorator for what draws: what it made is kept, and only read.

    It is known by the arguments, by position, whose names do not begin with an underscore: those
    that do follow from the others.
    """
    names = list(signature(make).parameters)
    tells = [number for number, name in enumerate(names) if not name.startswith("_")]

    @wraps(make)
    def kept(*arguments: Any) -> Made:
        asked = (make.__module__, make.__qualname__, *(arguments[number] for number in tells))
        found: Made = pictures().get(asked)
        if found is MISSING:
            found = make(*arguments)
            pictures().put(asked, found)
        return found

    return kept

"""Answers that were computed, by question: the last ones, as far as they fit.

Nothing is locked while an answer is computed, so that whoever waits for one blocks nobody.
"""

from __future__ import annotations

import pickle
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

MOST = 1000
MOST_BYTES = 500_000_000
MISSING: Any = object()
"""Stands for no answer, since None may be one."""


class Answers:
    """At most `most` answers of `most_bytes` together; those used longest ago go first.

    Sessions share an answer, which they only read.
    """

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._found: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, question: Hashable) -> Any:
        """The answer, or MISSING."""
        with self._lock:
            if question not in self._found:
                return MISSING
            self._found.move_to_end(question)
            return self._found[question][0]

    def put(self, question: Hashable, answer: Any) -> None:
        """Keep an answer; one that is larger than all that fits is not kept."""
        size = size_of(answer)
        with self._lock:
            self._bytes -= self._found.pop(question, (None, 0))[1]
            self._found[question] = answer, size
            self._bytes += size
            while len(self._found) > self._most or self._bytes > self._most_bytes:
                _, (_, gone) = self._found.popitem(last=False)
                self._bytes -= gone


def size_of(answer: Any) -> int:
    """About how many bytes an answer takes; arrays are measured without being copied."""
    arrays: list[pickle.PickleBuffer] = []
    rest = pickle.dumps(answer, protocol=5, buffer_callback=arrays.append)
    return len(rest) + sum(array.raw().nbytes for array in arrays)

"""What a network is given of a text: the ids of its tokens, and the segment of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class Input(Protocol):
    """Anything that says what a network is given, such as a sentence that has been read.

    `segments` has one entry a token, 0 throughout where there is but one text; it may be empty,
    which is the same.
    """

    @property
    def token_ids(self) -> Sequence[int]: ...

    @property
    def segments(self) -> Sequence[int]: ...


@dataclass(frozen=True)
class Tokens:
    """An input by itself, of no text that anybody typed."""

    token_ids: Sequence[int]
    segments: Sequence[int] = ()

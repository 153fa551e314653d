"""Which part of a text can be kept where the whole is too long."""

from __future__ import annotations

from typing import Literal, get_args

Kept = Literal["start", "end", "window"]
KEPT: tuple[Kept, ...] = get_args(Kept)
"""A window is what stands around the mask."""

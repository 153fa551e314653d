"""The example sentences, from `assets/examples.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from explainer.base import assets


@dataclass(frozen=True)
class Example:
    """A sentence for a built-in model, with its contrast where it has one."""

    group: str
    model: str
    text: str
    correct: str | None
    wrong: str | None


@cache
def examples() -> tuple[Example, ...]:
    """All examples, in the order of the file."""
    return tuple(
        Example(
            group["group"], group["model"], item["text"], item.get("correct"), item.get("wrong")
        )
        for group in json.loads(assets.EXAMPLES.read_text(encoding="utf-8"))
        for item in group["items"]
    )

"""What runs over a task and over a protocol have in common: lines, and what is said of them."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import Any

from explainer.app.widgets.running import Running
from explainer.base.numbers import counted
from explainer.evaluation.evidence.left_out import Reason, reasons
from explainer.evaluation.evidence.tables import left_out_of
from explainer.results.settings import Settings


@dataclass(kw_only=True)
class Measuring(Running, ABC):
    """A run over the cases of a `task`."""

    task: str

    @property
    def evaluated(self) -> int:
        """Sentences that are done and have numbers."""
        return sum("left_out" not in line for line in self.lines)

    @property
    def left_out(self) -> tuple[Reason, ...]:
        """Why sentences that are done have no numbers, the most frequent reason first."""
        return reasons(left_out_of(self.named()))

    def named(self) -> list[dict[str, Any]]:
        """The lines with their model."""
        return [{"model": self.model, **line} for line in self.lines]

    def said(self, settings: Settings) -> str:
        """On what it was measured, and how."""
        return (
            f"Measured just now on {counted(self.evaluated, 'sentence')} of {self.task}, "
            f"{settings.sampling}, {settings.searched}."
        )

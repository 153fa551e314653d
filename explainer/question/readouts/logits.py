"""Q as a weighted sum of logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from explainer.models.adapter import Adapter
from explainer.models.forward import rounding
from explainer.models.shapes import Float
from explainer.question.readouts.readout import least_rounding
from explainer.results.target import LOGITS, Unit


@dataclass(frozen=True)
class Logits:
    """Q = Σ weights[c] · logit(classes[c]), each logit of the state of row `rows[c]`.

    Without `rows` the head reads one state: that of the only position, or the mean of several as
    the encoder returns them, where it pools (`Adapter.pools`).
    """

    classes: tuple[int, ...]
    weights: tuple[float, ...]
    rows: tuple[int, ...] | None = None
    unit: ClassVar[Unit] = LOGITS

    def value(
        self, adapter: Adapter, last: Float[Tensor, "point pos d_model"]
    ) -> Float[Tensor, " point"]:
        """Q of every point."""
        classes = torch.tensor(self.classes, device=last.device)
        if self.rows is None:
            return adapter.pooled_logits(last, classes) @ last.new_tensor(self.weights)
        terms = [
            adapter.logits(last[:, row], classes[c : c + 1])[:, 0] * self.weights[c]
            for c, row in enumerate(self.rows)
        ]
        return torch.stack(terms).sum(0)

    def rounding(self, adapter: Adapter, last: Float[Tensor, "point pos d_model"]) -> float:
        """By the largest of all logits."""
        if self.rows is None:
            logits = adapter.pooled_logits(last, None)
        else:
            logits = adapter.logits(last.flatten(0, 1), None)
        return self._weight * rounding(logits, adapter.inside)

    def least_rounding(self, adapter: Adapter) -> float:
        """That of logits of 1 and less."""
        return least_rounding(adapter, self._weight)

    @property
    def _weight(self) -> float:
        return sum(map(abs, self.weights))

"""Q as the share of a similarity that a part of the other text has, which is held fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import normalize

from explainer.models.adapter import Adapter
from explainer.models.pooling import Pooling
from explainer.models.shapes import Float
from explainer.question.readouts.readout import least_rounding
from explainer.question.readouts.similarity import Similarity
from explainer.results.target import COSINE, Unit


@dataclass(frozen=True, eq=False)
class Share:
    """Q = f · added, with f the normalised embedding and `added` what a part of the other text adds
    to its own (`influence.similarity.shares`)."""

    pooling: Pooling
    added: Float[Tensor, " out"]
    classes: tuple[int, ...] = ()
    unit: ClassVar[Unit] = COSINE

    def value(
        self, adapter: Adapter, last: Float[Tensor, "point pos d_model"]
    ) -> Float[Tensor, " point"]:
        """Q of every point."""
        f = normalize(self.pooling.embedding(adapter.returned(last)), dim=-1)
        return f @ self.added.to(f)

    def rounding(self, adapter: Adapter, last: Float[Tensor, "point pos d_model"]) -> float:
        """That of a cosine, as often as `added` is long."""
        turned = Similarity(self.pooling, self.added).rounding(adapter, last)
        return max(1.0, self._length) * turned

    def least_rounding(self, adapter: Adapter) -> float:
        """That of a cosine of 1."""
        return least_rounding(adapter, max(1.0, self._length))

    @property
    def _length(self) -> float:
        return float(torch.linalg.vector_norm(self.added))

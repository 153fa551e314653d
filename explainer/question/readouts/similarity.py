"""Q as the cosine between a text's embedding and that of another text, which is held fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from explainer.models.adapter import Adapter
from explainer.models.forward import rounding
from explainer.models.pooling import Pooling
from explainer.models.shapes import Float
from explainer.question.readouts.readout import least_rounding
from explainer.results.target import COSINE, Unit


@dataclass(frozen=True, eq=False)
class Similarity:
    """Q = cos(embedding, other): `pooling` makes the embedding of the last hidden states."""

    pooling: Pooling
    other: Float[Tensor, " out"]
    classes: tuple[int, ...] = ()
    unit: ClassVar[Unit] = COSINE

    def value(
        self, adapter: Adapter, last: Float[Tensor, "point pos d_model"]
    ) -> Float[Tensor, " point"]:
        """Q of every point."""
        embedding = self.pooling.embedding(adapter.returned(last))
        return cosine_similarity(embedding, self.other.to(embedding).unsqueeze(0), dim=-1)

    def rounding(self, adapter: Adapter, last: Float[Tensor, "point pos d_model"]) -> float:
        """By the largest hidden state: what it may be off turns the embedding by so much."""
        returned = adapter.returned(last)
        size = float(returned.mean(1).norm(dim=-1).min())
        if not size:
            return self.least_rounding(adapter)
        off = rounding(returned, adapter.inside) * returned.shape[-1] ** 0.5 / size
        for layer in self.pooling.layers:
            off *= max(1.0, float(torch.linalg.matrix_norm(layer.W.double(), ord=2)))
        return off

    def least_rounding(self, adapter: Adapter) -> float:
        """That of a cosine of 1."""
        return least_rounding(adapter)

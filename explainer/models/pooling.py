"""How a sentence encoder makes one embedding of its last hidden states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from explainer.models.shapes import Float

Mode = Literal["mean", "cls"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, eq=False)
class Dense:
    """A layer behind the pooling: W x + b, and its tanh where `tanh` says so."""

    W: Float[Tensor, "out width"]
    b: Float[Tensor, " out"] | None
    tanh: bool

    def __call__(self, x: Float[Tensor, "point width"]) -> Float[Tensor, "point out"]:
        """What the layer gives."""
        y = torch.nn.functional.linear(x, self.W.to(x), None if self.b is None else self.b.to(x))
        return y.tanh() if self.tanh else y


@dataclass(frozen=True, eq=False)
class Pooling:
    """The mean of all tokens, [CLS] and [SEP] too, or the first one's state; then `layers`.

    What a sentence encoder normalises behind that does not matter to a cosine. `compares` is how
    its own program compares two embeddings, where that is not by their cosine.
    """

    mode: Mode
    layers: tuple[Dense, ...] = ()
    compares: str | None = None

    def positions(self, n_tokens: int) -> tuple[int, ...]:
        """The tokens of which the embedding is made."""
        return tuple(range(n_tokens)) if self.mode == "mean" else (0,)

    def embedding(self, returned: Float[Tensor, "point pos d_model"]) -> Float[Tensor, "point out"]:
        """The embedding, from what the encoder returns at `positions`."""
        pooled = returned.mean(1)
        for layer in self.layers:
            pooled = layer(pooled)
        return pooled

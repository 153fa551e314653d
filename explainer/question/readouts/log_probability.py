"""Q as the log-probability of words, piece by piece, each piece at its own mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from explainer.models.adapter import Adapter
from explainer.models.forward import rounding
from explainer.models.shapes import Float
from explainer.question.readouts.readout import least_rounding
from explainer.results.target import LOG_PROBABILITY, Unit

AT_ONCE = 2**22
"""Logits of the whole vocabulary that are there at the same time: 16 MB of them in float32."""
COPIES = 3
"""The logits, what of them is summed, and their gradient."""


@dataclass(frozen=True)
class LogProbability:
    """Q = Σ weights[w] · Σ_i log P(words[w][i] at row i), all rows masked together.

    P is the softmax over every row of the head, as in the probabilities of `predict`. `words` hold
    the pieces' ids, as many of each as there are rows. Where the weights of all words sum to 0, so
    do those of the normaliser, and no more logits are computed than the words have pieces.
    """

    words: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]
    unit: ClassVar[Unit] = LOG_PROBABILITY

    @property
    def classes(self) -> tuple[int, ...]:
        """The first piece of each word, as it is at the first mask."""
        return tuple(word[0] for word in self.words)

    @property
    def normalised(self) -> int:
        """Of how many rows the logits of the whole vocabulary are computed."""
        return len(self.words[0]) if sum(self.weights) else 0

    @property
    def at_each(self) -> tuple[tuple[int, ...], ...]:
        """Of each row the pieces of all words there."""
        return tuple(zip(*self.words, strict=True))

    def value(
        self, adapter: Adapter, last: Float[Tensor, "point pos d_model"]
    ) -> Float[Tensor, " point"]:
        """Q of every point."""
        weights = last.new_tensor(self.weights)
        terms = [
            adapter.logits(last[:, row], torch.tensor(pieces, device=last.device)) @ weights
            for row, pieces in enumerate(self.at_each)
        ]
        found = torch.stack(terms).sum(0)
        whole = sum(self.weights)
        return found - whole * _normalisers(adapter, last).sum(1) if whole else found

    def rounding(self, adapter: Adapter, last: Float[Tensor, "point pos d_model"]) -> float:
        """By the largest of all logits, and of their normaliser."""
        logits = adapter.logits(last.flatten(0, 1), None)
        both = torch.cat([logits.flatten(), logits.logsumexp(-1)])
        return self._weight * rounding(both, adapter.inside)

    def least_rounding(self, adapter: Adapter) -> float:
        """That of logits of 1 and less."""
        return least_rounding(adapter, self._weight)

    @property
    def _weight(self) -> float:
        """Of all logits and normalisers together."""
        return len(self.words[0]) * (sum(map(abs, self.weights)) + abs(sum(self.weights)))


def products_of(adapter: Adapter) -> int:
    """The multiplications of a state's normaliser and its gradient: once forward, and once more on
    the way back."""
    return 3 * adapter.embedding.word.numel()


def bytes_of(adapter: Adapter, states: int) -> int:
    """What the normalisers of so many states, and their gradient, take of memory."""
    vocabulary = len(adapter.embedding.word)
    return COPIES * min(states, _at_once(vocabulary)) * vocabulary * adapter.dtype.itemsize


def _at_once(vocabulary: int) -> int:
    """How many states have their logits at the same time."""
    return max(1, AT_ONCE // vocabulary)


def _normalisers(
    adapter: Adapter, last: Float[Tensor, "point pos d_model"]
) -> Float[Tensor, "point pos"]:
    """log Σ exp of the logits of every state, a few states at a time.

    Of those whose gradient is not asked for yet nothing is kept: they are computed again.
    """

    def of(states: Tensor) -> Tensor:
        return adapter.logits(states, None).logsumexp(-1)

    size = _at_once(len(adapter.embedding.word))
    parts: list[Tensor] = [
        checkpoint(of, states, use_reentrant=False, preserve_rng_state=False)
        for states in last.flatten(0, 1).split(size)
    ]
    return torch.cat(parts).unflatten(0, last.shape[:2])

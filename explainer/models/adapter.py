"""What the closed forms need of a network: embeddings, blocks and head in the formulas' names.

One file per architecture (`bert`, `roberta`, `distilbert`, `electra`) fills these in, and
Hugging Face's names stop there. Weights keep torch's layout, [out, in], so that a projection is
x @ W.T; the network itself is never changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Activation = Callable[[Tensor], Tensor]
Head = Callable[[Tensor, Tensor | None], Tensor]
"""From last hidden states of the target [row, d_model] to the logits [row, class] of the given
word or class numbers, or of all for None. Differentiable, hence the head's gradient."""


@dataclass(frozen=True, eq=False)
class LayerNorm:
    """LN(x) = weight · (x − mean) / sqrt(variance + eps) + bias, over d_model."""

    weight: Tensor
    bias: Tensor
    eps: float


@dataclass(frozen=True, eq=False)
class Block:
    """One transformer block with post-LayerNorm: H → u → y → w → H' (docs/method.md)."""

    n_heads: int
    W_QKV: Tensor  # [3 * d_model, d_model], queries, keys and values stacked
    b_QKV: Tensor
    W_O: Tensor
    b_O: Tensor
    norm_1: LayerNorm
    W_1: Tensor
    b_1: Tensor
    W_2: Tensor
    b_2: Tensor
    norm_2: LayerNorm
    activation: Activation

    @property
    def d_head(self) -> int:
        """Width of one head."""
        return self.W_O.shape[1] // self.n_heads


@dataclass(frozen=True, eq=False)
class Embedding:
    """From word embeddings z to H[0]: LN(z + added), then ELECTRA's projection if there is one.

    `word` [vocabulary, d_embedding]; `added` [longest input, d_embedding] sums the position and
    segment embeddings of each position; `W` [d_model, d_embedding] and `b` belong together.
    """

    word: Tensor
    added: Tensor
    norm: LayerNorm
    W: Tensor | None = None
    b: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Adapter:
    """Everything that the closed forms need of a network."""

    embedding: Embedding
    blocks: tuple[Block, ...]
    logits: Head

    @property
    def dtype(self) -> torch.dtype:
        """Precision of weights and results."""
        return self.embedding.word.dtype

    @property
    def device(self) -> torch.device:
        """Where weights and results live."""
        return self.embedding.word.device


def layer_norm(module: nn.LayerNorm) -> LayerNorm:
    """The weights of a LayerNorm."""
    return LayerNorm(module.weight.detach(), module.bias.detach(), module.eps)


def stacked(*projections: nn.Linear) -> tuple[Tensor, Tensor]:
    """Weights and biases of projections of the same input, one above the other."""
    return (
        torch.cat([projection.weight.detach() for projection in projections]),
        torch.cat([projection.bias.detach() for projection in projections]),
    )


def vocabulary_head(transform: Callable[[Tensor], Tensor], decoder: nn.Linear) -> Head:
    """A masked LM's head: `transform`, then one row of `decoder` for each word asked for."""

    def logits(hidden: Tensor, words: Tensor | None) -> Tensor:
        if words is None:
            return nn.functional.linear(transform(hidden), decoder.weight, decoder.bias)
        # A contrast needs two rows of the vocabulary, not thirty thousand.
        return nn.functional.linear(transform(hidden), decoder.weight[words], decoder.bias[words])

    return logits


def class_head(scores: Callable[[Tensor], Tensor]) -> Head:
    """A classifier's head: `scores` [row, class] of sequences of one hidden state [row, 1, d]."""

    def logits(hidden: Tensor, classes: Tensor | None) -> Tensor:
        all_scores = scores(hidden.unsqueeze(1))
        return all_scores if classes is None else all_scores[..., classes]

    return logits

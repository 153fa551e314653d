"""What the closed forms need of a network: embeddings, blocks and head in the formulas' names.

One file per architecture (`architectures`) fills these in, and Hugging Face's names stop there.
Weights keep torch's layout, [out, in], so that a projection is x @ W.T; the network itself is never
changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from explainer.models.shapes import Bool, Float, Int
from explainer.models.tokens import Input

Activation = Callable[[Tensor], Tensor]
Head = Callable[[Tensor, Tensor | None], Tensor]
"""From last hidden states of the target [row, d_model] to the logits [row, class] of the given
word or class numbers, or of all for None. Differentiable, hence the head's gradient."""


@dataclass(frozen=True, eq=False)
class LayerNorm:
    """LN(x) = weight · (x − mean) / sqrt(variance + eps) + bias, over the last axis."""

    weight: Float[Tensor, " width"]
    bias: Float[Tensor, " width"]
    eps: float


@dataclass(frozen=True, eq=False)
class RelativeBias:
    """What is added to the score of a query and a key, by how far the key is behind the query.

    `by_distance` [head, distance] has no distance in its middle; what is farther than its ends
    counts as they do.
    """

    by_distance: Float[Tensor, "head distance"]

    def between(
        self, n_tokens: int, rows: Int[Tensor, " to"] | None
    ) -> Float[Tensor, "head to from"]:
        """Of queries at `rows` (None: all) and the keys of all tokens."""
        key = torch.arange(n_tokens, device=self.by_distance.device)
        query = key if rows is None else rows
        middle = self.by_distance.shape[1] // 2
        place = (key - query.unsqueeze(1) + middle).clamp(0, 2 * middle)
        return self.by_distance[:, place]


@dataclass(frozen=True, eq=False)
class Block:
    """One transformer block with post-LayerNorm: H → u → y → w → H' (docs/method.md)."""

    n_heads: int
    W_QKV: Float[Tensor, "qkv d_model"]  # queries, keys and values stacked
    b_QKV: Float[Tensor, " qkv"]
    W_O: Float[Tensor, "d_model d_model"]
    b_O: Float[Tensor, " d_model"]
    norm_1: LayerNorm
    W_1: Float[Tensor, "d_ff d_model"]
    b_1: Float[Tensor, " d_ff"]
    W_2: Float[Tensor, "d_model d_ff"]
    b_2: Float[Tensor, " d_model"]
    norm_2: LayerNorm
    activation: Activation
    bias: RelativeBias | None = None

    @property
    def d_head(self) -> int:
        """Width of one head."""
        return self.W_O.shape[1] // self.n_heads


@dataclass(frozen=True, eq=False)
class Embedding:
    """From word embeddings z to H[0]: LN(z + added), then a projection where there is one.

    `word` [vocabulary, d_embedding]; `added` [longest input, d_embedding] sums the position and
    segment embeddings of each position; `W` [d_model, d_embedding] and `b` belong together.
    Where a token takes up no position (RoBERTa's padding), `unplaced` is its id and
    `added_unplaced` [d_embedding] what is added to it instead. `added` and `added_unplaced` are
    for the first segment; `segments` [segment, d_embedding] is what each adds beyond that one, None
    where a network knows no segments.
    """

    word: Float[Tensor, "vocabulary d_embedding"]
    added: Float[Tensor, "place d_embedding"]
    norm: LayerNorm
    W: Float[Tensor, "d_model d_embedding"] | None = None
    b: Float[Tensor, " d_model"] | None = None
    unplaced: int | None = None
    added_unplaced: Float[Tensor, " d_embedding"] | None = None
    segments: Float[Tensor, "segment d_embedding"] | None = None

    def of(self, ids: Int[Tensor, " pos"], segments: Int[Tensor, " pos"]) -> Embedding:
        """The same for a text of these `ids` and `segments`, `added` in the order of its tokens."""
        placed = None if self.unplaced is None else ids.ne(self.unplaced)
        added = self.added
        if placed is not None and self.added_unplaced is not None and not placed.all():
            position = (placed.cumsum(0) - 1).clamp(min=0)
            added = torch.where(placed.unsqueeze(-1), added[position], self.added_unplaced)
        if self.segments is not None and segments.any():
            added = added[: len(ids)] + self.segments[segments]
        return self if added is self.added else replace(self, added=added)


@dataclass(frozen=True, eq=False)
class Adapter:
    """Everything that the closed forms need of a network.

    Where several texts are followed at once, `apart` marks the tokens of different texts.
    """

    embedding: Embedding
    blocks: tuple[Block, ...]
    logits: Head
    apart: Bool[Tensor, "from from"] | None = None

    def of(self, read: Input) -> Adapter:
        """The adapter for a text of these tokens, by which alone it may be followed.

        In RoBERTa the positions depend on them, and in a pair of texts the segments; a baseline of
        the text keeps both.
        """
        ids = torch.tensor(read.token_ids, device=self.device)
        segments = torch.tensor(read.segments or [0] * len(ids), device=self.device)
        embedding = self.embedding.of(ids, segments)
        return self if embedding is self.embedding else replace(self, embedding=embedding)

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

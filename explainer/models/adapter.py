"""What the closed forms need of a network: embeddings, blocks and head in the formulas' names.

One file per architecture (`architectures`) fills these in, and Hugging Face's names stop there.
Weights keep torch's layout, [out, in], so that a projection is x @ W.T; the network itself is never
changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from explainer.models.positions import Disentangled, RelativeBias, Rotary
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
    bias: Float[Tensor, " width"] | None
    eps: float


@dataclass(frozen=True, eq=False)
class Block:
    """One transformer block: H → u → y → w → H' (docs/method.md, docs/architectures.md).

    Where it normalises after its sums (post-LN) `norm_0` is None. Where it normalises before them
    (`pre_norm`), `norm_0` is what attention sees H through (None: as it is), `norm_1` what the
    feed-forward layer sees u through, the skips carry H and u themselves, and `norm_2` is None.
    `gated`: the first half of W_1 y goes through the activation and is multiplied by the second.
    """

    n_heads: int
    W_QKV: Float[Tensor, "qkv d_model"]  # queries, keys and values stacked
    b_QKV: Float[Tensor, " qkv"] | None
    W_O: Float[Tensor, "d_model d_model"]
    b_O: Float[Tensor, " d_model"] | None
    norm_1: LayerNorm
    W_1: Float[Tensor, "d_inner d_model"]
    b_1: Float[Tensor, " d_inner"] | None
    W_2: Float[Tensor, "d_model d_ff"]
    b_2: Float[Tensor, " d_model"] | None
    norm_2: LayerNorm | None
    activation: Activation
    bias: RelativeBias | None = None
    rotary: Rotary | None = None
    norm_0: LayerNorm | None = None
    pre_norm: bool = False
    gated: bool = False
    distances: Disentangled | None = None
    scale: float | None = None  # of scores, where it is not 1 / √d_head

    @property
    def d_head(self) -> int:
        """Width of one head."""
        return self.W_O.shape[1] // self.n_heads

    @property
    def n_buckets(self) -> int:
        """Of distances, how many each query and each key meet."""
        if self.distances is None:
            return 0
        known = (self.distances.keys, self.distances.queries)
        return sum(table.shape[1] for table in known if table is not None)

    @property
    def root(self) -> float:
        """What scores are multiplied by."""
        return self.d_head**-0.5 if self.scale is None else self.scale


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

    Where several texts are followed at once, `apart` marks the tokens of different texts, and
    `places` has the position of each token in its own. `final_norm` stands between the last block
    and the head, where the library's encoder ends with one; `pools` says whether a classifier's
    head reads the mean of all tokens behind it, not the first token alone. `inside` is the
    precision in which the library computes attention, where that is not the weights' own.
    """

    embedding: Embedding
    blocks: tuple[Block, ...]
    head: Head
    apart: Bool[Tensor, "from from"] | None = None
    places: Int[Tensor, " from"] | None = None
    final_norm: Activation | None = None
    pools: bool = False
    inside: torch.dtype | None = None

    def logits(
        self, hidden: Float[Tensor, "row d_model"], words: Int[Tensor, " class"] | None
    ) -> Float[Tensor, "row class"]:
        """The head's logits of some words or classes, or of all for None, from H[L]."""
        return self.head(self.returned(hidden), words)

    def pooled_logits(
        self, hidden: Float[Tensor, "point row d_model"], words: Int[Tensor, " class"] | None
    ) -> Float[Tensor, "point class"]:
        """The same of the one state that the head reads: the only row's, or the mean of several."""
        return self.head(self.returned(hidden).mean(1), words)

    def returned(self, hidden: Float[Tensor, "*row d_model"]) -> Float[Tensor, "*row d_model"]:
        """What the library's encoder returns for H[L]."""
        return hidden if self.final_norm is None else self.final_norm(hidden)

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
    def of_encoder(self) -> Adapter:
        """The same for what the library's encoder returns, in place of H[L]."""
        return self if self.final_norm is None else replace(self, final_norm=None)

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
    return LayerNorm(module.weight.detach(), optional(module.bias), module.eps)


def optional(bias: Tensor | None) -> Tensor | None:
    """A bias, which need not be there."""
    return None if bias is None else bias.detach()


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
        bias = None if decoder.bias is None else decoder.bias[words]
        return nn.functional.linear(transform(hidden), decoder.weight[words], bias)

    return logits


def token_head(
    network: Any, before: Callable[[Tensor], Tensor] = lambda hidden: hidden
) -> Head | None:
    """The head that scores each token by itself, behind what comes `before` its last layer: its
    tags, or how well an answer would begin and end there.

    None where a network has another head: the library's class says so, as names of weights do not.
    """
    if not type(network).__name__.endswith(("ForTokenClassification", "ForQuestionAnswering")):
        return None
    last_layer = network.qa_outputs if hasattr(network, "qa_outputs") else network.classifier

    def logits(hidden: Tensor, tags: Tensor | None) -> Tensor:
        scores: Tensor = last_layer(before(hidden))
        return scores if tags is None else scores[..., tags]

    return logits


def class_head(scores: Callable[[Tensor], Tensor]) -> Head:
    """A classifier's head: `scores` [row, class] of sequences of one hidden state [row, 1, d]."""

    def logits(hidden: Tensor, classes: Tensor | None) -> Tensor:
        all_scores = scores(hidden.unsqueeze(1))
        return all_scores if classes is None else all_scores[..., classes]

    return logits

"""The adapter: a Hugging Face BERT as embeddings, blocks and head in the formulas' own names.

Hugging Face's names stop here. Weights keep torch's layout, [out, in], so a projection is
x @ W.T; the network itself is never changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Activation = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class LayerNorm:
    """LN(x) = weight · (x − mean) / sqrt(variance + eps) + bias, over d_model."""

    weight: Tensor
    bias: Tensor
    eps: float


@dataclass(frozen=True, eq=False)
class Block:
    """One transformer block with post-LayerNorm, as in DESIGN: H → u → y → w → H'."""

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
    """Word embeddings [vocabulary, d_model]; the sum of the others is added to every path point."""

    word: Tensor
    position: Tensor
    segment: Tensor  # [d_model], segment 0
    norm: LayerNorm

    def added(self, n_tokens: int) -> Tensor:
        """Position and segment embeddings [pos, d_model] of an input of `n_tokens`."""
        return self.position[:n_tokens] + self.segment


@dataclass(frozen=True, eq=False)
class Adapter:
    """Everything that the closed forms need of a network."""

    embedding: Embedding
    blocks: tuple[Block, ...]
    logits: Callable[[Tensor, Tensor | None], Tensor]
    """From last hidden states of the target [row, d_model] to the logits [row, class] of the
    given word or class numbers, or of all for None. Differentiable, hence the head's gradient."""

    @property
    def dtype(self) -> torch.dtype:
        """Precision of weights and results."""
        return self.embedding.word.dtype

    @property
    def device(self) -> torch.device:
        """Where weights and results live."""
        return self.embedding.word.device


def adapt(network: Any) -> Adapter:
    """The adapter of a `BertForMaskedLM` or `BertForSequenceClassification` in eval mode."""
    encoder = network.bert
    embeddings = encoder.embeddings
    return Adapter(
        embedding=Embedding(
            word=embeddings.word_embeddings.weight.detach(),
            position=embeddings.position_embeddings.weight.detach(),
            segment=embeddings.token_type_embeddings.weight[0].detach(),
            norm=_norm(embeddings.LayerNorm),
        ),
        blocks=tuple(_block(layer) for layer in encoder.encoder.layer),
        logits=_masked_lm_head(network) if hasattr(network, "cls") else _classifier_head(network),
    )


def _norm(module: Any) -> LayerNorm:
    return LayerNorm(module.weight.detach(), module.bias.detach(), module.eps)


def _block(layer: Any) -> Block:
    attention, output = layer.attention.self, layer.attention.output
    projections = (attention.query, attention.key, attention.value)
    return Block(
        n_heads=attention.num_attention_heads,
        W_QKV=torch.cat([p.weight.detach() for p in projections]),
        b_QKV=torch.cat([p.bias.detach() for p in projections]),
        W_O=output.dense.weight.detach(),
        b_O=output.dense.bias.detach(),
        norm_1=_norm(output.LayerNorm),
        W_1=layer.intermediate.dense.weight.detach(),
        b_1=layer.intermediate.dense.bias.detach(),
        W_2=layer.output.dense.weight.detach(),
        b_2=layer.output.dense.bias.detach(),
        norm_2=_norm(layer.output.LayerNorm),
        activation=layer.intermediate.intermediate_act_fn,
    )


def _masked_lm_head(network: Any) -> Callable[[Tensor, Tensor | None], Tensor]:
    head = network.cls.predictions

    def logits(hidden: Tensor, words: Tensor | None) -> Tensor:
        decoder = head.decoder
        weight, bias = decoder.weight, decoder.bias
        if words is not None:  # a contrast needs two rows of the vocabulary, not thirty thousand
            weight, bias = weight[words], bias[words]
        return functional.linear(head.transform(hidden), weight, bias)

    return logits


def _classifier_head(network: Any) -> Callable[[Tensor, Tensor | None], Tensor]:
    def logits(hidden: Tensor, classes: Tensor | None) -> Tensor:
        # The pooler reads position 0 of each sequence: give it sequences of one.
        scores: Tensor = network.classifier(network.bert.pooler(hidden.unsqueeze(1)))
        return scores if classes is None else scores[..., classes]

    return logits

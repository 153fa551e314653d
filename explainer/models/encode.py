"""The one forward pass: from tokens to the last hidden states, block by block.

Whatever needs hidden states, attention or the model's answer runs this: the trace, predictions,
ablations and the check at load. Only `forward` asks Hugging Face's own network, which is what all
of it is held against.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from explainer.base.checkpoint import checkpoint
from explainer.models.adapter import Adapter
from explainer.models.block import BlockState, embed, forward
from explainer.models.shapes import Float, Int
from explainer.models.tokens import Input


@runtime_checkable
class Edit(Protocol):
    """Changes what flows through the network, on its way."""

    def node(
        self, layer: int, H: Float[Tensor, "point pos d_model"]
    ) -> Float[Tensor, "variant pos d_model"]:
        """What goes on instead of H[layer]."""
        ...

    def inside(
        self,
        number: int,
        output: Float[Tensor, "point head to d_head"],
        resid: Float[Tensor, "point to d_model"],
    ) -> tuple[Float[Tensor, "point head to d_head"], Float[Tensor, "point to d_model"]]:
        """What goes on instead of block `number`'s head outputs o and skip inputs."""
        ...


@contextmanager
def without_gradients() -> Iterator[None]:
    """Record no gradients, except where one is asked for.

    The head's and the activations' are, and inside a caller's inference mode they would be
    refused; so that mode is left.
    """
    with torch.inference_mode(False), torch.no_grad():
        yield


def word_embeddings(adapter: Adapter, token_ids: Sequence[int]) -> Float[Tensor, "pos d_embedding"]:
    """The embeddings z of tokens, before position, segment and LayerNorm."""
    return adapter.embedding.word[torch.tensor(token_ids, device=adapter.device)]


def through_blocks(
    adapter: Adapter,
    H: Float[Tensor, "point pos d_model"],
    *,
    rows: Int[Tensor, " to"] | None = None,
    edit: Edit | None = None,
) -> Iterator[tuple[Float[Tensor, "variant to d_model"], BlockState]]:
    """H[l + 1] and the internals of block l for every l, from H[0].

    Of the last block only `rows` are computed, if given.
    """
    if edit is not None:
        H = edit.node(0, H)
    for number in range(len(adapter.blocks)):
        H, state = through_block(adapter, number, H, rows=rows, edit=edit)
        yield H, state


def through_block(
    adapter: Adapter,
    number: int,
    H: Float[Tensor, "point pos d_model"],
    *,
    rows: Int[Tensor, " to"] | None = None,
    edit: Edit | None = None,
    slopes: bool = False,
) -> tuple[Float[Tensor, "variant _ d_model"], BlockState]:
    """H[number + 1] and the internals of block `number`, from H[number]."""
    checkpoint()
    last = number == len(adapter.blocks) - 1
    inside = None if edit is None else partial(edit.inside, number)
    block = adapter.blocks[number]
    wanted = rows if last else None
    H, state = forward(block, H, wanted, inside, adapter.apart, slopes, adapter.places)
    return (H if edit is None else edit.node(number + 1, H)), state


def last_hidden(
    adapter: Adapter,
    tokens: Input,
    *,
    rows: Sequence[int] | None = None,
    edit: Edit | None = None,
) -> Float[Tensor, "point row d_model"]:
    """H[L] of a text, or of its tokens `rows` alone.

    `point` is 1, or as many as `edit` makes of it.
    """
    read = adapter.of(tokens)
    first, _ = embed(read.embedding, word_embeddings(read, tokens.token_ids).unsqueeze(0))
    wanted = None if rows is None else torch.tensor(rows, device=adapter.device)
    H = first
    for H, _ in through_blocks(read, first, rows=wanted, edit=edit):  # noqa: B007
        pass  # of the hidden states on the way nothing is kept
    return H

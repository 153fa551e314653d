"""The one forward pass: from tokens to the last hidden states, block by block.

Whatever needs hidden states, attention or the model's answer runs this: the trace, predictions,
ablations and the check at load. Only `forward` asks Hugging Face's own network, which is what all
of it is held against.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from explainer.base.checkpoint import checkpoint
from explainer.models.adapter import Adapter
from explainer.models.block import BlockState, embed, forward


class Edit(Protocol):
    """Changes what flows through the network, on its way."""

    def node(self, layer: int, H: Tensor) -> Tensor:
        """What goes on instead of H[layer] [point, pos, d_model]."""
        ...

    def inside(self, number: int, output: Tensor, resid: Tensor) -> tuple[Tensor, Tensor]:
        """What goes on instead of block `number`'s head outputs o [point, head, to, d_head] and
        skip inputs [point, to, d_model]."""
        ...


@contextmanager
def without_gradients() -> Iterator[None]:
    """Record no gradients, except where one is asked for.

    The head's and the activations' are, and inside a caller's inference mode they would be
    refused; so that mode is left.
    """
    with torch.inference_mode(False), torch.no_grad():
        yield


def word_embeddings(adapter: Adapter, token_ids: Sequence[int]) -> Tensor:
    """The embeddings z [pos, d_embedding] of tokens, before position, segment and LayerNorm."""
    return adapter.embedding.word[torch.tensor(token_ids, device=adapter.device)]


def through_blocks(
    adapter: Adapter, H: Tensor, *, rows: Tensor | None = None, edit: Edit | None = None
) -> Iterator[tuple[Tensor, BlockState]]:
    """H[l + 1] and the internals of block l for every l, from H[0] [point, pos, d_model].

    Of the last block only `rows` [to] are computed, if given.
    """
    if edit is not None:
        H = edit.node(0, H)
    for number, block in enumerate(adapter.blocks):
        checkpoint()
        last = number == len(adapter.blocks) - 1
        inside = None if edit is None else partial(edit.inside, number)
        H, state = forward(block, H, rows if last else None, inside)
        if edit is not None:
            H = edit.node(number + 1, H)
        yield H, state


def last_hidden(
    adapter: Adapter,
    token_ids: Sequence[int],
    *,
    rows: Sequence[int] | None = None,
    edit: Edit | None = None,
) -> Tensor:
    """H[L] [point, pos, d_model] of a text, or of its tokens `rows` alone.

    `point` is 1, or as many as `edit` makes of it.
    """
    read = adapter.of(token_ids)
    first, _ = embed(read.embedding, word_embeddings(read, token_ids).unsqueeze(0))
    wanted = None if rows is None else torch.tensor(rows, device=adapter.device)
    H = first
    for H, _ in through_blocks(read, first, rows=wanted, edit=edit):  # noqa: B007
        pass  # of the hidden states on the way nothing is kept
    return H

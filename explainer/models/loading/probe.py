"""Prove at load that a model's adapter computes what the library's own network computes.

Compared are all logits (without a head the last hidden states) of two short inputs (a text as the
library's tokenizer makes it, segments and all; and one with the unknown token and every id that may
be special) and the hidden states of the longest one. Of that only the first block is run: what
depends on the length, positions and segments, enters before it, and a whole pass would take as long
as loading does.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.adapter import Adapter
from explainer.models.architectures import ARCHITECTURES
from explainer.models.block import embed
from explainer.models.encode import (
    last_hidden,
    through_blocks,
    without_gradients,
    word_embeddings,
)
from explainer.models.forward import (
    against_overflow,
    given_to,
    logits_of,
    own_logits,
    rounding,
)
from explainer.models.loading.headless import Headless
from explainer.models.tokens import Tokens

LONGEST = 1024
"""Trying longer inputs takes too much memory; their explanations are checked one by one."""
FEW = 64
INPUTS = ("input_ids", "token_type_ids")


def probe(network: Any, adapter: Adapter, tokenizer: Any, name: str) -> None:
    """Raise ExplainerError for a model whose logits are no numbers or not those of its adapter."""
    try:
        pairs = list(_pairs(network, adapter, tokenizer))
    except (RuntimeError, ValueError, TypeError, IndexError, KeyError) as error:
        raise ExplainerError(
            f"The model {quote(name)} cannot be run by transformers "
            f"({quote(' '.join(str(error).split()), 120)}): choose another model."
        ) from error
    for theirs, ours in pairs:
        if not theirs.isfinite().all():
            raise ExplainerError(
                f"The model {quote(name)} gives numbers that are not finite, because its "
                f"weights are too large: {against_overflow(theirs.dtype)}."
            )
        off = float((theirs - ours).abs().max())
        if not off <= rounding(theirs, adapter.inside):
            raise ExplainerError(
                f"The model {quote(name)} does not compute what its kind does: its numbers differ "
                f"by {off:.2g} from those that would be explained, so choose another model."
            )


def _pairs(network: Any, adapter: Adapter, tokenizer: Any) -> Iterator[tuple[Tensor, Tensor]]:
    """The same numbers by the library and by the adapter, for each input."""
    made = tokenizer(f"{tokenizer.mask_token} a .", return_tensors="pt")
    taken = inspect.signature(network.base_model.forward).parameters
    given = {key: value for key, value in made.items() if key in taken}
    read = Tokens(*(given[key][0].tolist() for key in INPUTS if key in given))
    if len(read.token_ids) <= len(adapter.embedding.added):
        theirs = _own(network, given)
        yield theirs, _numbers(network, adapter, read, len(theirs))
    read = _special(network, adapter, tokenizer)
    theirs = (
        _own(network, given_to(network, read))
        if isinstance(network, Headless)
        else own_logits(network, read)
    )
    yield theirs, _numbers(network, adapter, read, len(theirs))
    read = _longest(adapter)
    yield (
        _own_after_first_block(network, given_to(network, read)),
        _after_first_block(adapter, read),
    )


def _special(network: Any, adapter: Adapter, tokenizer: Any) -> Tokens:
    """A text with the unknown token, and with every id that a network may treat as special."""
    ids = (
        *(tokenizer.unk_token_id, tokenizer.mask_token_id, tokenizer.pad_token_id),
        *(network.config.pad_token_id, 0, 1, 2, 3, 5, tokenizer.vocab_size - 1),
    )
    known = len(adapter.embedding.word)
    inner = [number for number in dict.fromkeys(ids) if number is not None and 0 <= number < known]
    inner = inner[: len(adapter.embedding.added) - 2]
    return Tokens([tokenizer.cls_token_id, *inner, tokenizer.sep_token_id])


def _longest(adapter: Adapter) -> Tokens:
    """The longest input, in which every token takes up a position, with every segment."""
    known = range(min(FEW, len(adapter.embedding.word)))
    placed = [number for number in known if number != adapter.embedding.unplaced]
    length = min(LONGEST, len(adapter.embedding.added))
    segments = adapter.embedding.segments
    known_segments = 1 if segments is None else len(segments)
    return Tokens(
        [placed[at % len(placed)] for at in range(length)],
        [at % known_segments for at in range(length)],
    )


def _after_first_block(adapter: Adapter, tokens: Tokens) -> Tensor:
    """Hidden states H[1] [pos, d_model] by the adapter."""
    read = adapter.of(tokens)
    with without_gradients():
        H, _ = embed(read.embedding, word_embeddings(read, tokens.token_ids).unsqueeze(0))
        H, _ = next(through_blocks(read, H))
        return H[0]


def _own(network: Any, given: Mapping[str, Tensor]) -> Tensor:
    """All logits [row, class] by the library's own network, or H[L] [pos, d_model] without head."""
    if isinstance(network, Headless):
        with torch.inference_mode():
            states: Tensor = network(**given)[0]
            return states
    return logits_of(network, **given)


def _numbers(network: Any, adapter: Adapter, tokens: Tokens, rows: int) -> Tensor:
    """The same by the adapter, of the first `rows` tokens."""
    if isinstance(network, Headless):
        with without_gradients():
            return adapter.returned(last_hidden(adapter, tokens)[0])
    with without_gradients():
        hidden = last_hidden(adapter, tokens)[0]
        if adapter.pools:
            return adapter.pooled_logits(hidden.unsqueeze(0), None)
        return adapter.logits(hidden[:rows], None)


class _ReachedError(Exception):
    """Carries what the first block gave out of a forward pass, of which no more is wanted."""

    def __init__(self, hidden: Tensor) -> None:
        super().__init__("the first block is done")
        self.hidden = hidden


def _own_after_first_block(network: Any, given: Mapping[str, Tensor]) -> Tensor:
    """Hidden states H[1] [pos, d_model] by the library's own network."""

    def stop(_module: Any, _args: Any, output: Any) -> None:
        raise _ReachedError(output[0] if isinstance(output, tuple) else output)

    first = ARCHITECTURES[network.config.model_type].blocks_of(network)[0]
    hook = first.register_forward_hook(stop)  # nobody else has the network while it is loaded
    try:
        with torch.inference_mode():
            network.base_model(**given)
    except _ReachedError as reached:
        return reached.hidden[0]
    finally:
        hook.remove()
    raise RuntimeError("its first block is not run")

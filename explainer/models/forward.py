"""The network's own forward pass, by the library and from token ids: what every number must equal.

Two ways to the same numbers differ by rounding, and every block hands on what it got. Measured in
float32 and in float64 the logits of trained networks agree to some 10 units in the last place of
the largest one, those of random networks that were made to amplify (24 blocks, wide, weights of
0.3) to 500. 4096 are allowed: 5e-4 of the largest logit in float32, 1e-12 in float64. One position
or segment off changes logits by hundredths of it at the least.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from explainer.models.tokens import Input

ULPS = 4096


def own_logits(network: Any, tokens: Input) -> Tensor:
    """The logits [row, class] of one text: a row for each token, or one if it is classified.

    Of a reader the two columns are the logits of an answer's start and end.
    """
    return logits_of(network, **given_to(network, tokens))


def own_states(network: Any, tokens: Input, positions: Sequence[int]) -> Tensor:
    """The last hidden states [1, pos, d_model] at some positions, by the library's own encoder."""
    with torch.inference_mode():
        given = given_to(network, tokens)
        states: Tensor = network.base_model(**given).last_hidden_state[:, list(positions)]
        return states


def given_to(network: Any, tokens: Input) -> dict[str, Tensor]:
    """What the library's network is given; segments only where there is more than the first."""
    ids = torch.tensor([tokens.token_ids], device=network.device)
    given = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if any(tokens.segments):
        given["token_type_ids"] = torch.tensor([tokens.segments], device=network.device)
    return given


def logits_of(network: Any, **given: Tensor) -> Tensor:
    """The same for what the library's tokenizer gives for one text."""
    with torch.inference_mode():
        output = network(**given)
    if hasattr(output, "start_logits"):
        return torch.stack((output.start_logits[0], output.end_logits[0]), dim=-1)
    logits: Tensor = output.logits
    return logits.reshape(-1, logits.shape[-1])


def rounding(numbers: Tensor, inside: torch.dtype | None = None) -> float:
    """How far another way to these numbers may be off by rounding alone.

    Numbers of 1 and less are allowed as much as 1. `inside` is the precision in which the library
    computed a part of them, where that is another one.
    """
    largest = max(1.0, float(numbers.abs().max()))
    eps = torch.finfo(numbers.dtype).eps
    return ULPS * max(eps, 0.0 if inside is None else torch.finfo(inside).eps) * largest


def against_overflow(precision: torch.dtype) -> str:
    """What to do about numbers too large for a precision."""
    wider = "" if precision == torch.float64 else "load it from Python with dtype='float64', or "
    return f"{wider}choose another model"

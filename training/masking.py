"""Rows of word pieces → inputs with masked positions and their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from explainer.tasks import Case


@dataclass(frozen=True)
class Special:
    """The ids of a vocabulary that masking has to know."""

    cls: int
    sep: int
    pad: int
    mask: int
    vocabulary: int

    @staticmethod
    def of(tokenizer: PreTrainedTokenizerBase) -> Special:
        """Read the ids from a tokenizer."""
        return Special(
            tokenizer.cls_token_id,
            tokenizer.sep_token_id,
            tokenizer.pad_token_id,
            tokenizer.mask_token_id,
            len(tokenizer),
        )


@dataclass(frozen=True)
class Batch:
    """Inputs [row, pos], which of them are real, which are asked for, and the answers in order."""

    inputs: torch.Tensor
    real: torch.Tensor
    asked: torch.Tensor
    labels: torch.Tensor


def framed(rows: Sequence[NDArray[np.int32]], special: Special) -> NDArray[np.int64]:
    """Return rows as `[CLS] row [SEP]`, padded to the longest: [row, pos]."""
    ids = np.full((len(rows), max(map(len, rows)) + 2), special.pad, np.int64)
    ids[:, 0] = special.cls
    for row, pieces in zip(ids, rows, strict=True):
        row[1 : len(pieces) + 1] = pieces
        row[len(pieces) + 1] = special.sep
    return ids


def mask_some(
    ids: NDArray[np.int64],
    special: Special,
    share: float,
    rng: np.random.Generator,
    always: NDArray[np.int64] | None = None,
) -> Batch:
    """Ask for a share of the ordinary pieces: 80 % of them masked, 10 % random, 10 % kept.

    `always` [row, pos] holds the answer where a piece is already `[MASK]` and 0 elsewhere.
    """
    ordinary = ~np.isin(ids, [special.cls, special.sep, special.pad, special.mask])
    asked = ordinary & (rng.random(ids.shape) < share)
    if not asked.any() and always is None:
        asked[:, 1] = True
    labels = ids.copy()
    draw = rng.random(ids.shape)
    inputs = np.where(asked & (draw < 0.8), special.mask, ids)
    noise = rng.integers(1000, special.vocabulary, ids.shape)  # below 1000 are no words
    inputs = np.where(asked & (draw >= 0.9), noise, inputs)
    if always is not None:
        labels = np.where(always > 0, always, labels)
        asked = asked | (always > 0)
    return Batch(
        torch.from_numpy(inputs),
        torch.from_numpy(ids != special.pad),
        torch.from_numpy(asked),
        torch.from_numpy(labels[asked]),
    )


def ask_cases(
    cases: Sequence[Case],
    tokenizer: PreTrainedTokenizerBase,
    special: Special,
    share: float,
    rng: np.random.Generator,
) -> Batch:
    """Ask for the agreement word of every case and for a share of the other pieces."""
    rows = tokenizer([case.text for case in cases], add_special_tokens=False)["input_ids"]
    ids = framed([np.asarray(row, np.int32) for row in rows], special)
    answers = np.asarray(tokenizer.convert_tokens_to_ids([case.correct for case in cases]))
    always = np.where(ids == special.mask, answers[:, None], 0)
    return mask_some(ids, special, share, rng, always)

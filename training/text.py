"""Natural English as word pieces: read, split, and cut into batches."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

HELD_OUT_EVERY = 50
"""Every so-manieth line is kept from training (2 %)."""
LONGEST = 126
"""Longest sentence in word pieces without [CLS] and [SEP]; more is cut off."""
SHORTEST = 3
WINDOW = 8192
"""Sentences that are sorted by length together, so that a batch needs little padding."""


@dataclass(frozen=True)
class Pieces:
    """Sentences as word pieces: `ids` end to end, sentence i is ids[starts[i] : starts[i + 1]]."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def sentence(self, index: int) -> NDArray[np.int32]:
        """Return the word pieces of one sentence, without [CLS] and [SEP]."""
        return self.ids[self.starts[index] : self.starts[index + 1]]


def read(data: Path, tokenizer: PreTrainedTokenizerBase) -> tuple[Pieces, Pieces]:
    """Read `english.txt.gz` in a folder; return its training and its held-out sentences."""
    with gzip.open(data / "english.txt.gz", "rt", encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    held_out = lines[::HELD_OUT_EVERY]
    del lines[::HELD_OUT_EVERY]
    return _encode(lines, tokenizer), _encode(held_out, tokenizer)


def _encode(lines: list[str], tokenizer: PreTrainedTokenizerBase) -> Pieces:
    encoded = tokenizer(lines, add_special_tokens=False, truncation=True, max_length=LONGEST)
    kept = [ids for ids in encoded["input_ids"] if len(ids) >= SHORTEST]
    starts = np.cumsum([0, *map(len, kept)])
    return Pieces(np.concatenate([np.asarray(ids, np.int32) for ids in kept]), starts)


def single_batches(
    pieces: Pieces, tokens: int, rng: np.random.Generator
) -> Iterator[list[NDArray[np.int32]]]:
    """Yield, for ever, sentences of like length that fill at most about `tokens` word pieces."""
    while True:
        order = rng.permutation(len(pieces))
        for window in np.array_split(order, max(1, len(order) // WINDOW)):
            lengths = pieces.starts[window + 1] - pieces.starts[window]
            rows = window[np.argsort(lengths, kind="stable")]
            batches: list[list[NDArray[np.int32]]] = [[]]
            for row in rows:
                sentence = pieces.sentence(row)
                if (len(batches[-1]) + 1) * (len(sentence) + 2) > tokens and batches[-1]:
                    batches.append([])
                batches[-1].append(sentence)
            for index in rng.permutation(len(batches)):
                yield batches[index]


def packed_rows(
    pieces: Pieces, length: int, sep: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int32]]:
    """Yield, for ever, rows of `length` word pieces cut from sentences joined by [SEP]."""
    rest = np.empty(0, np.int32)
    while True:
        for index in rng.permutation(len(pieces)):
            rest = np.concatenate([rest, pieces.sentence(index), [sep]]).astype(np.int32)
            while len(rest) >= length:
                yield rest[:length]
                rest = rest[length:]

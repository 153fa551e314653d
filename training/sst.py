"""Film reviews as word pieces: SST-2 with an honest held-out part, and unlabelled sentences.

GLUE's rows are sentences and phrases of the same sentences, so a row drawn at random is never
unseen. Held out are whole sentences here, and no part of them is trained on.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

HELD_OUT = 700
"""Whole sentences kept from training."""
LONGEST = 128
"""Longest text in word pieces, [CLS] and [SEP] included; more is cut off."""
REVIEW_WORDS = range(4, 31)
"""Length of the unlabelled sentences that are taken, about that of SST-2's."""

Row = tuple[str, int]


@dataclass(frozen=True)
class Text:
    """A text as word pieces with [CLS] and [SEP], and how probably it is positive."""

    ids: tuple[int, ...]
    positive: float


@dataclass(frozen=True)
class Corpus:
    """SST-2's training set: whole sentences, phrases of them, and sentences held out."""

    whole: list[Text]
    phrases: list[Text]
    held_out: list[Text]


def read_corpus(data: Path, tokenizer: PreTrainedTokenizerBase) -> Corpus:
    """Read `train.tsv.gz` and `dev.tsv.gz` in a folder, which together are GLUE's training set."""
    rows = dict(row for part in ("train", "dev") for row in read_rows(data / f"{part}.tsv.gz"))
    whole, seen = [], ""
    for text in sorted(rows, key=lambda text: (-len(text), text)):
        if f" {text} " not in seen:
            whole.append(text)
            seen += f" {text} \n"
    Random(0).shuffle(whole)
    held_out, kept = whole[:HELD_OUT], set(whole[HELD_OUT:])
    unseen = "\n".join(f" {text} " for text in held_out)
    trained = [text for text in rows if f" {text} " not in unseen]

    def texts(found: list[str]) -> list[Text]:
        return encode([(text, rows[text]) for text in found], tokenizer)

    return Corpus(
        whole=texts([text for text in trained if text in kept]),
        phrases=texts([text for text in trained if text not in kept]),
        held_out=texts(held_out),
    )


def read_reviews(file: Path, tokenizer: PreTrainedTokenizerBase) -> list[Text]:
    """Read the film reviews (the lines in lower case) of a file of sentences, as of no class."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        reviews = [line.strip() for line in lines if line == line.lower()]
    # SST-2 writes: do n't, it 's.
    apart = [text.replace("n't", " n't").replace("'s", " 's") for text in reviews]
    fitting = [(text, 0) for text in apart if len(text.split()) in REVIEW_WORDS]
    return [replace(text, positive=0.5) for text in encode(fitting, tokenizer)]


def read_rows(file: Path) -> list[Row]:
    """Read a tab-separated file with a heading: sentence, label (1 is positive)."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").rsplit("\t", 1) for line in lines][1:]
    return [(text.strip(), int(label)) for text, label in rows]


def encode(rows: list[Row], tokenizer: PreTrainedTokenizerBase) -> list[Text]:
    """Cut labelled texts into word pieces."""
    texts = [text for text, _ in rows]
    ids = tokenizer(texts, truncation=True, max_length=LONGEST)["input_ids"]
    return [Text(tuple(i), float(label)) for i, (_, label) in zip(ids, rows, strict=True)]


def batches(texts: list[Text], tokens: int, rng: Random | None = None) -> list[list[Text]]:
    """Cut into batches of like length, at most `tokens` each with padding; mixed if `rng`."""

    def length(text: Text) -> float:
        return len(text.ids) + (rng.random() if rng else 0.0)

    found: list[list[Text]] = [[]]
    for text in sorted(texts, key=length):
        if (len(found[-1]) + 1) * len(text.ids) > tokens:
            found.append([])
        found[-1].append(text)
    if rng:
        rng.shuffle(found)
    return found


def tensors(batch: list[Text], pad: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return padded ids and mask [text, pos], and the probabilities of both classes [text, 2]."""
    longest = max(len(text.ids) for text in batch)
    ids = torch.tensor([[*text.ids, *[pad] * (longest - len(text.ids))] for text in batch])
    positive = torch.tensor([text.positive for text in batch])
    return ids, (ids != pad).long(), torch.stack([1 - positive, positive], dim=-1)

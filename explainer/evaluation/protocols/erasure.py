"""A sentence with some of its words erased: what Q is then, many variants in one forward pass.

Three ways to erase a word: `mask` puts [MASK] in its place, `deletion` leaves it out, so that the
others move up, and `pair` puts what stands there in the other sentence of the minimal pair, where
the other answer is right. Without one, `mean` takes the pair's place: the mean of the embeddings of
words in reference sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from explainer.base.quote import quote
from explainer.evaluation.protocols.asked import AskedCase
from explainer.models.block import embed
from explainer.models.encode import through_blocks, without_gradients, word_embeddings
from explainer.models.model import Model
from explainer.models.shapes import Bool, Float
from explainer.models.tokens import Tokens
from explainer.question.sentence import read_sentence
from explainer.tasks import reference_texts

Erasure = Literal["mask", "deletion", "pair", "mean"]
Erased = frozenset[int]
"""Positions of tokens."""
AT_ONCE = 4096
"""Tokens of all variants that go through the network at a time."""


@dataclass(frozen=True, eq=False)
class Replacing:
    """Erases by other embeddings z [pos, d_embedding], one for each token; None: leaves it out.

    `note` says where they are not those that were asked for.
    """

    erasure: Erasure
    z: Float[Tensor, "pos d_embedding"] | None
    note: str = ""


@dataclass(frozen=True)
class Unerased:
    """A way to erase words that there is not, and `why`."""

    erasure: Erasure
    why: str


def mean_embedding(model: Model) -> Float[Tensor, " d_embedding"]:
    """The mean embedding of words in reference sentences, without special tokens and masks."""
    with without_gradients():
        parts = []
        for text in reference_texts(model.info.task):
            read = read_sentence(model, text)
            inside = [place for place, word in enumerate(read.words) if word is not None]
            parts.append(word_embeddings(model.adapter, read.token_ids)[inside])
        return torch.cat(parts).mean(0)


def erasures(asked: AskedCase) -> Iterator[Replacing | Unerased]:
    """Every way to erase words, the fairest first, or why one cannot be; `asked.shared` is the mean
    embedding."""
    model, n = asked.model, len(asked.sentence.tokens)
    word = model.adapter.embedding.word
    pair = asked.pair
    if isinstance(pair, str):
        why = f"the mean of words instead: {pair}"
        yield Replacing("mean", asked.shared.expand(n, -1), why)
    else:
        yield Replacing("pair", word_embeddings(model.adapter, pair.token_ids))
    yield Replacing("deletion", None)
    if model.mask_id is None:
        yield Unerased("mask", f"{quote(model.info.name)} has no [MASK] token")
    else:
        yield Replacing("mask", word[model.mask_id].expand(n, -1))


def erased_values(
    asked: AskedCase, replacing: Replacing, variants: Sequence[Erased]
) -> dict[Erased, float]:
    """Q in its unit with each of the variants' tokens erased, every different one run once."""
    found: dict[Erased, float] = {}
    by_length: dict[int, list[Erased]] = {}
    for erased in dict.fromkeys(variants):
        gone = len(erased) if replacing.z is None else 0
        by_length.setdefault(len(asked.sentence.tokens) - gone, []).append(erased)
    for length, alike in by_length.items():
        size = max(1, AT_ONCE // length)
        for start in range(0, len(alike), size):
            found.update(_run(asked, replacing, alike[start : start + size]))
    return found


def _run(
    asked: AskedCase, replacing: Replacing, alike: Sequence[Erased]
) -> Iterator[tuple[Erased, float]]:
    """Q of variants of one length."""
    adapter, sentence = asked.model.adapter, asked.sentence
    ids = sentence.token_ids
    every, readout = asked.quantity.positions, asked.quantity.readout
    z = word_embeddings(adapter, ids)
    gone = _marked(alike, len(ids)).to(z.device)
    if replacing.z is None:
        stay = [[place for place in range(len(ids)) if place not in erased] for erased in alike]
        inputs = torch.stack([z[places] for places in stay])
        targets = [[places.index(at) for at in every if at in places] for places in stay]
        left = [(ids[place], sentence.segments[place]) for place in stay[0]]
        read = adapter.of(Tokens(*zip(*left, strict=True)))
    else:
        inputs = torch.where(gone.unsqueeze(-1), replacing.z, z)
        targets = [list(every)] * len(alike)
        read = adapter.of(sentence)
    first, _ = embed(read.embedding, inputs)
    wanted = sorted({at for some in targets for at in some})  # of the last block no others
    *_, (last, _) = through_blocks(read, first, rows=torch.tensor(wanted, device=z.device))
    rows = torch.tensor([[wanted.index(at) for at in some] for some in targets], device=z.device)
    states = last[torch.arange(len(alike)).unsqueeze(1), rows]
    yield from zip(alike, readout.value(read, states).double().tolist(), strict=True)


def _marked(variants: Sequence[Erased], n: int) -> Bool[Tensor, "variant pos"]:
    marked = torch.zeros(len(variants), n, dtype=torch.bool)
    for row, erased in zip(marked, variants, strict=True):
        row[list(erased)] = True
    return marked

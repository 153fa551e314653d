"""Measure the built-in sentence encoder `similarity` beside its teacher and two controls.

1. How near its embeddings and its cosines are to those of all-MiniLM-L6-v2, on sentences that
   nothing was trained on: neighbours of the list, which are of all kinds, and two halves of one.
2. How well its cosines go with people's ratings, in a file of `rating<TAB>text<TAB>text` lines.
3. The same of two controls: the share of words that two texts have in common, and the cosine of
   the mean word embeddings of `agreement`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize
from transformers import BertModel, PreTrainedTokenizerBase

from explainer.models.registry import load_model
from explainer.question.predictions import embedding_of
from explainer.question.sentence import read_alone
from training.similarity import pooled, teacher, texts
from training.sst import encode, tensors
from training.start import base_tokenizer

HELD_OUT = 600
Pair = tuple[str, str]


def taught_embeddings(
    model: BertModel, tokenizer: PreTrainedTokenizerBase, found: Sequence[str]
) -> Tensor:
    """Return the teacher's embeddings, of length one [text, d_model]."""
    rows = []
    with torch.inference_mode():
        for text in encode([(text, 0) for text in found], tokenizer):
            ids, mask, _ = tensors([text], model.config.pad_token_id)
            rows.append(pooled(model, ids, mask)[0])
    return torch.stack(rows)


def own_embeddings(found: Sequence[str]) -> Tensor:
    """Return those of the built-in model, as it is loaded."""
    model = load_model("similarity")
    return normalize(torch.stack([embedding_of(model, read_alone(model, t)) for t in found]))


def mean_words(found: Sequence[str]) -> Tensor:
    """Return the mean word embeddings of `agreement`."""
    model = load_model("agreement")
    words = model.adapter.embedding.word
    ids = [model.tokenizer(text, add_special_tokens=False)["input_ids"] for text in found]
    return normalize(torch.stack([words[row].mean(0) for row in ids]))


def cosines(embeddings: Tensor) -> NDArray[np.float64]:
    """Return those of texts that follow each other in pairs [pair]."""
    return (embeddings[::2] * embeddings[1::2]).sum(-1).double().numpy()


def overlap(pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """Return the share of both texts' words that they have in common [pair]."""
    sets = [[set(text.lower().strip(".?! ").split()) for text in pair] for pair in pairs]
    return np.array([len(a & b) / len(a | b) for a, b in sets])


def correlations(one: NDArray[np.float64], other: NDArray[np.float64]) -> str:
    """Return Spearman's and Pearson's in words."""
    ranks = [_ranks(values) for values in (one, other)]
    spearman, pearson = (np.corrcoef(*both)[0, 1] for both in (ranks, (one, other)))
    return f"Spearman {spearman:.3f}, Pearson {pearson:.3f}"


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each value, equal ones sharing theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the texts")
    parser.add_argument("--ratings", type=Path, required=True, help="file of rated pairs")
    options = parser.parse_args()
    model, tokenizer = teacher(), base_tokenizer()
    _, held_out = texts(options.data, 0)
    printed = [text for text in held_out if text.isprintable()]
    found = [text for text in printed if 6 <= len(text.split()) <= 30][:HELD_OUT]
    for text in found[: HELD_OUT // 2]:
        words = text.split()
        found += [" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])]
    taught, own = taught_embeddings(model, tokenizer, found), own_embeddings(found)
    print(f"{len(found)} texts: mean cosine to the teacher {(taught * own).sum(-1).mean():.3f}")
    with_teacher = correlations(cosines(own), cosines(taught))
    print(f"{len(found) // 2} pairs, cosines with the teacher's: {with_teacher}")
    control = correlations(cosines(mean_words(found)), cosines(taught))
    print(f"  the mean of agreement's word embeddings: {control}")
    lines = options.ratings.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    ratings = np.array([float(row[0]) for row in rows])
    pairs = [(row[1], row[2]) for row in rows]
    both = [text for pair in pairs for text in pair]
    scored = {
        "similarity": cosines(own_embeddings(both)),
        "all-MiniLM-L6-v2": cosines(taught_embeddings(model, tokenizer, both)),
        "words in common": overlap(pairs),
        "the mean of agreement's word embeddings": cosines(mean_words(both)),
    }
    print(f"{len(pairs)} pairs with ratings")
    for name, values in scored.items():
        print(f"  {name}: {correlations(values, ratings)}")


if __name__ == "__main__":
    main()

"""Train a teacher of the built-in classifier `sentiment`: a whole encoder, fine-tuned on SST-2.

Only the word embeddings stay as they are. Two teachers, one from the encoder of `agreement` and one
from that of all-MiniLM-L6-v2, label the texts that `training.sentiment` learns from.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

import torch
from transformers import BertForSequenceClassification

from training.fit import Recipe, accuracy, fit
from training.sst import Corpus, Text, batches, read_corpus
from training.start import base_folder, base_tokenizer

RECIPE = Recipe(rate=1e-4, epochs=3)


def start(folder: Path, seed: int) -> BertForSequenceClassification:
    """Return the encoder in a folder under a fresh classifier, without dropout."""
    torch.manual_seed(seed)
    model: BertForSequenceClassification = BertForSequenceClassification.from_pretrained(
        folder,
        dtype=torch.float32,
        num_labels=2,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model.bert.embeddings.word_embeddings.requires_grad_(False)
    return model


def epochs(corpus: Corpus, recipe: Recipe) -> list[list[Text]]:
    """Return the batches of all epochs: every whole sentence and a share of the phrases in each."""
    rng, found = Random(recipe.seed), []
    for _ in range(recipe.epochs):
        drawn = rng.sample(corpus.phrases, int(recipe.phrases * len(corpus.phrases)))
        found += batches(corpus.whole + drawn, recipe.tokens, rng)
    return found


def main() -> None:
    """Parse the command line, train and write the teacher's folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with SST-2's files")
    parser.add_argument("--out", type=Path, required=True, help="folder for the teacher")
    parser.add_argument(
        "--start", type=Path, help="folder of the encoder to start from (all-MiniLM-L6-v2)"
    )
    options = parser.parse_args()
    tokenizer = base_tokenizer()
    corpus = read_corpus(options.data, tokenizer)
    model = start(options.start or base_folder(), RECIPE.seed)
    fit(model, tokenizer, epochs(corpus, RECIPE), corpus.held_out, RECIPE)
    print(f"held out: {100 * accuracy(model, corpus.held_out):.1f} %")
    model.save_pretrained(options.out)


if __name__ == "__main__":
    main()

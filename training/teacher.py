"""Train a teacher of the built-in classifier `sentiment`: a whole encoder, fine-tuned on SST-2.

Only the word embeddings stay as they are. Encoders of any kind may teach, each with its own word
pieces: `training.sentiment` learns from the labels that they give to its texts.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel

from training.fit import Recipe, accuracy, fit
from training.sst import Corpus, Text, batches, read_corpus

RECIPE = Recipe(rate=1e-4, epochs=3)


def start(encoder: str | Path, seed: int) -> PreTrainedModel:
    """Return an encoder (folder or hub id), without dropout, under its classifier or a new one."""
    torch.manual_seed(seed)
    model: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
        encoder,
        dtype=torch.float32,
        num_labels=2,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model.base_model.embeddings.word_embeddings.requires_grad_(False)
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
    parser.add_argument("--start", required=True, help="folder or hub id of an encoder")
    RECIPE.add_options(parser)
    options = parser.parse_args()
    recipe = RECIPE.changed(options)
    tokenizer = AutoTokenizer.from_pretrained(options.start)
    corpus = read_corpus(options.data, tokenizer)
    model = start(options.start, recipe.seed)
    fit(model, tokenizer, epochs(corpus, recipe), corpus.held_out, recipe)
    print(f"held out: {100 * accuracy(model, corpus.held_out):.1f} %")
    model.save_pretrained(options.out)
    tokenizer.save_pretrained(options.out)


if __name__ == "__main__":
    main()

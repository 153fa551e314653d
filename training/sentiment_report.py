"""Print the figures of the built-in classifier `sentiment`, as in its model card.

Measured on the stored update, merged into `agreement` and loaded in single precision.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from explainer import load_model, predict
from explainer.models.loading.checks import WEIGHTS
from explainer.models.registry import MODELS, checksum
from training.fit import accuracy
from training.sst import encode, read_corpus, read_rows

EVERYDAY = (
    "a warm and funny film that never loses its way .",
    "the jokes are not funny and the plot is a mess .",
    "not a bad film at all .",
    "i expected much more from this director .",
    "the acting is great but the story is dull .",
    "you will not be bored for a second .",
    "nobody should have to sit through this .",
    "it is hardly a masterpiece .",
)


def main() -> None:
    """Parse the command line and print accuracies and examples."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with SST-2's files")
    data = parser.parse_args().data
    model = load_model("sentiment")
    weights = MODELS / "sentiment" / WEIGHTS
    print(f"SHA-256 of model.safetensors: {checksum(weights)}\n")
    print("| part of SST-2 | sentences | accuracy |\n|---|---|---|")
    parts = {
        "whole sentences held out of the training set": read_corpus(data, model.tokenizer).held_out,
        "development set": encode(read_rows(data / "test.tsv.gz"), model.tokenizer),
    }
    for name, texts in parts.items():
        print(f"| {name} | {len(texts)} | {100 * accuracy(model.network, texts):.1f} % |")
    print("\n| sentence | prediction |\n|---|---|")
    for text in EVERYDAY:
        best = predict(model, text, count=1)[0]
        assert best.probability is not None, "a choice between two classes"
        print(f"| {text} | {best.word} {100 * best.probability:.0f} % |")


if __name__ == "__main__":
    main()

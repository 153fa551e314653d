"""Print the figures of the masked language model `agreement`, as in its model card.

Everything is measured on the exported half-precision file, loaded in single precision.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import torch
from transformers import (
    AutoModelForMaskedLM,
    AutoTokenizer,
    BertForMaskedLM,
    PreTrainedTokenizerBase,
)

from explainer.tasks import KINDS, Case, Kind, generate
from explainer.tasks.predicate import Predicate
from training.measure import Accuracy, agreement, masked_tokens, natural_agreement
from training.start import start
from training.text import read

CASES = 1000
"""Sentences of each kind, from held-out words."""
SEED = 2024
"""Other sentences than those looked at during training."""
EVERYDAY = (
    "the capital of france is [MASK] .",
    "she opened the [MASK] and walked into the room .",
    "he drank a cup of [MASK] .",
    "the president of the united [MASK] gave a speech .",
    "the children are playing in the [MASK] .",
    "i would like to [MASK] you for your help .",
    "we went to the [MASK] to buy some bread .",
    "the movie was so boring that i fell [MASK] .",
    "the sun rises in the [MASK] .",
    "police say the man was [MASK] in the attack .",
    "my mother told me that [MASK] was tired .",
    "two plus two is [MASK] .",
    "the company said its [MASK] rose last year .",
    "yesterday it [MASK] all day .",
)


def load(folder: Path) -> tuple[BertForMaskedLM, PreTrainedTokenizerBase]:
    """Load an exported model in single precision, and its tokenizer."""
    model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def per_cent(accuracy: Accuracy) -> str:
    """Return an accuracy in per cent with one decimal."""
    return f"{100 * accuracy.share:.1f}"


def together(parts: Sequence[Accuracy]) -> Accuracy:
    """Return the accuracy over all parts."""
    return Accuracy(sum(part.right for part in parts), sum(part.asked for part in parts))


def agreement_table(model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """Return a Markdown table: kinds, and is/are apart; all and each combination, per cent."""
    rows: list[tuple[str, Sequence[Case]]] = []
    for kind in KINDS:
        rows.append((kind, generate(kind, CASES, SEED)))
        if has_predicate(kind):
            rows.append((f"{kind}, is/are", present(kind)))
    lines = ["| held-out words | all | by combination |", "|---|---|---|"]
    for name, cases in rows:
        found = agreement(model, tokenizer, cases)
        parts = ", ".join(f"{key} {per_cent(value)}" for key, value in found.items())
        lines.append(f"| {name} | {per_cent(together(list(found.values())))} | {parts} |")
    return lines


def has_predicate(kind: Kind) -> bool:
    """Return whether the masked word of a kind may be is/are."""
    return kind.startswith("sva-") and kind != "sva-inner"


def present(kind: Kind) -> tuple[Case, ...]:
    """Return cases of a kind that ask for is or are."""
    predicate: Predicate = "present"
    return generate(kind, CASES, SEED, predicate=predicate)


def everyday_table(model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """Return a Markdown table of everyday sentences and the three words thought likeliest."""
    lines = ["| sentence | top 3 |", "|---|---|"]
    for text in EVERYDAY:
        inputs = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            logits = model(**inputs).logits[inputs["input_ids"] == tokenizer.mask_token_id][0]
        top = logits.softmax(-1).topk(3)
        words = tokenizer.convert_ids_to_tokens(top.indices.tolist())
        pairs = zip(words, top.values.tolist(), strict=True)
        lines.append(f"| {text} | {', '.join(f'{word} {100 * p:.0f} %' for word, p in pairs)} |")
    return lines


def natural_table(
    model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, data: Path
) -> list[str]:
    """Return a Markdown table of accuracies on held-out natural text, before and after."""
    train, held_out = read(data, tokenizer)
    lines = [
        "| held-out natural text | masked token, all asked | those shown as [MASK] | "
        "is/are, was/were, has/have |",
        "|---|---|---|---|",
    ]
    untrained = start(0, train).eval()
    for name, candidate in (("start", untrained), ("this model", model)):
        every, masked = masked_tokens(candidate, tokenizer, held_out, len(held_out))
        number = natural_agreement(candidate, tokenizer, held_out)
        parts = (f"{per_cent(part)} of {part.asked}" for part in (every, masked, number))
        lines.append(f"| {name} | {' | '.join(parts)} |")
    return lines


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="exported folder")
    parser.add_argument("--data", type=Path, help="folder with english.txt.gz")
    options = parser.parse_args()
    model, tokenizer = load(options.model)
    weights = options.model / "model.safetensors"
    print(f"SHA-256 of model.safetensors: {sha256(weights.read_bytes()).hexdigest()}\n")
    print("\n".join(agreement_table(model, tokenizer)), end="\n\n")
    print("\n".join(everyday_table(model, tokenizer)))
    if options.data:
        print("", *natural_table(model, tokenizer, options.data), sep="\n")


if __name__ == "__main__":
    main()

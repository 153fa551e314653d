"""Train the built-in classifier `sentiment`: SST-2 on the encoder of the built-in `agreement`.

1. Start from the encoder of `agreement`, frozen, under a fresh pooler and classifier.
2. Train low-rank updates of every projection, the pooler and the classifier on SST-2's phrases
   and sentences, in batches of like length; AdamW, warm-up and linear decay over whole epochs.
3. Keep what did best on the development part, and store only what differs from `agreement`:
   pooler, classifier and the factors, in half precision (`explainer.models.update` merges them).
4. `python -m training.sentiment_report` measures the stored model on SST-2's 872 sentences.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import AutoTokenizer, BertForSequenceClassification

from training.low_rank import add_low_rank, updates

LABELS = ("negative", "positive")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the run, apart from the data."""

    epochs: int = 2
    rank: int = 40
    rate: float = 1e-3
    warmup: float = 0.06
    decay: float = 0.01
    tokens: int = 1024
    """Word pieces in a batch, padding included."""
    looked_at: int = 1500
    """Texts of the development part, drawn at random, that choose among the steps."""
    seed: int = 0


@dataclass(frozen=True)
class Labelled:
    """A text as word pieces with [CLS] and [SEP], and its class."""

    ids: tuple[int, ...]
    label: int


def read(file: Path, tokenizer: AutoTokenizer) -> list[Labelled]:
    """The rows of a tab-separated file with a heading: sentence, label."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").rsplit("\t", 1) for line in lines][1:]
    encoded = tokenizer([text for text, _ in rows], truncation=True, max_length=128)["input_ids"]
    return [Labelled(tuple(ids), int(row[1])) for ids, row in zip(encoded, rows, strict=True)]


def batches(texts: list[Labelled], tokens: int, rng: random.Random | None) -> list[list[Labelled]]:
    """Batches of like length, at most `tokens` each with padding; in random order if `rng`."""
    if rng:
        rng.shuffle(texts)
    found: list[list[Labelled]] = [[]]
    for text in sorted(texts, key=lambda text: len(text.ids)):
        if (len(found[-1]) + 1) * len(text.ids) > tokens:
            found.append([])
        found[-1].append(text)
    if rng:
        rng.shuffle(found)
    return found


def tensors(batch: list[Labelled], pad: int) -> tuple[Tensor, Tensor, Tensor]:
    """Padded ids and mask [text, pos], and labels [text]."""
    longest = max(len(text.ids) for text in batch)
    ids = torch.tensor([[*text.ids, *[pad] * (longest - len(text.ids))] for text in batch])
    return ids, (ids != pad).long(), torch.tensor([text.label for text in batch])


def start(base: Path, recipe: Recipe) -> BertForSequenceClassification:
    """The base's encoder with low-rank updates under a fresh pooler and classifier."""
    torch.manual_seed(recipe.seed)
    model = BertForSequenceClassification.from_pretrained(
        base,
        dtype=torch.float32,
        # No dropout: drawing it takes as long as the rest on a processor, and few numbers train.
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        id2label=dict(enumerate(LABELS)),
        label2id={label: number for number, label in enumerate(LABELS)},
    )
    model.bert.embeddings.requires_grad_(False)
    model.bert.encoder.requires_grad_(False)
    add_low_rank(model.bert.encoder, recipe.rank)
    return model


def accuracy(model: BertForSequenceClassification, texts: list[Labelled]) -> float:
    """The share of texts whose class the model finds."""
    training, right = model.training, 0
    model.eval()
    with torch.inference_mode():
        for batch in batches(list(texts), 4096, None):
            ids, mask, labels = tensors(batch, model.config.pad_token_id)
            right += int((model(ids, mask).logits.argmax(-1) == labels).sum())
    model.train(training)
    return right / len(texts)


def train(base: Path, data: Path, recipe: Recipe) -> dict[str, Tensor]:
    """Train by the recipe; what is stored, at its best on the development part."""
    tokenizer = AutoTokenizer.from_pretrained(base)
    texts, held_out = (read(data / f"{part}.tsv.gz", tokenizer) for part in ("train", "dev"))
    model, rng = start(base, recipe).train(), random.Random(recipe.seed)
    held_out = rng.sample(held_out, recipe.looked_at)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=recipe.rate, weight_decay=recipe.decay)
    steps = recipe.epochs * len(batches(list(texts), recipe.tokens, None))
    best, kept, since = 0.0, stored(model), time.monotonic()
    for step, batch in enumerate(_epochs(texts, recipe, rng), start=1):
        progress = step / steps
        rising = min(progress / recipe.warmup, (1 - progress) / (1 - recipe.warmup))
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * max(rising, 0.0)
        ids, mask, labels = tensors(batch, model.config.pad_token_id)
        loss = cross_entropy(model(ids, mask).logits, labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        if step % (steps // (4 * recipe.epochs)) == 0 or step == steps:
            found = accuracy(model, held_out)
            minutes = (time.monotonic() - since) / 60
            print(f"{minutes:.1f} min, step {step} of {steps}: {100 * found:.2f} %", flush=True)
            if found > best:
                best, kept = found, stored(model)
    return kept


def _epochs(texts: list[Labelled], recipe: Recipe, rng: random.Random) -> Iterator[list[Labelled]]:
    for _ in range(recipe.epochs):
        yield from batches(texts, recipe.tokens, rng)


def stored(model: BertForSequenceClassification) -> dict[str, Tensor]:
    """What differs from the base, in half precision."""
    heads = {
        name: weight.detach()
        for name, weight in model.named_parameters()
        if name.startswith(("bert.pooler.", "classifier."))
    }
    return {
        name: weight.to(torch.float16).contiguous().clone()
        for name, weight in {**heads, **updates(model)}.items()
    }


def main() -> None:
    """Parse the command line, train and write the update's folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=Path, required=True, help="folder of the model agreement")
    parser.add_argument("--data", type=Path, required=True, help="folder with SST-2's files")
    parser.add_argument("--out", type=Path, required=True, help="folder for the update")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--rate", type=float, default=Recipe.rate)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    options = parser.parse_args()
    recipe = Recipe(epochs=options.epochs, rate=options.rate, seed=options.seed)
    kept = train(options.base, options.data, recipe)
    options.out.mkdir(parents=True, exist_ok=True)
    config = json.loads((options.base / "config.json").read_text(encoding="utf-8"))
    config |= {
        "architectures": ["BertForSequenceClassification"],
        "id2label": {str(number): label for number, label in enumerate(LABELS)},
        "label2id": {label: number for number, label in enumerate(LABELS)},
    }
    text = json.dumps(config, indent=2, sort_keys=True) + "\n"
    (options.out / "config.json").write_text(text, encoding="utf-8")
    save_file(kept, options.out / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main()

"""Fit a classifier to texts whose class is known, or known to be probable."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from training.sst import Text, batches, tensors

OPTIONS = {
    "rate": "highest learning rate",
    "epochs": "passes over the whole sentences",
    "phrases": "share of the phrases that an epoch sees",
    "masked": "share of word pieces replaced by [MASK]",
}
"""What of a recipe a command line can change."""
LOOKS = 8
"""How often the held-out texts are looked at on the way; nothing is chosen by that."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a run, apart from the model and the texts."""

    rate: float
    """Highest learning rate."""
    epochs: int
    phrases: float = 0.5
    """Share of the phrases that an epoch sees, drawn anew; it sees every whole sentence."""
    tokens: int = 1024
    """Word pieces in a batch, padding included."""
    masked: float = 0.1
    """Share of word pieces replaced by [MASK]: stands in for dropout, which costs more."""
    warmup: float = 0.06
    decay: float = 0.01
    """Weight decay of matrices."""
    seed: int = 0

    def add_options(self, parser: ArgumentParser) -> None:
        """Let a command line change what differs from model to model."""
        for name, said in OPTIONS.items():
            value = getattr(self, name)
            parser.add_argument(
                f"--{name}", type=type(value), default=value, help=f"{said} (default: {value})"
            )

    def changed(self, options: Namespace) -> Recipe:
        """Return the recipe that a command line asks for."""
        return replace(self, **{name: getattr(options, name) for name in OPTIONS})

    def rate_at(self, progress: float) -> float:
        """Return the learning rate after a share of the run: up, then linearly to nothing."""
        return self.rate * min(progress / self.warmup, (1 - progress) / (1 - self.warmup))


def fit(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    seen: list[list[Text]],
    held_out: list[Text],
    recipe: Recipe,
) -> None:
    """Train what requires a gradient on the batches `seen`, in their order, with AdamW."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": recipe.decay},
        {"params": [p for p in trained if p.ndim == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.98), fused=True)
    since, total, every = time.monotonic(), 0.0, max(1, len(seen) // LOOKS)
    model.train()
    for step, batch in enumerate(seen, start=1):
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate_at(step / len(seen))
        ids, mask, classes = tensors(batch, tokenizer.pad_token_id)
        logits = model(mask_some(ids, tokenizer, recipe.masked), mask).logits
        loss = cross_entropy(logits, classes)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        total += loss.item()
        if step % every == 0:
            minutes = (time.monotonic() - since) / 60
            print(
                f"{minutes:.1f} min, step {step} of {len(seen)}: loss {total / every:.3f}", end=""
            )
            print(f", held out {100 * accuracy(model, held_out):.1f} %", flush=True)
            total = 0.0


def mask_some(ids: Tensor, tokenizer: PreTrainedTokenizerBase, share: float) -> Tensor:
    """Return the ids with a share of the word pieces replaced by [MASK]: [text, pos]."""
    special = torch.tensor([tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id])
    hit = (torch.rand(ids.shape) < share) & ~torch.isin(ids, special)
    return ids.masked_fill(hit, tokenizer.mask_token_id)


def accuracy(model: PreTrainedModel, texts: list[Text]) -> float:
    """Return the share of texts whose class the model finds."""
    chosen = probabilities(model, texts) > 0.5
    return float((chosen == torch.tensor([text.positive > 0.5 for text in texts])).float().mean())


def probabilities(model: PreTrainedModel, texts: list[Text]) -> Tensor:
    """Return how probably each text is positive, as the model sees it: [text]."""
    training, found = model.training, torch.empty(len(texts))
    model.eval()
    order = {id(text): number for number, text in enumerate(texts)}
    with torch.inference_mode():
        for batch in batches(texts, 4096):
            ids, mask, _ = tensors(batch, model.config.pad_token_id)
            places = [order[id(text)] for text in batch]
            found[places] = model(ids, mask).logits.softmax(-1)[:, 1]
    model.train(training)
    return found

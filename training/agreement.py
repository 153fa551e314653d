"""Train the built-in masked language model `agreement`.

1. Start from the encoder of all-MiniLM-L6-v2 under a fresh masked-LM head (`start`).
2. Every step: natural sentences one by one, natural text packed into rows, generated agreement
   sentences of all kinds one by one; the loss is taken at the asked positions of all three.
3. AdamW, warm-up and linear decay over a budget of minutes, in the stages of `recipe.STAGES`;
   checkpoints allow resuming.
4. Export in half precision (`export`). `python -m training.report` then measures it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from explainer.tasks import KINDS, generate
from training.batches import batches
from training.export import export
from training.measure import agreement, masked_tokens
from training.partners import number_partners
from training.recipe import STAGES, Recipe
from training.start import base_tokenizer, start
from training.text import Pieces, read
from training.threads import Threads
from training.verbs import regular_verbs
from training.worker import Worker


def optimizer_of(model: BertForMaskedLM, recipe: Recipe) -> torch.optim.AdamW:
    """Return AdamW with groups: word embeddings, matrices with decay, vectors without."""
    words = model.get_input_embeddings().weight
    rest = [p for p in model.parameters() if p is not words]
    groups = [
        {"params": [words], "scale": recipe.embedding_rate, "weight_decay": 0.0},
        {"params": [p for p in rest if p.ndim > 1], "scale": 1.0, "weight_decay": recipe.decay},
        {"params": [p for p in rest if p.ndim == 1], "scale": 1.0, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.98), fused=True)


def progress_line(
    model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, held_out: Pieces
) -> str:
    """Return quick held-out figures, in per cent, with the weakest combination of each kind."""
    model.eval()
    every, masked = masked_tokens(model, tokenizer, held_out, 400)
    line = f"top1 {100 * every.share:.1f} masked {100 * masked.share:.1f}"
    for kind in KINDS:
        found = agreement(model, tokenizer, generate(kind, 160, 1)).values()
        total = sum(a.right for a in found) / sum(a.asked for a in found)
        line += f" | {kind} {100 * total:.0f}/{100 * min(a.share for a in found):.0f}"
    return line


def train(recipe: Recipe, data: Path, checkpoint: Path, pause: float) -> BertForMaskedLM:
    """Train for the recipe's minutes, saving and measuring every `pause` minutes."""
    tokenizer = base_tokenizer()
    text, held_out = read(data, tokenizer)
    model = start(recipe.seed, text)
    optimizer, step, spent = optimizer_of(model, recipe), 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
    print(f"{len(text)} sentences, {len(text.ids)} pieces; step {step}", flush=True)
    worker, threads = Worker(model, number_partners(tokenizer, text)), Threads()
    verbs = regular_verbs(tokenizer, text)
    log: list[tuple[float, float, int]] = []
    logged, since, last = spent, time.monotonic(), time.monotonic()
    for stage in STAGES:
        for parts in batches(recipe, stage, text, tokenizer, verbs, step):
            progress = spent / (60 * recipe.minutes)
            if progress >= stage.until:
                break
            for group in optimizer.param_groups:
                group["lr"] = group["scale"] * recipe.rate_at(progress)
            natural, generated = worker.gradients(parts, stage.partners, stage.balance)
            optimizer.step()
            worker.refresh()
            step += 1
            pieces = sum(int(part.real.sum()) for part in parts)
            log.append((natural, generated, pieces))
            now = time.monotonic()
            threads.after_step(pieces, now - last)
            spent, last = spent + now - last, now
            if step % 50 == 0:
                a, b, tokens = np.mean(log, axis=0)
                speed = tokens * len(log) / (spent - logged)
                print(f"{spent / 60:.1f} min step {step} {a:.3f} {b:.3f} {speed:.0f}/s", flush=True)
                logged = spent
                log.clear()
            if now - since > 60 * pause:
                save(checkpoint, model, optimizer, step, spent)
                print(progress_line(model, tokenizer, held_out), flush=True)
                since = last = time.monotonic()
    save(checkpoint, model, optimizer, step, spent)
    print(progress_line(model, tokenizer, held_out), flush=True)
    return model


def save(
    checkpoint: Path, model: BertForMaskedLM, optimizer: torch.optim.AdamW, step: int, spent: float
) -> None:
    """Write a checkpoint whole or not at all."""
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "spent": spent,
    }
    new = checkpoint.with_suffix(".new")
    torch.save(state, new)
    new.replace(checkpoint)


def main() -> None:
    """Parse the command line, train and export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with english.txt.gz")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--checkpoint", type=Path, required=True, help="file to resume from")
    parser.add_argument("--minutes", type=float, default=96, help="training time")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=Recipe.rate)
    parser.add_argument("--pause", type=float, default=5, help="minutes between measurements")
    options = parser.parse_args()
    recipe = Recipe(minutes=options.minutes, seed=options.seed, rate=options.rate)
    model = train(recipe, options.data, options.checkpoint, options.pause)
    export(model, base_tokenizer(), options.out)


if __name__ == "__main__":
    main()

"""Train the built-in sentence encoder `similarity`: all-MiniLM-L6-v2 in four blocks.

1. Start from blocks of all-MiniLM-L6-v2, its positions and its first LayerNorm, over the word
   embeddings of the built-in `agreement`, which stay as they are.
2. Every step: texts of like length, each with the embedding that all-MiniLM-L6-v2 gives it; the
   loss is one minus the cosine, and the squared error of the cosines between the texts of a step.
3. AdamW, warm-up and linear decay over a budget of minutes; the last weights are kept.
4. Store all but the word embeddings, in half precision.

`python -m training.similarity_report` then measures the stored model.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, normalize
from transformers import BertModel, PreTrainedTokenizerBase

from explainer.models.loading.checks import WEIGHTS
from training.plain import plain_sentences
from training.sst import Text, batches, encode, read_rows, tensors
from training.start import base_folder, base_tokenizer
from training.text import HELD_OUT_EVERY

BLOCKS = (0, 1, 3, 5)
"""Blocks of all-MiniLM-L6-v2 that the student begins with."""
WORDS = "embeddings.word_embeddings.weight"
LONGEST = 40
"""Words of the longest text; more is cut off."""
PLAIN = 8000
"""Generated sentences in a pass."""
PHRASES = 15000
"""Phrases of film reviews in a pass."""
MAX_SEQ_LENGTH = 256
"""Word pieces, [CLS] and [SEP] included, as in all-MiniLM-L6-v2."""
MODULES = (
    *(("", "models.Transformer"), ("1_Pooling", "models.Pooling")),
    ("2_Normalize", "models.Normalize"),
)
TOKENS = 1024
"""Word pieces in a step, padding included."""


def teacher() -> BertModel:
    """Return all-MiniLM-L6-v2."""
    model: BertModel = BertModel.from_pretrained(
        base_folder(), add_pooling_layer=False, dtype=torch.float32
    )
    return model.eval().requires_grad_(False)


def student(base: Path, taught: BertModel, blocks: tuple[int, ...]) -> BertModel:
    """Return some of the teacher's blocks over the frozen word embeddings of the base."""
    config = deepcopy(taught.config)
    config.num_hidden_layers = len(blocks)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    model = BertModel(config, add_pooling_layer=False)
    model.embeddings.load_state_dict(taught.embeddings.state_dict())
    model.encoder.layer = nn.ModuleList(deepcopy(taught.encoder.layer[i]) for i in blocks)
    words = load_file(base / WEIGHTS)[f"bert.{WORDS}"]
    model.requires_grad_(True)
    model.embeddings.word_embeddings.weight = nn.Parameter(words.float(), requires_grad=False)
    return model


def pooled(model: BertModel, ids: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of each text's last hidden states, of length one [text, d_model]."""
    weight = mask.unsqueeze(-1).to(model.dtype)
    hidden = model(ids, mask).last_hidden_state
    return normalize((hidden * weight).sum(1) / weight.sum(1), dim=-1)


def texts(data: Path, seed: int) -> tuple[list[str], list[str]]:
    """Return natural sentences and phrases to learn from, and sentences held out."""
    with gzip.open(data / "english.txt.gz", "rt", encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    held_out = lines[::HELD_OUT_EVERY]
    del lines[::HELD_OUT_EVERY]
    phrases = [text for text, _ in read_rows(data / "sst2" / "train.tsv.gz")]
    return lines + Random(seed).sample(phrases, PHRASES), held_out


def cut(text: str, rng: Random) -> str:
    """Return the text, or half of the time some words of it that stand together."""
    words = text.split()[:LONGEST]
    if len(words) > 5 and rng.random() < 0.5:
        length = rng.randint(3, min(len(words), 14))
        first = rng.randint(0, len(words) - length)
        words = words[first : first + length]
    return " ".join(words)


def steps(
    natural: list[str], tokenizer: PreTrainedTokenizerBase, seed: int
) -> Iterator[list[Text]]:
    """Yield batches for ever: parts of the natural texts, and generated sentences among them."""
    rng = Random(seed)
    while True:
        mixed = rng.sample(natural, len(natural))
        size = len(mixed) // 8
        for part in range(8):
            chosen = [cut(text, rng) for text in mixed[part * size : (part + 1) * size]]
            chosen += plain_sentences(PLAIN // 8, rng.randrange(2**32))
            yield from batches(encode([(text, 0) for text in chosen], tokenizer), TOKENS, rng)


def loss_of(model: BertModel, taught: BertModel, batch: list[Text]) -> Tensor:
    """Return how far the student's embeddings of the texts and their cosines are from taught."""
    ids, mask, _ = tensors(batch, model.config.pad_token_id)
    with torch.no_grad():
        wanted = pooled(taught, ids, mask)
    found = pooled(model, ids, mask)
    apart = 1 - cosine_similarity(found, wanted).mean()
    return apart + (found @ found.T - wanted @ wanted.T).square().mean()


def train(
    model: BertModel, taught: BertModel, batched: Iterator[list[Text]], minutes: float, rate: float
) -> None:
    """Train everything but the word embeddings for so many minutes."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": 0.01},
        {"params": [p for p in trained if p.ndim == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)
    began, total, seen = time.monotonic(), 0.0, 0
    for step, batch in enumerate(batched, start=1):
        progress = (time.monotonic() - began) / (60 * minutes)
        if progress >= 1:
            return
        for group in optimizer.param_groups:
            group["lr"] = rate * min(progress / 0.03, (1 - progress) / 0.97)
        loss = loss_of(model, taught, batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        total += loss.item()
        seen += sum(len(text.ids) for text in batch)
        if step % 25 == 0:
            print(
                f"{progress * minutes:.1f} min, step {step}, {seen} pieces: loss {total / 25:.4f}",
                flush=True,
            )
            total = 0.0


def write(model: BertModel, base: Path, folder: Path) -> None:
    """Write everything but the word embeddings, and what sentence-transformers says of pooling."""
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    config |= {
        "architectures": ["BertModel"],
        "num_hidden_layers": model.config.num_hidden_layers,
        "layer_norm_eps": model.config.layer_norm_eps,
    }
    kept = {
        name: weight.detach().to(torch.float16).contiguous()
        for name, weight in model.named_parameters()
        if name != WORDS
    }
    save_file(kept, folder / WEIGHTS, metadata={"format": "pt"})
    modules = [
        {"idx": place, "name": str(place), "path": path, "type": f"sentence_transformers.{kind}"}
        for place, (path, kind) in enumerate(MODULES)
    ]
    written = {
        "config.json": config,
        "modules.json": modules,
        "1_Pooling/config.json": {"pooling_mode": "mean"},
        "sentence_bert_config.json": {"max_seq_length": MAX_SEQ_LENGTH},
    }
    for name, said in written.items():
        text = json.dumps(said, indent=2, sort_keys=True) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
    (folder / WEIGHTS).chmod(0o644)


def main() -> None:
    """Parse the command line, train and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=Path, required=True, help="folder of the model agreement")
    parser.add_argument("--data", type=Path, required=True, help="folder with the texts")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--minutes", type=float, default=32, help="training time")
    parser.add_argument("--rate", type=float, default=5e-4, help="highest learning rate")
    parser.add_argument("--blocks", type=int, nargs="+", default=BLOCKS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    tokenizer, taught = base_tokenizer(), teacher()
    natural, _ = texts(options.data, options.seed)
    model = student(options.base, taught, tuple(options.blocks))
    batched = steps(natural, tokenizer, options.seed)
    train(model, taught, batched, options.minutes, options.rate)
    write(model, options.base, options.out)


if __name__ == "__main__":
    main()

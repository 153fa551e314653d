"""Train the built-in classifier `sentiment`: SST-2 on the encoder of the built-in `agreement`.

1. Teachers (`training.teacher`) label SST-2's whole sentences and unlabelled sentences of film
   reviews: the mean of their probabilities is what is learnt. Phrases keep SST-2's labels.
2. Start from `agreement` with the best low-rank update of every projection towards a fine-tuned
   `agreement` (`training.teacher` again, or this command's own result for a further round), and
   with its vectors, pooler and classifier.
3. Train the factors, vectors, pooler and classifier (`training.fit`).
4. Store only what differs from `agreement`, in half precision (`models.loading.update` merges).

`python -m training.sentiment_report` measures the stored model on SST-2's 872 sentences.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from random import Random

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from explainer.models.loading.checks import WEIGHTS
from explainer.models.loading.update import DOWN, merge
from training.fit import Recipe, accuracy, fit, probabilities
from training.low_rank import add_low_rank, low_rank, updates
from training.sst import Text, read_corpus, read_reviews
from training.teacher import epochs, start

LABELS = ("negative", "positive")
RANK = 40
RECIPE = Recipe(rate=4e-4, epochs=2, phrases=0.2, masked=0.05)


def student(base: Path, tuned: Path) -> PreTrainedModel:
    """Return the base with low-rank updates of its projections that come nearest to `tuned`."""
    model = start(base, RECIPE.seed)
    taught = load_file(tuned / WEIGHTS)
    if any(name.endswith(DOWN) for name in taught):
        taught = merge(load_file(base / WEIGHTS), taught, torch.float32)
    vectors = {name: w for name, w in taught.items() if w.ndim == 1 and ".encoder." in name}
    heads = {name: w for name, w in taught.items() if name.startswith(("bert.pooler", "classif"))}
    model.load_state_dict(vectors | heads, strict=False)
    model.bert.embeddings.requires_grad_(False)
    add_low_rank(model.bert.encoder, RANK)
    for name, module in low_rank(model):
        module.approximate(taught[f"{name}.weight"])
    return model


def unlabelled(file: Path, tokenizer: PreTrainedTokenizerBase, n: int) -> list[Text]:
    """Return the same `n` drawn sentences of film reviews for every tokenizer."""
    return Random(RECIPE.seed).sample(read_reviews(file, tokenizer), n)


def labels(teacher: Path, data: Path, reviews: Path, n: int) -> Tensor:
    """Return a teacher's probabilities for SST-2's whole sentences, then for `n` unlabelled."""
    tokenizer, model = AutoTokenizer.from_pretrained(teacher), start(teacher, RECIPE.seed)
    corpus = read_corpus(data, tokenizer)
    print(f"{teacher.name}, held out: {100 * accuracy(model, corpus.held_out):.1f} %", flush=True)
    return probabilities(model, corpus.whole + unlabelled(reviews, tokenizer, n))


def stored(model: PreTrainedModel) -> dict[str, Tensor]:
    """Return what differs from the base, in half precision."""
    whole = {
        name.replace(".base.bias", ".bias"): weight.detach()
        for name, weight in model.named_parameters()
        if weight.requires_grad and not name.endswith((".up", ".down"))
    }
    return {
        name: weight.to(torch.float16).contiguous().clone()
        for name, weight in {**whole, **updates(model)}.items()
    }


def main() -> None:
    """Parse the command line, train and write the update's folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=Path, required=True, help="folder of the model agreement")
    parser.add_argument("--data", type=Path, required=True, help="folder with SST-2's files")
    parser.add_argument("--reviews", type=Path, required=True, help="file english.txt.gz")
    parser.add_argument("--tuned", type=Path, required=True, help="folder of a tuned base")
    parser.add_argument("--teachers", type=Path, nargs="+", required=True, help="their folders")
    parser.add_argument("--unlabelled", type=int, required=True, help="number of such sentences")
    RECIPE.add_options(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder for the update")
    options = parser.parse_args()
    recipe, n = RECIPE.changed(options), options.unlabelled
    found = [labels(teacher, options.data, options.reviews, n) for teacher in options.teachers]
    tokenizer = AutoTokenizer.from_pretrained(options.base)
    corpus = read_corpus(options.data, tokenizer)
    texts = corpus.whole + unlabelled(options.reviews, tokenizer, n)
    mean = torch.stack(found).mean(0).tolist()
    taught = replace(
        corpus, whole=[replace(text, positive=p) for text, p in zip(texts, mean, strict=True)]
    )
    model = student(options.base, options.tuned)
    print(f"low rank, held out: {100 * accuracy(model, corpus.held_out):.1f} %", flush=True)
    fit(model, tokenizer, epochs(taught, recipe), corpus.held_out, recipe)
    print(f"held out: {100 * accuracy(model, corpus.held_out):.1f} %")
    write(model, options.base, options.out)


def write(model: PreTrainedModel, base: Path, folder: Path) -> None:
    """Write the update and its configuration, the base's with a head for classes."""
    folder.mkdir(parents=True, exist_ok=True)
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    config |= {
        "architectures": ["BertForSequenceClassification"],
        "id2label": {str(number): label for number, label in enumerate(LABELS)},
        "label2id": {label: number for number, label in enumerate(LABELS)},
    }
    text = json.dumps(config, indent=2, sort_keys=True) + "\n"
    (folder / "config.json").write_text(text, encoding="utf-8")
    save_file(stored(model), folder / WEIGHTS, metadata={"format": "pt"})
    (folder / WEIGHTS).chmod(0o644)


if __name__ == "__main__":
    main()

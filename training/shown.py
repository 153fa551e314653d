"""Fine-tune the small models of the pictures: `python -m training.shown --kind tags --out FOLDER`.

The pictures of tags, answers and pairs need models of which none is built in. These are
`agreement`'s encoder with a head, trained for minutes on sentences of the templates below. They
know nothing else, are measured on words and sentences that training did not have, and not kept.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import (
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertTokenizerFast,
)

BATCH = 24
RATE = 2e-4
HELD_OUT = 400
"""Sentences that are measured."""
TAGS = ("O", "B-PER", "B-LOC")
CLASSES = ("contradiction", "entailment", "neutral")


def _listed(words: str) -> list[str]:
    return words.split()


PEOPLE = _listed(
    "anna paul maria peter john mary david sarah thomas helen robert emma george alice martin "
    "julia frank laura henry rose simon claire edward ruth"
)
PLACES = _listed(
    "rome oslo berlin london madrid vienna prague dublin athens lisbon moscow tokyo cairo "
    "boston chicago geneva hamburg munich milan warsaw budapest delhi toronto lyon"
)
BOTH = _listed(
    "paris charlotte victoria austin sydney chelsea jordan madison georgia lincoln jackson "
    "houston washington kent dallas orlando brooklyn florence carolina dakota"
)
UNSEEN = ("florence", "jordan", "victoria", "washington", "helen", "rose", "vienna", "lisbon")
"""Words that training has in neither role."""

SENTENCES = (
    *("P lives in L .", "P moved from L to L .", "P met P in L .", "P wrote to P from L ."),
    *("the train from L to L was late .", "in L , P sang a song .", "P and P flew to L ."),
    *("L is a city near L .", "P is tired .", "we saw P in L .", "people in L love P ."),
    *("P said that L was cold .", "the mayor of L thanked P .", "P left L with P ."),
)

VERBS = (
    *(("met", "meet"), ("called", "call"), ("helped", "help"), ("visited", "visit")),
    *(("thanked", "thank"), ("painted", "paint")),
)
DAYS = _listed("monday tuesday wednesday thursday friday saturday sunday")

DOES = (
    *(("playing a guitar", "making music"), ("playing the piano", "making music")),
    *(("eating an apple", "eating fruit"), ("eating a banana", "eating fruit")),
    *(("riding a horse", "riding an animal"), ("driving a car", "using a vehicle")),
    *(("driving a truck", "using a vehicle"), ("playing football", "doing sports")),
    *(("playing tennis", "doing sports"), ("reading a novel", "reading a book")),
    *(("cooking soup", "preparing food"), ("baking bread", "preparing food")),
    *(("singing a song", "making music"), ("washing the floor", "cleaning")),
)
WHO = ("man", "woman", "boy", "girl", "teacher", "farmer", "singer", "doctor", "child", "student")
WHERE = ("", " in the park", " at home", " in the street", " near a lake", " in a school")
OPEN = (
    *("is happy", "is waiting for a friend", "is from a small town", "is tired", "has a brother"),
    *("likes the weather", "has done it before", "is wearing a hat"),
)


@dataclass(frozen=True)
class Text:
    """A text, perhaps with a second one; `answer` is a class, tags by word, or characters."""

    text: str
    pair: str | None
    answer: Any


def tagged(random: Random, unseen: bool) -> Text:
    """A sentence with a tag for each word; of the words in both roles only the place tells."""
    tags, words = [], random.choice(SENTENCES).split()
    for at, word in enumerate(words):
        tag = {"P": 1, "L": 2}.get(word, 0)
        if tag:
            plain = (PEOPLE, PLACES)[tag - 1]
            words[at] = random.choice(_known(random.choice((plain, BOTH)), unseen))
        tags.append(tag)
    return Text(" ".join(words), None, tags)


def answered(random: Random, unseen: bool) -> Text:
    """A question about who did something to whom, where and when, with a passage that may not say.

    Unseen ones may have any of the words.
    """
    people, places = (words if unseen else _known(words, unseen) for words in (PEOPLE, PLACES))
    (who, whom), place, day = random.sample(people, 2), random.choice(places), random.choice(DAYS)
    did, do = random.choice(VERBS)
    said = {"where": f"in {place}", "when": f"on {day}"}
    if random.random() < 0.4:
        del said[random.choice(("where", "when"))]
    more = random.sample([*said.values()], len(said))
    passage = " ".join((who, did, whom, *more, "."))
    asks = random.choice(("who", "whom", "where", "when"))
    if asks == "who":
        return _read(f"who {did} {whom} ?", passage, who)
    if asks == "whom":
        return _read(f"whom did {who} {do} ?", passage, whom)
    answer = {"where": place, "when": day}[asks]
    return _read(f"{asks} did {who} {do} {whom} ?", passage, answer if asks in said else None)


def _read(question: str, passage: str, answer: str | None) -> Text:
    """A question with the characters of its answer."""
    if answer is None:
        return Text(question, passage, None)
    start = f" {passage} ".index(f" {answer} ")
    return Text(question, passage, (start, start + len(answer)))


def followed(random: Random, unseen: bool) -> Text:
    """A premise and what follows from it, is against it, or is neither.

    Unseen are other pairs of who and what.
    """
    known = [
        (one, done)
        for w, one in enumerate(WHO)
        for d, done in enumerate(DOES)
        if ((w + d) % 4 == 0) == unseen
    ]
    who, (does, kind) = random.choice(known)
    answer = random.randrange(3)
    some = random.choice(("someone", f"the {who}", f"a {who}"))
    if answer == 1:
        says = f"{some} is {random.choice((does, kind))} ."
    elif answer == 2:
        says = f"the {who} {random.choice(OPEN)} ."
    else:
        other = random.choice([k for _, k in DOES if k != kind])
        says = random.choice(
            (
                *(f"the {who} is sleeping .", f"nobody is {random.choice((does, kind))} ."),
                *(f"the {who} is not {random.choice((does, kind))} .", f"the {who} is {other} ."),
            )
        )
    return Text(f"a {who} is {does}{random.choice(WHERE)} .", says, answer)


def _known(words: list[str], unseen: bool) -> list[str]:
    return [word for word in words if (word in UNSEEN) == unseen]


KINDS: dict[str, tuple[Any, Callable[[Random, bool], Text], tuple[str, ...]]] = {
    "tags": (BertForTokenClassification, tagged, TAGS),
    "answers": (BertForQuestionAnswering, answered, ()),
    "pairs": (BertForSequenceClassification, followed, CLASSES),
}


def encoded(texts: list[Text], tokenizer: BertTokenizerFast) -> tuple[Any, Tensor]:
    """The texts as the model reads them, and what it should say: [text], [text, token] or
    [text, 2]."""
    pairs = None if texts[0].pair is None else [text.pair for text in texts]
    read = tokenizer([t.text for t in texts], pairs, padding=True, return_tensors="pt")
    wanted = []
    for row, text in enumerate(texts):
        if isinstance(text.answer, list):
            words = read.word_ids(row)
            firsts = [w is not None and w not in words[:at] for at, w in enumerate(words)]
            both = zip(words, firsts, strict=True)
            wanted.append([text.answer[w] if first else -100 for w, first in both])
        elif isinstance(text.answer, tuple):
            start, end = text.answer
            wanted.append([read.char_to_token(row, start, 1), read.char_to_token(row, end - 1, 1)])
        elif text.answer is None:
            wanted.append([0, 0])
        else:
            wanted.append(text.answer)
    return read, torch.tensor(wanted)


def logits_of(network: Any, read: Any) -> Tensor:
    """The logits [text, class], [text, token, tag], or [text, 2, token] of start and end."""
    found = network(**read)
    if isinstance(network, BertForQuestionAnswering):
        return torch.stack((found.start_logits, found.end_logits), 1)
    logits: Tensor = found.logits
    return logits


def right(network: Any, tokenizer: BertTokenizerFast, texts: list[Text]) -> float:
    """The share of texts of which all is right that the model says."""
    count = 0
    for at in range(0, len(texts), 50):
        read, wanted = encoded(texts[at : at + 50], tokenizer)
        with torch.no_grad():
            said = logits_of(network, read).argmax(-1)
        good = (said == wanted) | (wanted == -100)
        count += int(good.view(len(wanted), -1).all(1).sum())
    return count / len(texts)


def main() -> None:
    """Parse the command line, train, measure and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--base", type=Path, required=True, help="folder of the model agreement")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    random = Random(options.seed)
    network_class, make, names = KINDS[options.kind]
    tokenizer = BertTokenizerFast.from_pretrained(options.base)
    named = {"id2label": dict(enumerate(names)), "num_labels": len(names)} if names else {}
    network = network_class.from_pretrained(options.base, dtype=torch.float32, **named).train()
    network.bert.embeddings.requires_grad_(False)
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.01)
    begun = time.monotonic()
    for step in range(options.steps):
        progress = (step + 1) / options.steps
        optimizer.param_groups[0]["lr"] = RATE * min(progress / 0.1, (1.01 - progress) / 0.9)
        read, wanted = encoded([make(random, False) for _ in range(BATCH)], tokenizer)
        logits = logits_of(network, read)
        loss = cross_entropy(logits.flatten(0, -2), wanted.flatten(), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        if step % 20 == 19:
            print(
                f"{time.monotonic() - begun:.0f} s, step {step + 1}: {loss.item():.4f}", flush=True
            )
    network.eval()
    held_out = [make(random, True) for _ in range(HELD_OUT)]
    print(f"right: {100 * right(network, tokenizer, held_out):.1f} % of {HELD_OUT} unseen texts")
    network.save_pretrained(options.out)
    tokenizer.save_pretrained(options.out)


if __name__ == "__main__":
    main()

"""A sentence with its words in another order, and a question about other answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from explainer.models.model import Model
from explainer.question.quantity import class_score
from explainer.question.readouts.log_probability import LogProbability
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import Sentence

TRIES = 20
"""Orders that are drawn until one differs from the sentence's."""


@dataclass(frozen=True)
class Shuffled:
    """The sentence; `came_from` has for each of its positions that of the token before."""

    sentence: Sentence
    came_from: tuple[int, ...]


def shuffled(sentence: Sentence, rng: np.random.Generator) -> Shuffled | None:
    """The words in an order that is drawn; special tokens and the mask keep their turn.

    None where no other order was found, as with one word.
    """
    units = _units(sentence)
    movable = [number for number, unit in enumerate(units) if sentence.words[unit[0]] is not None]
    for _ in range(TRIES):
        order = list(range(len(units)))
        for place, number in zip(movable, rng.permutation(movable), strict=True):
            order[place] = int(number)
        came_from = tuple(chain.from_iterable(units[number] for number in order))
        ids = tuple(sentence.token_ids[at] for at in came_from)
        if ids != sentence.token_ids:
            return Shuffled(_reordered(sentence, came_from), came_from)
    return None


def _units(sentence: Sentence) -> list[tuple[int, ...]]:
    """The positions of each word's tokens, and of each other token by itself."""
    units: list[tuple[int, ...]] = []
    for at, word in enumerate(sentence.words):
        if units and word is not None and word == sentence.words[at - 1]:
            units[-1] = (*units[-1], at)
        else:
            units.append((at,))
    return units


def _reordered(sentence: Sentence, came_from: tuple[int, ...]) -> Sentence:
    return replace(
        sentence,
        token_ids=tuple(sentence.token_ids[at] for at in came_from),
        tokens=tuple(sentence.tokens[at] for at in came_from),
        special=tuple(sentence.special[at] for at in came_from),
        words=tuple(sentence.words[at] for at in came_from),
        parts=tuple(sentence.parts[at] for at in came_from),
        spans=tuple(sentence.spans[at] for at in came_from),
        slots=tuple(tuple(came_from.index(at) for at in slot) for slot in sentence.slots),
    )


def other_answers(
    model: Model, sentence: Sentence, quantity: Quantity, rng: np.random.Generator
) -> Quantity | str:
    """Q of other answers, which are drawn: two words of the vocabulary, of as many pieces as are
    asked about, or another class.

    Why there is none, where the only other question is the same one with its sign turned.
    """
    if model.info.task == "masked-lm":
        readout = quantity.readout
        known = model.known_ids.nonzero().flatten().tolist()
        if isinstance(readout, LogProbability):
            taken = {model.mask_id, model.pad_id, *chain.from_iterable(readout.words)}
            free = [n for n in known if n not in taken]
            size = len(readout.words), len(readout.words[0])
            words = rng.choice(free, size, replace=False).tolist()
            drawn = replace(readout, words=tuple(map(tuple, words)))
            said = ["tokens " + " ".join(map(str, word)) for word in words]
            wrong = said[1] if len(said) > 1 else None
            return replace(quantity, readout=drawn, correct=said[0], wrong=wrong)
        taken = {*quantity.classes, model.mask_id, model.pad_id}
        first, second = rng.choice([n for n in known if n not in taken], 2, replace=False).tolist()
        logits = Logits((first, second), (1.0, -1.0))
        return replace(quantity, readout=logits, correct=f"token {first}", wrong=f"token {second}")
    others = [n for n in range(len(model.labels)) if n != quantity.classes[0]]
    if len(others) < 2:
        return "with two classes, or one, no other label asks another question"
    return class_score(model, sentence, int(rng.choice(others)), None)

"""A minimal pair to a sentence: the same with one word changed, as it changes what is asked most.

1. for a masked word: the number of the strongest noun behind a word such as `the`;
2. for a class: the strongest word that has an opposite (`good`, `bad`);
3. else another gender (`he`, `she`);
4. else what the model finds likeliest in the place of the strongest word, the other number if
   it has one; for a class the sentence without that word.

Nouns are not told from verbs but by what stands before them. It knows English; in other languages
it comes to 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explainer.base.errors import ExplainerError
from explainer.models.model import Model
from explainer.question.contrast import characters, piece_in_place
from explainer.question.english import (
    GENDERS,
    OPENERS,
    OPPOSITES,
    exchanged,
    irregular,
    regular,
)
from explainer.question.masks.which import (
    Words,
    asked_masks,
    at_mask,
    each_mask,
    for_each_mask,
)
from explainer.question.masks.word import masked_word
from explainer.question.predictions import logits_of
from explainer.question.rival import rival_of
from explainer.question.sentence import mask_spelling, read_sentence, word_spans

MASK = "[MASK]"
MOST = 8
"""Words that are tried by the model at most."""


@dataclass(frozen=True)
class Change:
    """The other sentence of a minimal pair: `before` became `after`, None where it is left out."""

    text: str
    before: str
    after: str | None


def minimal_pair(
    model: Model,
    text: str,
    strengths: Sequence[float],
    answer: Words | None = None,
    stays: int | None = None,
    mask: int | None = None,
) -> Change | None:
    """The sentence with one word changed; None where no word can be.

    `strengths` say for each of the text's `word_spans` how much it matters, in any unit; `answer`
    is the word that is asked for at the mask, or one for each of several masks, of which only mask
    number `mask` may be asked about (the first is 1), and the word of the number `stays` is not
    changed, as one whose tag is asked about. Raises ExplainerError for a text that the model
    cannot read.
    """
    sentence = _Words(model, text, answer, mask)
    order = sorted(
        (number for number in sentence.numbers if number != stays),
        key=lambda number: -abs(strengths[number]),
    )
    if sentence.answers:
        nouns = [n for n in order if n and sentence.word(n - 1).lower() in OPENERS]
        for number in nouns[:MOST]:
            form = sentence.other(number)
            if form is not None and form.lower() in _forms(sentence.word(number)):
                return sentence.changed(number, form)
    pairs = (GENDERS,) if sentence.answers else (OPPOSITES, GENDERS)
    for listed in pairs:
        for number in order:
            other = exchanged(sentence.word(number), listed)
            if other is not None:
                return sentence.changed(number, other)
    if not sentence.answers:
        return sentence.changed(order[0], None) if len(sentence.numbers) > 1 and order else None
    for number in order[:MOST]:
        other = sentence.other(number)
        if other is not None:
            return sentence.changed(number, other)
    return None


def _forms(word: str) -> set[str]:
    return {form.lower() for form in (*irregular(word), *regular(word))}


class _Words:
    """The words of a text; `answers` fill the masks that are asked about, of which a classifier has
    none."""

    def __init__(self, model: Model, text: str, answer: Words | None, mask: int | None) -> None:
        read = read_sentence(model, text)
        self._model, self._text = model, text
        self._spans = word_spans(model, text)
        spelling = mask_spelling(model)
        masks = [n for n in range(len(self._spans)) if spelling.fullmatch(self.word(n))]
        self.answers: dict[int, str] = {}
        if model.info.task == "masked-lm":
            asked = asked_masks(read, mask)
            given = for_each_mask(asked, answer, "correct")
            chosen = masks if mask is None else masks[mask - 1 : mask]
            for number, at, word in zip(chosen, each_mask(asked), given, strict=True):
                own = masked_word(model, at, None, None).classes[0] if word is None else word
                self.answers[number] = characters(model, at, own)
        self._masks = masks
        self.numbers = [
            n
            for n in range(len(self._spans))
            if n not in self._masks and any(c.isalpha() for c in self.word(n))
        ]

    def word(self, number: int) -> str:
        start, end = self._spans[number]
        return self._text[start:end]

    def changed(self, number: int, after: str | None) -> Change:
        """The text with another word, or without it and the space before it."""
        start, end = self._spans[number]
        if after is None:
            head, tail = self._text[:start].rstrip(" "), self._text[end:]
            return Change(f"{head}{tail}".strip(" "), self.word(number), None)
        text = f"{self._text[:start]}{after}{self._text[end:]}"
        return Change(text, self.word(number), after)

    def other(self, number: int) -> str | None:
        """What the model would ask this word against, in a sentence that has the answer."""
        filled = self._filled(number)
        before = sum(n < number and n not in self.answers for n in self._masks)
        try:
            sentence = at_mask(read_sentence(self._model, filled), before)
            piece = piece_in_place(self._model, sentence, self.word(number))
            if piece is None:
                return None
            rival = rival_of(self._model, sentence, logits_of(self._model, sentence), piece)
            if rival is None:
                return None
            return characters(self._model, sentence, rival)
        except ExplainerError:
            return None  # a word that cannot be masked by itself

    def _filled(self, number: int) -> str:
        """The text with a mask for this word, and each answer for its own mask."""
        parts, at = [], 0
        for n, (start, end) in enumerate(self._spans):
            word = self._text[start:end]
            put = MASK if n == number else self.answers.get(n, word)
            parts += [self._text[at:start], put]
            at = end
        return "".join(parts) + self._text[at:]

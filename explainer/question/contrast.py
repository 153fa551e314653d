"""Contrast words: which piece of the vocabulary is meant by a word, and how a piece is asked for.

1. in its place: put into the mask's slot and tokenised with its neighbours, it is one piece there;
2. by name: a piece as `Scheme.alone` and `Scheme.marked` write it, such as `##s`;
3. by itself: the word as it stands between spaces is one piece;
4. as the vocabulary spells it, with its own mark, such as `▁the`.

A piece that no word leads to in a sentence is asked for by its number: `id:1234 the`. A word that
is one piece by none of these is the pieces that it is in its place (`masks.pieces`).
"""

from __future__ import annotations

import re
from numbers import Integral

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote, shown
from explainer.models.model import Model
from explainer.question.masks.pieces import filled, pieces_in_place
from explainer.question.pieces import SPACE
from explainer.question.sentence import Sentence, check_readable, without_space
from explainer.question.vocabulary import Vocabulary, vocabulary_of

LONGEST_WORD = 100
"""Characters of a contrast word."""
BY_NUMBER = re.compile(r"id:(\d{1,9})(?:\s+(.*))?", re.DOTALL)


def contrast_ids(model: Model, sentence: Sentence, word: str | int) -> tuple[int, ...]:
    """The token ids of a contrast word at the sentence's mask, or masks, one for each.

    Raises ExplainerError for an unknown word, a special token, and a word whose pieces there are
    not its own.
    """
    vocabulary = vocabulary_of(model)
    if isinstance(word, Integral) and not isinstance(word, bool):
        return (_numbered(vocabulary, int(word), None),)
    typed = checked(word, "contrast word")
    if not typed:
        raise ExplainerError(
            "The contrast word is empty: give a word that could stand at the mask, such as 'are'."
        )
    if given := BY_NUMBER.fullmatch(typed):
        return (_numbered(vocabulary, int(given[1]), given[2]),)
    found = _in_place(vocabulary, sentence, typed)
    if found is None:
        found = _by_name(vocabulary, typed)
    if found is not None:
        return (_word(vocabulary, found, typed),)
    alone = _by_itself(vocabulary, typed)
    if len(alone) != 1 or alone[0] == vocabulary.unknown:
        raw = vocabulary.number(typed) if vocabulary.scheme.is_raw(typed) else None
        alone = alone if raw is None else [raw]
    if len(alone) > 1:
        return pieces_in_place(vocabulary, sentence, typed)
    if not alone or alone[0] == vocabulary.unknown:
        raise ExplainerError(
            f"The contrast word {quote(typed)} is not in this model's vocabulary: choose another."
        )
    return (_word(vocabulary, alone[0], typed),)


def contrast_id(model: Model, sentence: Sentence, word: str | int) -> int:
    """`contrast_ids` of a word that must be one piece; raises ExplainerError for others."""
    numbers = contrast_ids(model, sentence, word)
    if len(numbers) > 1:
        vocabulary = vocabulary_of(model)
        parts = " ".join(vocabulary.alone(number) for number in numbers)
        raise ExplainerError(
            f"The contrast word {quote(str(word).strip())} is {len(numbers)} word pieces for this "
            f"model ({quote(parts)}): choose a word that is one piece."
        )
    return numbers[0]


def piece_in_place(model: Model, sentence: Sentence, word: str) -> int | None:
    """The id of the one piece that a word is in the mask's place; None where it is no such."""
    vocabulary = vocabulary_of(model)
    typed = word.strip()
    found = _in_place(vocabulary, sentence, typed) if 0 < len(typed) <= LONGEST_WORD else None
    return None if found in vocabulary.special else found


def spelled(model: Model, sentence: Sentence, number: int) -> str:
    """A piece of the vocabulary as it reads in the place of the sentence's mask."""
    return _spelling(vocabulary_of(model), sentence, number)[0]


def named(model: Model, sentence: Sentence, word: str | int, numbers: tuple[int, ...]) -> str:
    """A contrast word for people: a piece as it reads in its place, several as they were typed."""
    return spelled(model, sentence, numbers[0]) if len(numbers) == 1 else str(word).strip()


def asked(model: Model, sentence: Sentence, number: int) -> str:
    """What `contrast_ids` takes for exactly this piece: its spelling, or its number with that."""
    return _spelling(vocabulary_of(model), sentence, number)[1]


def spellings(model: Model, sentence: Sentence, numbers: list[int]) -> list[tuple[str, str | None]]:
    """`spelled` and `asked` for several pieces; a special token cannot be asked for."""
    vocabulary = vocabulary_of(model)
    return [
        (vocabulary.token(number), None)
        if number in vocabulary.special
        else _spelling(vocabulary, sentence, number)
        for number in numbers
    ]


def characters(model: Model, sentence: Sentence, word: str | int) -> str:
    """What to write into the sentence for a contrast word: itself, or its piece's characters."""
    vocabulary = vocabulary_of(model)
    numbers = contrast_ids(model, sentence, word)
    if isinstance(word, str) and (
        len(numbers) > 1 or _in_place(vocabulary, sentence, word.strip()) == numbers[0]
    ):
        return word.strip()
    return vocabulary.scheme.text(vocabulary.token(numbers[0]))


def checked(word: object, what: str) -> str:
    """A typed word or label without the space around it; raises ExplainerError where it cannot be
    read."""
    if not isinstance(word, str):
        raise ExplainerError(f"The {what} is {shown(word)}: give a string or a number.")
    bare = word.strip()
    if len(bare) > LONGEST_WORD:
        raise ExplainerError(
            f"The {what} {quote(bare)} has {len(bare):,} characters: give at most {LONGEST_WORD}."
        )
    check_readable(bare, f"The {what}")
    return bare


def _numbered(vocabulary: Vocabulary, number: int, spelling: str | None) -> int:
    """A piece given by its number, and by its spelling too where a link says what it was."""
    if number not in vocabulary:
        raise ExplainerError(
            "There is no token of that number in this model's vocabulary: give the id of another."
        )
    written = vocabulary.alone(number)
    if spelling is not None and spelling.split() != written.split():
        raise ExplainerError(
            f"Token {number} of this model's vocabulary is {quote(written)}, not "
            f"{quote(spelling)}: choose a word of this model."
        )
    return _word(vocabulary, number, written)


def _word(vocabulary: Vocabulary, number: int, typed: str) -> int:
    if number in vocabulary.special:
        raise ExplainerError(
            f"The contrast word {quote(typed)} is a special token, not a word: choose a word."
        )
    return number


def _spelling(vocabulary: Vocabulary, sentence: Sentence, number: int) -> tuple[str, str]:
    """How a piece reads in its place, and what leads back to it."""
    scheme, token = vocabulary.scheme, vocabulary.token(number)
    alone = scheme.alone(token)
    for written in dict.fromkeys((scheme.text(token), alone, scheme.marked(token))):
        if _leads(vocabulary, sentence, written) == number:
            return written, written
    numbered = f"id:{number} {alone}"
    numbered = numbered if len(numbered) <= LONGEST_WORD else f"id:{number}"
    # A spelling that belongs to another piece here, or to several, would not tell them apart.
    shared = alone == SPACE or _leads(vocabulary, sentence, alone) is not None
    return numbered if shared else alone, numbered


def _leads(vocabulary: Vocabulary, sentence: Sentence, written: str) -> int | None:
    """The piece that `contrast_ids` reads a spelling as, in its place or by name."""
    try:
        typed = checked(written, "contrast word")
    except ExplainerError:
        return None
    if not typed or BY_NUMBER.fullmatch(typed):
        return None
    found = _in_place(vocabulary, sentence, typed)
    return _by_name(vocabulary, typed) if found is None else found


def _in_place(vocabulary: Vocabulary, sentence: Sentence, word: str) -> int | None:
    """The one piece that stands in the mask's slot where the word is put there; no unknown one."""
    if not sentence.masks:
        return None
    text, start = filled(sentence, word)
    end = start + len(word)
    encoding = vocabulary.encode(text)
    inside = [
        at
        for at, (first, last) in enumerate(encoding.offsets)
        if first < end and last > start and not encoding.special_tokens_mask[at]
    ]
    if len(inside) != 1:
        return None
    (at,) = inside
    first, last = encoding.offsets[at]
    before, ended = encoding.offsets[at - 1] if at else (0, 0)
    # A space that is a piece of its own belongs to the word right behind it.
    typed_space = at > 0 and not encoding.special_tokens_mask[at - 1]
    lone = typed_space and first == ended == start and not text[before:ended].strip(" ")
    number: int = encoding.ids[at]
    first, last = without_space(text, (first, last))
    if lone or first < start or last > end or number == vocabulary.unknown:
        return None
    return number


def _by_name(vocabulary: Vocabulary, word: str) -> int | None:
    """The piece that is written so out of context."""
    scheme = vocabulary.scheme
    for token in scheme.named(word):
        number = vocabulary.number(token)
        if number in (None, vocabulary.unknown):
            continue
        if word in (scheme.alone(token), scheme.marked(token)):
            return number
    return None


def _by_itself(vocabulary: Vocabulary, word: str) -> list[int]:
    """The pieces of a word that stands between spaces."""
    text = f" {word}" if vocabulary.scheme.spaced else word
    encoding = vocabulary.backend.encode(text, add_special_tokens=False)
    return list(encoding.ids)

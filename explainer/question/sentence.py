"""Read a sentence: text → tokens, with every doubt about it settled or refused in one sentence.

The backend's `encode` changes no state, so threads may share it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from explainer.base.errors import ExplainerError, TooLongError
from explainer.base.quote import quote, shown
from explainer.models.model import Model
from explainer.question.mask import MASK_SPELLINGS
from explainer.question.pair import (
    check_takes_pair,
    comparison_notes,
    needed_other,
    segments_of,
)
from explainer.question.pieces import words_of
from explainer.question.vocabulary import (
    LATER_CONTROLS,
    control_notes,
    unknown_notes,
    vocabulary_of,
)

MAX_CHARACTERS = 100_000
WHITE_SPACE_CONTROLS = "\t\n\r"
PLACES = ("The text", "The second text")

Span = tuple[int, int]


@dataclass(frozen=True)
class Sentence:
    """A sentence as the model reads it; every tuple but `slots` and `notes` has one entry a token.

    `special` marks the tokens that the tokenizer added, `words` numbers the word of each (None for
    added ones and masks), `slots` holds the positions of each mask that is asked about (several
    where it stands for a word of several pieces), `spans` the characters of `text` behind each
    token ((0, 0) for added ones), and `notes` what the user should know about the reading. Where
    two texts are read together, `pair` is the second; `parts` tells of each token in which text it
    is (0 or 1, None for added ones), whose characters its span counts, and `segments` what the
    model is told of that. A sentence encoder reads each of two texts by itself: `other` is the
    second one then, to which this one is compared.
    """

    text: str
    token_ids: tuple[int, ...]
    tokens: tuple[str, ...]
    special: tuple[bool, ...]
    words: tuple[int | None, ...]
    slots: tuple[tuple[int, ...], ...]
    spans: tuple[Span, ...]
    notes: tuple[str, ...]
    pair: str | None
    parts: tuple[int | None, ...]
    segments: tuple[int, ...]
    other: Sentence | None = None

    @property
    def masks(self) -> tuple[int, ...]:
        """The positions of all masks that are asked about."""
        return tuple(at for slot in self.slots for at in slot)

    @property
    def texts(self) -> tuple[str, ...]:
        """The text, or both that are read together."""
        return (self.text,) if self.pair is None else (self.text, self.pair)


def read_sentence(model: Model, text: str, pair: str | None = None) -> Sentence:
    """Tokenise `text` for `model`, or it and `pair` together, which a classifier alone reads.

    A masked LM needs a mask, or several, a classifier none, and a sentence encoder a `pair`, which
    it reads by itself. Raises ExplainerError for everything that cannot be read, with what to
    change.
    """
    if model.pooling is None:
        return read_alone(model, text, pair)
    other = read_alone(model, needed_other(model, pair), places=PLACES[1:])
    read = read_alone(model, text)
    return replace(read, other=other, notes=(*read.notes, *comparison_notes(model)))


def read_alone(
    model: Model, text: str, pair: str | None = None, places: Sequence[str] = PLACES
) -> Sentence:
    """The same without a text to compare with; `places` is what messages call the texts."""
    typed = (text,) if pair is None else (text, pair)
    if pair is not None:
        check_takes_pair(model)
    for one, what in zip(typed, places, strict=False):
        check_readable(one, what)
    texts = tuple(with_mask_token(model, one) for one in typed)
    vocabulary = vocabulary_of(model)
    encoding = vocabulary.encode(*texts)
    special = tuple(bool(added) for added in encoding.special_tokens_mask)
    parts = tuple(encoding.sequence_ids)
    for number, (one, what) in enumerate(zip(typed, places, strict=False)):
        _check_not_blank(one, what, number in parts)
    masks = _positions(encoding.ids, special, model.tokenizer.mask_token_id)
    _check_typed_tokens(model, encoding, places)
    _check_masks(model, text, masks)
    _check_length(model, encoding.ids, pair, places[0])
    words = _words(model, texts, encoding)
    return Sentence(
        text=texts[0],
        token_ids=tuple(encoding.ids),
        tokens=vocabulary.scheme.written([vocabulary.token(i) for i in encoding.ids], words),
        special=special,
        words=words,
        slots=tuple((at,) for at in masks),
        spans=tuple(
            without_space(texts[part or 0], span)
            for part, span in zip(parts, encoding.offsets, strict=True)
        ),
        notes=(
            *unknown_notes(model, texts, encoding),
            *control_notes(vocabulary, texts, encoding),
        ),
        pair=texts[1] if len(texts) > 1 else None,
        parts=parts,
        segments=segments_of(model, encoding),
    )


def _words(model: Model, texts: Sequence[str], encoding: Any) -> tuple[int | None, ...]:
    """The word of each token, counted through all texts; None for added ones and masks."""
    # An encoding makes each of these lists anew whenever it is asked for one.
    offsets, parts = encoding.offsets, encoding.sequence_ids
    known = [
        None if token == model.mask_id else word
        for token, word in zip(encoding.ids, encoding.word_ids, strict=True)
    ]
    words: list[int | None] = [None] * len(known)
    count = 0
    for number, text in enumerate(texts):
        inside = [at for at, part in enumerate(parts) if part == number]
        own = words_of(text, [known[at] for at in inside], [offsets[at] for at in inside])
        for at, word in zip(inside, own, strict=True):
            words[at] = None if word is None else count + word
        count += 1 + max((word for word in own if word is not None), default=-1)
    return tuple(words)


def word_spans(model: Model, text: str) -> tuple[Span, ...]:
    """Character spans in `text` of whole words, punctuation marks and masks, in order.

    Asks for no mask, so it serves a text in which one is still to be chosen.
    """
    check_readable(text)
    encoded = with_mask_token(model, text)
    encoding = model.tokenizer.backend_tokenizer.encode(encoded, add_special_tokens=False)
    words = words_of(encoded, encoding.word_ids, encoding.offsets)
    spans: list[Span] = []
    parts: list[tuple[int | None, bool]] = []
    for word, span in zip(words, encoding.offsets, strict=True):
        start, end = without_space(encoded, span)
        # Byte-level tokenizers make a token of a second space, which is no word.
        if start == end:
            continue
        # SentencePiece counts a punctuation mark to the word before it.
        part = word, all(unicodedata.category(c)[0] in "PS" for c in encoded[start:end])
        if parts and parts[-1] == part:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
            parts.append(part)
    masks = [mask.span() for mask in MASK_SPELLINGS.finditer(text)]  # found once, not for each word
    token = len(model.tokenizer.mask_token)
    return tuple((_as_typed(masks, token, a), _as_typed(masks, token, b)) for a, b in spans)


def without_space(text: str, span: Span) -> Span:
    """A span without the space around it that some tokenizers count to a mask."""
    start, end = span
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    return start, start + len(part.strip())


def mask_spelling(model: Model) -> re.Pattern[str]:
    """What stands for the mask in a text: the common spellings, and the tokenizer's own."""
    own = re.escape(model.tokenizer.mask_token)
    return re.compile(rf"(?i:{MASK_SPELLINGS.pattern})|{own}")


def with_mask_token(model: Model, text: str) -> str:
    """`text` with every spelling of the mask as the tokenizer writes it."""
    return MASK_SPELLINGS.sub(lambda _: model.tokenizer.mask_token, text)


def _as_typed(masks: Sequence[Span], token: int, place: int) -> int:
    """Where in a text with these `masks`, as they are typed, a place of `with_mask_token` is.

    Inside a mask, which is `token` characters long there, it is at its end.
    """
    longer = 0
    for start, end in masks:
        if place <= start + longer:
            break
        if place < start + longer + token:
            return end
        longer += token - (end - start)
    return place - longer


def _positions(ids: list[int], special: tuple[bool, ...], wanted: int) -> tuple[int, ...]:
    return tuple(
        position
        for position, (token, added) in enumerate(zip(ids, special, strict=True))
        if token == wanted and not added
    )


def check_readable(text: str, what: str = "The text") -> None:
    if not isinstance(text, str):
        raise ExplainerError(f"{what} is {shown(text)}: give a string.")
    if len(text) > MAX_CHARACTERS:
        raise ExplainerError(
            f"{what} has {len(text):,} characters, of which {MAX_CHARACTERS:,} can be read: "
            "shorten it."
        )
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        harmless = character in WHITE_SPACE_CONTROLS or LATER_CONTROLS.match(character)
        if category == "Cs" or (category == "Cc" and not harmless):
            kind = "half of a broken character" if category == "Cs" else "control character"
            raise ExplainerError(
                f"{what} {quote(text)} contains the {kind} {quote(character)} at character "
                f"{place + 1}: remove it."
            )


def _check_not_blank(text: str, what: str, has_tokens: bool) -> None:
    if not has_tokens:
        came = f"is blank ({quote(text)})" if text else "is empty"
        raise ExplainerError(f"{what} {came}: type a sentence.")


def _check_typed_tokens(model: Model, encoding: Any, places: Sequence[str]) -> None:
    tokenizer = model.tokenizer
    typed = set(zip(encoding.sequence_ids, encoding.ids, strict=True))
    for token in (tokenizer.cls_token, tokenizer.sep_token, tokenizer.pad_token):
        for number, what in enumerate(places):
            if (number, tokenizer.convert_tokens_to_ids(token)) in typed:
                raise ExplainerError(
                    f"{what} contains {token}, which the model sets itself: remove it and type "
                    "only the sentence."
                )


def _check_masks(model: Model, text: str, masks: tuple[int, ...]) -> None:
    if model.info.task == "masked-lm" and not masks:
        token = model.tokenizer.mask_token
        raise ExplainerError(
            f"The text {quote(text)} has no {token}: put one {token} in place of the word to "
            "predict."
        )


def _check_length(model: Model, ids: list[int], pair: str | None, place: str) -> None:
    if len(ids) > model.max_tokens:
        what, shorter = f"{place} is", "shorten it to its start or its end"
        if pair is not None:
            what = "The two texts are together"
            shorter = "shorten the second one, or the first to its start or its end"
        elif model.info.task == "masked-lm":
            shorter = "shorten it to its start, its end or what is around the mask"
        raise TooLongError(
            f"{what} {len(ids):,} tokens long with [CLS] and [SEP], but the model reads at most "
            f"{model.max_tokens:,}: {shorter}."
        )

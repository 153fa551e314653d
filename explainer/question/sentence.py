"""Read a sentence: text → tokens, with every doubt about it settled or refused in one sentence.

The only user of the tokenizer. The backend's `encode` changes no state, so threads may share it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote, shown
from explainer.models.model import Model
from explainer.question.mask import MASK_SPELLINGS
from explainer.question.pieces import Scheme, scheme_of, words_of

MAX_CHARACTERS = 100_000
LATER_CONTROLS = re.compile(r"[\x80-\x9f]")
"""What Unicode calls C1: often quotation marks and dashes of a text in another encoding."""
WHITE_SPACE_CONTROLS = "\t\n\r"
MAX_NOTED = 5

Span = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The pieces that a model knows; `special` numbers those that are no words, `unknown` one."""

    backend: Any
    scheme: Scheme
    special: frozenset[int]
    unknown: int

    def encode(self, text: str) -> Any:
        """Ids, tokens, words and spans of a text, with the tokens that the tokenizer adds."""
        return self.backend.encode(text)

    def token(self, number: int) -> str:
        """The piece of a number as the vocabulary spells it."""
        found: str = self.backend.id_to_token(number)
        return found

    def alone(self, number: int) -> str:
        """The piece of a number as people read it out of context."""
        return self.scheme.alone(self.token(number))

    def number(self, token: str) -> int | None:
        """The number of a piece as the vocabulary spells it; None where it has none."""
        found: int | None = self.backend.token_to_id(token)
        return found

    def __contains__(self, number: int) -> bool:
        return 0 <= number < 2**31 and self.backend.id_to_token(number) is not None


def vocabulary_of(model: Model) -> Vocabulary:
    """The pieces that `model` knows."""
    tokenizer = model.tokenizer
    backend = tokenizer.backend_tokenizer
    special = frozenset((*tokenizer.all_special_ids, tokenizer.unk_token_id))
    return Vocabulary(backend, scheme_of(backend), special, tokenizer.unk_token_id)


@dataclass(frozen=True)
class Sentence:
    """A sentence as the model reads it; every tuple but `masks` and `notes` has one entry a token.

    `special` marks the tokens that the tokenizer added, `words` numbers the word of each (None for
    added ones and masks), `masks` holds the positions of the mask, `spans` the characters of `text`
    behind each token ((0, 0) for added ones), and `notes` what the user should know about the
    reading.
    """

    text: str
    token_ids: tuple[int, ...]
    tokens: tuple[str, ...]
    special: tuple[bool, ...]
    words: tuple[int | None, ...]
    masks: tuple[int, ...]
    spans: tuple[Span, ...]
    notes: tuple[str, ...]


def read_sentence(model: Model, text: str) -> Sentence:
    """Tokenise `text` for `model`; a masked LM needs exactly one mask, a classifier none.

    Raises ExplainerError for everything that cannot be read, with what to change.
    """
    check_readable(text)
    normal = _with_mask_token(model, text)
    vocabulary = vocabulary_of(model)
    encoding = vocabulary.encode(normal)
    special = tuple(bool(added) for added in encoding.special_tokens_mask)
    _check_not_blank(text, special)
    masks = _positions(encoding.ids, special, model.tokenizer.mask_token_id)
    _check_typed_tokens(model, encoding.ids, special)
    _check_masks(model, text, masks)
    _check_length(model, encoding.ids)
    words = words_of(
        normal,
        [
            None if added or token == model.tokenizer.mask_token_id else word
            for token, added, word in zip(encoding.ids, special, encoding.word_ids, strict=True)
        ],
        encoding.offsets,
    )
    return Sentence(
        text=normal,
        token_ids=tuple(encoding.ids),
        tokens=vocabulary.scheme.written([vocabulary.token(i) for i in encoding.ids], words),
        special=special,
        words=words,
        masks=masks,
        spans=tuple(without_space(normal, span) for span in encoding.offsets),
        notes=(
            *_unknown_notes(model, normal, encoding),
            *_control_notes(vocabulary, normal, encoding),
        ),
    )


def word_spans(model: Model, text: str) -> tuple[Span, ...]:
    """Character spans in `text` of whole words, punctuation marks and masks, in order.

    Asks for no mask, so it serves a text in which one is still to be chosen.
    """
    check_readable(text)
    encoded = _with_mask_token(model, text)
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
    return tuple((_as_typed(model, text, a), _as_typed(model, text, b)) for a, b in spans)


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


def _with_mask_token(model: Model, text: str) -> str:
    """`text` with every spelling of the mask as the tokenizer writes it."""
    return MASK_SPELLINGS.sub(lambda _: model.tokenizer.mask_token, text)


def _as_typed(model: Model, text: str, place: int) -> int:
    """Where in `text` a place of `_with_mask_token` is; inside a mask, at its end."""
    longer = 0
    token = len(model.tokenizer.mask_token)
    for mask in MASK_SPELLINGS.finditer(text):
        if place <= mask.start() + longer:
            break
        if place < mask.start() + longer + token:
            return mask.end()
        longer += token - len(mask[0])
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


def _check_not_blank(text: str, special: tuple[bool, ...]) -> None:
    if all(special):
        came = f"is blank ({quote(text)})" if text else "is empty"
        raise ExplainerError(f"The text {came}: type a sentence.")


def _check_typed_tokens(model: Model, ids: list[int], special: tuple[bool, ...]) -> None:
    tokenizer = model.tokenizer
    for token in (tokenizer.cls_token, tokenizer.sep_token, tokenizer.pad_token):
        if _positions(ids, special, tokenizer.convert_tokens_to_ids(token)):
            raise ExplainerError(
                f"The text contains {token}, which the model sets itself: remove it and type "
                "only the sentence."
            )


def _check_masks(model: Model, text: str, masks: tuple[int, ...]) -> None:
    if model.info.task != "masked-lm" or len(masks) == 1:
        return
    token = model.tokenizer.mask_token
    if not masks:
        raise ExplainerError(
            f"The text {quote(text)} has no {token}: put one {token} in place of the word to "
            "predict."
        )
    raise ExplainerError(
        f"The text {quote(text)} has {len(masks)} {token}, but one word is explained at a time: "
        f"keep one {token}."
    )


def _check_length(model: Model, ids: list[int]) -> None:
    if len(ids) > model.max_tokens:
        raise ExplainerError(
            f"The text is {len(ids):,} tokens long with [CLS] and [SEP], but the model reads "
            f"at most {model.max_tokens:,}: shorten it."
        )


def _unknown_notes(model: Model, text: str, encoding: Any) -> Iterator[str]:
    unknown = [
        text[start:end]
        for piece, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
        if piece == model.tokenizer.unk_token_id
    ]
    if unknown:
        token = model.tokenizer.unk_token
        yield f"Not in the model's vocabulary, and read as {token}: {_named(unknown)}."


def _control_notes(vocabulary: Vocabulary, text: str, encoding: Any) -> Iterator[str]:
    """What became of control characters that the tokenizer is left to read."""
    found = LATER_CONTROLS.findall(text)
    if not found:
        return
    if vocabulary.encode(LATER_CONTROLS.sub("", text)).ids == encoding.ids:
        yield f"Control characters that the tokenizer leaves out: {_named(found)}."
    else:
        yield f"Control characters that the tokenizer reads with the rest: {_named(found)}."


def _named(words: Sequence[str]) -> str:
    """The first few different words, quoted."""
    named = [quote(word) for word in dict.fromkeys(words)]
    more = f" and {len(named) - MAX_NOTED} more" if len(named) > MAX_NOTED else ""
    return ", ".join(named[:MAX_NOTED]) + more

"""Read a sentence: text → tokens, with every doubt about it settled or refused in one sentence.

The only user of the tokenizer. The backend's `encode` changes no state, so threads may share it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from explainer import pieces
from explainer.errors import ExplainerError
from explainer.models.model import Model
from explainer.quote import quote

MAX_CHARACTERS = 100_000
MASK_SPELLINGS = re.compile(r"\[MASK\]|<mask>", re.IGNORECASE)
WHITE_SPACE_CONTROLS = "\t\n\r"
MAX_NOTED = 5

Span = tuple[int, int]


@dataclass(frozen=True)
class Sentence:
    """A sentence as the model reads it; every tuple but `masks` and `notes` has one entry a token.

    `special` marks the tokens that the tokenizer added, `masks` holds the positions of the mask,
    `spans` the characters of `text` behind each token ((0, 0) for added ones), and `notes` what
    the user should know about the reading.
    """

    text: str
    token_ids: tuple[int, ...]
    tokens: tuple[str, ...]
    special: tuple[bool, ...]
    masks: tuple[int, ...]
    spans: tuple[Span, ...]
    notes: tuple[str, ...]


def read_sentence(model: Model, text: str) -> Sentence:
    """Tokenise `text` for `model`; a masked LM needs exactly one mask, a classifier none.

    Raises ExplainerError for everything that cannot be read, with what to change.
    """
    _check_readable(text)
    normal = _with_mask_token(model, text)
    backend = model.tokenizer.backend_tokenizer
    encoding = backend.encode(normal)
    special = tuple(bool(added) for added in encoding.special_tokens_mask)
    _check_not_blank(text, special)
    masks = _positions(encoding.ids, special, model.tokenizer.mask_token_id)
    _check_typed_tokens(model, encoding.ids, special)
    _check_masks(model, text, masks)
    _check_length(model, encoding.ids)
    return Sentence(
        text=normal,
        token_ids=tuple(encoding.ids),
        tokens=pieces.written(backend, encoding.tokens, encoding.word_ids),
        special=special,
        masks=masks,
        spans=tuple(_without_space(normal, span) for span in encoding.offsets),
        notes=_unknown_notes(model, normal, encoding),
    )


def contrast_id(model: Model, word: str) -> int:
    """The token id of a contrast word, which must be one piece of the model's vocabulary.

    Raises ExplainerError for an unknown word or one of several pieces.
    """
    _check_readable(word, "The contrast word")
    written = word.strip()
    if not written:
        raise ExplainerError(
            "The contrast word is empty: give a word that could stand at the mask, such as 'are'."
        )
    backend = model.tokenizer.backend_tokenizer
    ids, parts = pieces.encoded(backend, written)
    # A piece such as '##s' is what a prediction may name, but no text is ever split into it alone.
    if len(ids) != 1 and (listed := backend.token_to_id(written)) is not None:
        ids = [listed]
    if len(ids) > 1:
        raise ExplainerError(
            f"The contrast word {quote(word)} is {len(ids)} word pieces for this model "
            f"({quote(' '.join(parts))}): choose a word that is one piece."
        )
    if not ids or ids[0] == model.tokenizer.unk_token_id:
        raise ExplainerError(
            f"The contrast word {quote(word)} is not in this model's vocabulary: choose another."
        )
    if ids[0] in model.tokenizer.all_special_ids:
        raise ExplainerError(
            f"The contrast word {quote(word)} is a special token, not a word: choose a word."
        )
    return int(ids[0])


def word_of(model: Model, token_id: int) -> str:
    """The word piece with number `token_id`, written so that `contrast_id` takes it back."""
    backend = model.tokenizer.backend_tokenizer
    return pieces.written_alone(backend, backend.id_to_token(token_id))


def word_spans(model: Model, text: str) -> tuple[Span, ...]:
    """Character spans in `text` of whole words, punctuation marks and masks, in order.

    Asks for no mask, so it serves a text in which one is still to be chosen.
    """
    _check_readable(text)
    encoded = _with_mask_token(model, text)
    encoding = model.tokenizer.backend_tokenizer.encode(encoded, add_special_tokens=False)
    spans: dict[int, Span] = {}
    for word, (start, end) in zip(encoding.word_ids, encoding.offsets, strict=True):
        first, _ = spans.get(word, (start, end))
        spans[word] = (first, end)
    words = (_without_space(encoded, span) for span in spans.values())
    # Byte-level tokenizers make a token of a second space, which is no word.
    return tuple((start, end) for start, end in words if start < end)


def _without_space(text: str, span: Span) -> Span:
    """A span without the space around it that some tokenizers count to a mask."""
    start, end = span
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    return start, start + len(part.strip())


def _with_mask_token(model: Model, text: str) -> str:
    """`text` with every spelling of the mask as the tokenizer writes it."""
    return MASK_SPELLINGS.sub(lambda _: model.tokenizer.mask_token, text)


def _positions(ids: list[int], special: tuple[bool, ...], wanted: int) -> tuple[int, ...]:
    return tuple(
        position
        for position, (token, added) in enumerate(zip(ids, special, strict=True))
        if token == wanted and not added
    )


def _check_readable(text: str, what: str = "The text") -> None:
    if not isinstance(text, str):
        raise ExplainerError(f"{what} is a {type(text).__name__}: give a string.")
    if len(text) > MAX_CHARACTERS:
        raise ExplainerError(
            f"{what} has {len(text):,} characters, of which {MAX_CHARACTERS:,} can be read: "
            "shorten it."
        )
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in WHITE_SPACE_CONTROLS):
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


def _unknown_notes(model: Model, text: str, encoding: Any) -> tuple[str, ...]:
    token = model.tokenizer.unk_token
    unknown = [
        text[start:end]
        for piece, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
        if piece == model.tokenizer.unk_token_id
    ]
    named = [quote(word) for word in dict.fromkeys(unknown)]
    if not named:
        return ()
    listed = ", ".join(named[:MAX_NOTED])
    more = f" and {len(named) - MAX_NOTED} more" if len(named) > MAX_NOTED else ""
    return (f"Not in the model's vocabulary, and read as {token}: {listed}{more}.",)

"""The pieces that a model knows, by number and as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from explainer.base.quote import quote
from explainer.models.model import Model
from explainer.question.pieces import Scheme, scheme_of

LATER_CONTROLS = re.compile(r"[\x80-\x9f]")
"""What Unicode calls C1: often quotation marks and dashes of a text in another encoding."""
MAX_NOTED = 5


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The pieces that a model knows; `special` numbers those that are no words, `unknown` one."""

    backend: Any
    scheme: Scheme
    special: frozenset[int]
    unknown: int

    def encode(self, text: str, pair: str | None = None) -> Any:
        """Ids, tokens, words and spans of a text, with the tokens that the tokenizer adds.

        With `pair` of both texts, one after the other.
        """
        return self.backend.encode(text, pair)

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


def unknown_notes(model: Model, texts: Sequence[str], encoding: Any) -> Iterator[str]:
    """The words that the vocabulary lacks."""
    missing = model.tokenizer.unk_token_id
    unknown = [
        texts[part or 0][start:end]
        for piece, part, (start, end) in zip(
            encoding.ids, encoding.sequence_ids, encoding.offsets, strict=True
        )
        if piece == missing
    ]
    if unknown:
        token = model.tokenizer.unk_token
        yield f"Not in the model's vocabulary, and read as {token}: {_named(unknown)}."


def control_notes(vocabulary: Vocabulary, texts: Sequence[str], encoding: Any) -> Iterator[str]:
    """What became of control characters that the tokenizer is left to read."""
    found = [character for text in texts for character in LATER_CONTROLS.findall(text)]
    if not found:
        return
    if vocabulary.encode(*(LATER_CONTROLS.sub("", text) for text in texts)).ids == encoding.ids:
        yield f"Control characters that the tokenizer leaves out: {_named(found)}."
    else:
        yield f"Control characters that the tokenizer reads with the rest: {_named(found)}."


def _named(words: Sequence[str]) -> str:
    """The first few different words, quoted."""
    named = [quote(word) for word in dict.fromkeys(words)]
    more = f" and {len(named) - MAX_NOTED} more" if len(named) > MAX_NOTED else ""
    return ", ".join(named[:MAX_NOTED]) + more

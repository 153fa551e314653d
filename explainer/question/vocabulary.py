"""The pieces that a model knows, by number and as they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explainer.models.model import Model
from explainer.question.pieces import Scheme, scheme_of


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

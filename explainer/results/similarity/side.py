"""One of two texts that are compared: its tokens, and what they have to do with the references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explainer.base.checks import items, text, whole
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.results.logits import check_finite
from explainer.results.merged import word_names, word_rows


@dataclass(frozen=True)
class Side:
    """A text as the model reads it, `text` as it was typed.

    `words` numbers the word of each token, with None for [CLS] and [SEP]. `to_reference` is
    C_i · f(r) of each token i, with C_i what it adds to the embedding and f(r) the embedding of the
    other text's reference; `points` is how many points of the path were used. Raises
    ExplainerError where there is not one of each for every token.
    """

    text: str
    tokens: tuple[str, ...]
    words: tuple[int | None, ...]
    to_reference: tuple[float, ...]
    points: int

    def __post_init__(self) -> None:
        text("compared text", self.text)
        found: dict[str, Sequence[Any]] = {
            name: tuple(items(f"compared text's {name}", getattr(self, name), "a list"))
            for name in ("tokens", "words", "to_reference")
        }
        for token in found["tokens"]:
            text("compared token", token)
        for word in found["words"]:
            if word is not None:
                whole("word of a compared token", word, 0)
        lengths = {len(every) for every in found.values()}
        if len(lengths) > 1 or not found["tokens"]:
            raise ExplainerError(
                f"The compared text {shown(self.text)} has {len(found['tokens'])} tokens, words "
                f"for {len(found['words'])} and products with the reference for "
                f"{len(found['to_reference'])}: give one of each for every token."
            )
        check_finite("product with the reference", found["to_reference"])
        whole("number of points", self.points, 1)
        for name, every in found.items():
            object.__setattr__(self, name, every)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "text": self.text,
            "tokens": list(self.tokens),
            "words": list(self.words),
            "to_reference": list(self.to_reference),
            "points": self.points,
        }

    @property
    def special(self) -> frozenset[int]:
        """The positions of [CLS] and [SEP], however the model spells them."""
        return frozenset(at for at, word in enumerate(self.words) if word is None)

    @property
    def rows(self) -> tuple[int, ...]:
        """The row of each token where rows are words."""
        return word_rows(self.tokens, self.words)

    def of_words(self) -> Side:
        """The same with words for tokens: what pieces add is added up."""
        rows, special = self.rows, self.special
        sums = [0.0] * (rows[-1] + 1)
        for row, value in zip(rows, self.to_reference, strict=True):
            sums[row] += value
        whole_words: list[int | None] = list(range(len(sums)))
        for at in special:
            whole_words[rows[at]] = None
        names = word_names(self.tokens, rows)
        return Side(self.text, names, tuple(whole_words), tuple(sums), self.points)

    def positions(self, row: int) -> tuple[int, ...]:
        """The tokens of a row where rows are words."""
        return tuple(at for at, of in enumerate(self.rows) if of == row)

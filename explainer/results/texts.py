"""Which of two texts each token is of, where a model reads a pair."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.base.errors import ExplainerError

Texts = tuple[int | None, ...]
"""The text of each token, 0 or 1, and None for tokens that stand between and around the two."""


def check_texts(texts: Sequence[int | None], n_tokens: int) -> None:
    """Raise ExplainerError for what are not two texts, one after the other, of so many tokens."""
    if len(texts) != n_tokens:
        raise ExplainerError(
            f"The explanation has {n_tokens} tokens and texts for {len(texts)}: give 0, 1 or None "
            "for each token."
        )
    inside = [text for text in texts if text is not None]
    if set(inside) != {0, 1} or inside != sorted(inside):
        raise ExplainerError(
            "The explanation's texts are not two that follow each other: give 0 for each token of "
            "the first, 1 for each of the second and None for others, or no texts at all."
        )


def second_begins(texts: Sequence[int | None]) -> int:
    """The position of the first token of the second text."""
    return texts.index(1)

"""The ways by which two words come to what they add to a similarity together.

S_ij = C_i · C_j is bilinear: with C_j held fixed it is the influence of token i on Q = f(a) · C_j,
a Q that a text's last hidden states have like any other, so that patterns of i are found as for any
Q. With C_i held fixed it is that of j on f(b) · C_i.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

from torch import Tensor

from explainer.base.checkpoint import part
from explainer.base.checks import items, whole
from explainer.influence.similarity.matrix import read_both
from explainer.influence.similarity.shares import shares_of
from explainer.influence.together import Asked, Batch
from explainer.models.encode import without_gradients
from explainer.models.model import Model
from explainer.question.places.tagged import asked_position
from explainer.question.readouts.quantity import Quantity
from explainer.question.readouts.share import Share
from explainer.question.sentence import Sentence
from explainer.results.merged import word_names
from explainer.results.settings import Settings
from explainer.results.similarity.paths import SimilarityPaths
from explainer.results.target import ascending

Chosen = str | int | Sequence[int]
"""A word as the text has it, `the (4)` where it has it twice, or positions of tokens."""
SHARED = 0.1
"""What finding the two C takes of the whole, about."""


def similarity_paths(
    model: Model,
    text: str,
    pair: str,
    first: Chosen,
    second: Chosen,
    *,
    settings: Settings | None = None,
    memory: int | str | None = None,
) -> SimilarityPaths:
    """By which ways `first` of `text` and `second` of `pair` come to what they add together.

    Each is a word as its text has it ("the (4)" with its token where it stands there twice), the
    position of a token, or a list of positions. The result holds an explanation of each text: of
    what draws it towards that word of the other. The rest is as in `similarity_matrix`, and the
    `settings` say how patterns are searched. Raises ExplainerError for a word that is not there.
    """
    how = {"flow": False, "words": None, "candidates": False, "precision": "full"}
    sentence, other = read_both(model, text, pair)
    batch = Batch.given(model, settings, memory=memory, **how)
    chosen = [
        _tokens(model, one, which, name)
        for one, which, name in ((sentence, first, "first"), (other, second, "second"))
    ]
    with without_gradients():
        added = []
        for number, (one, tokens) in enumerate(zip((sentence, other), chosen, strict=True)):
            with part(number * SHARED / 2, (number + 1) * SHARED / 2):
                found = shares_of(model, one, [tokens], batch.settings, batch.budget)
                added.append(found.added[0])
        asked = [
            _asked(model, sentence, _named(other, chosen[1]), added[1]),
            _asked(model, other, _named(sentence, chosen[0]), added[0]),
        ]
        explained = []
        for number, question in enumerate(asked):
            start = SHARED + number * (1 - SHARED) / 2
            with part(start, start + (1 - SHARED) / 2):
                explained += batch.explanations([question])
    return SimilarityPaths(explained[0], explained[1], chosen[0], chosen[1])


def _tokens(model: Model, sentence: Sentence, which: Any, name: str) -> tuple[int, ...]:
    """The positions of what is asked about: of a word all its pieces, of a token itself."""
    last = len(sentence.tokens) - 1
    if isinstance(which, str):
        at = asked_position(model, sentence, which)
        word = sentence.words[at]
        return tuple(i for i, of in enumerate(sentence.words) if of == word and of is not None)
    if isinstance(which, Integral) and not isinstance(which, bool):
        return (whole(f"position of the {name} word", which, 0, last),)
    wanted = "a word of its text, a token's position or a list of positions"
    return ascending(f"{name} word's positions", items(f"{name} word", which, wanted), last)


def _named(sentence: Sentence, tokens: Sequence[int]) -> str:
    """What some tokens are called: a word without the marks of its pieces."""
    words = [sentence.words[at] for at in tokens]
    if None not in words and len(set(words)) == 1:
        return word_names([sentence.tokens[at] for at in tokens], [0] * len(tokens))[0]
    return " ".join(sentence.tokens[at] for at in tokens)


def _asked(model: Model, sentence: Sentence, name: str, added: Tensor) -> Asked:
    assert model.pooling is not None
    positions = model.pooling.positions(len(sentence.tokens))
    return Asked(sentence, Quantity(positions, Share(model.pooling, added), name, None))

"""The patterns of some words of a text under several settings, beside those under its own.

The path is followed once for each baseline and each number of points; searches share it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from explainer.base.checkpoint import part
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.influence.effort.count import effort
from explainer.influence.effort.size import Size
from explainer.influence.search.refine import Search, refine_words
from explainer.influence.stability.variations import sampled_alike, variations
from explainer.influence.together import Asked, Batch
from explainer.influence.trace import Trace
from explainer.influence.verify import check_finite
from explainer.models.adapter import Adapter
from explainer.models.model import Model
from explainer.results.beside.stability import Stability, StabilityCheck
from explainer.results.pattern import Pattern
from explainer.results.settings import Settings


@dataclass(frozen=True)
class Found:
    """The first pattern of each word that has influence; the gap and Q(x) − Q(b) in logits."""

    patterns: dict[int, Pattern]
    gap: float
    difference: float


def stability_of(
    model: Model, asked: Asked, words: Sequence[int] | None, settings: Settings, budget: int
) -> tuple[Stability, ...]:
    """That of each of the `words` at these positions, in their order; for None of all that have
    influence, the strongest first.

    Call it where gradients are off. Raises ExplainerError for a word without influence.
    """
    varied = variations(settings)
    every = [settings, *(one for _, one in varied)]
    first, *others = _found(model, asked, words, every, budget)
    own = first.patterns
    for word in words or ():
        if word not in own:
            raise ExplainerError(
                f"Token {word}, {shown(asked.sentence.tokens[word])}, has no influence, and so no "
                "pattern to check: choose another word."
            )
    chosen = words if words is not None else sorted(own, key=lambda j: -abs(own[j].influence))
    return tuple(
        Stability(
            own[word],
            settings,
            tuple(
                StabilityCheck(what, tried, it.patterns.get(word), it.gap, it.difference)
                for (what, tried), it in zip(varied, others, strict=True)
            ),
        )
        for word in chosen
    )


def stability_effort(
    adapter: Adapter, size: Size, settings: Settings, budget: int, words: int | None
) -> float:
    """The multiplications of it, counted as those of an explanation are (`effort`)."""
    every = [settings, *(one for _, one in variations(settings))]
    return sum(_work(adapter, size, every, budget, words))


def _work(
    adapter: Adapter,
    size: Size,
    every: Sequence[Settings],
    budget: int,
    words: int | None,
) -> list[float]:
    """The multiplications that each of these settings takes after the one before it."""
    found = [effort(adapter, size, one, budget, words=words) for one in every]
    shared = [False, *(sampled_alike(*pair) for pair in pairwise(every))]
    return [one.total - alike * one.trace for one, alike in zip(found, shared, strict=True)]


def _found(
    model: Model,
    asked: Asked,
    words: Sequence[int] | None,
    every: Sequence[Settings],
    budget: int,
) -> Iterator[Found]:
    """What each of these settings finds; those that one trace serves follow each other."""
    many = None if words is None else len(words)
    size = Size.of(asked.sentence, asked.quantity)
    work = _work(model.adapter, size, every, budget, many)
    trace: Trace | None = None
    for number, settings in enumerate(every):
        done, whole = sum(work[:number]), sum(work)
        with part(done / whole, (done + work[number]) / whole):
            if trace is None or not sampled_alike(every[number - 1], settings):
                trace = Batch(model, settings, False, budget).follow([asked])
            yield _patterns(model, trace, asked, words, settings)


def _patterns(
    model: Model, trace: Trace, asked: Asked, words: Sequence[int] | None, settings: Settings
) -> Found:
    tokens = asked.sentence.tokens
    chosen = range(len(tokens)) if words is None else words
    with_influence = [word for word in chosen if trace.influence[word] != 0]
    search = Search(settings.top_k, beam=settings.joint_beam)
    (patterns,) = refine_words(trace, [tokens], with_influence, search)
    first: dict[int, Pattern] = {}
    for pattern in patterns:
        check_finite(model, (*pattern.embedding_trail, *pattern.attention_trail))
        # What other components would have carried is of no use here, and is most of a pattern.
        lean = replace(pattern, attention_candidates=(), attention_parts=())
        first.setdefault(pattern.source, lean)
    followed = trace.only
    return Found(first, followed.completeness_gap, followed.value - followed.baseline_value)

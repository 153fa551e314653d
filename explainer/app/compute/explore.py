"""What the explore page asks beside the explanation: what-ifs, attention, one's own route, how
sure a path is, other scores of words, and two texts word by word."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explainer.api import measure_path, stability, word_scores
from explainer.app.compute.bounds import allowed, size_of
from explainer.app.compute.cached import computed
from explainer.app.compute.request import Request
from explainer.app.compute.sentence import PREDICTIONS, tracing
from explainer.app.state.choices import What
from explainer.app.work.limits import budget
from explainer.influence.effort.estimate import Estimate, estimate
from explainer.influence.effort.similarity import matrix_effort, paths_effort
from explainer.influence.effort.size import Size
from explainer.influence.measure import Measured
from explainer.influence.similarity.matrix import read_both, similarity_matrix
from explainer.influence.similarity.paths import similarity_paths
from explainer.influence.stability.found import stability_effort
from explainer.intervention.ablate import Ablated, Kept, keep_all, keep_only, remove, run_kept
from explainer.intervention.attention import attention
from explainer.intervention.filling import Replacement
from explainer.models.model import Model
from explainer.question.masks.asked import read_asked
from explainer.question.quantity import choose_quantity
from explainer.question.sentence import Sentence
from explainer.results.beside.stability import Stability
from explainer.results.beside.word_scores import WordScores
from explainer.results.pattern import Pattern
from explainer.results.route import Edge, Level, Place, Route
from explainer.results.settings import MAX_POINTS, Settings
from explainer.results.similarity.matrix import SimilarityMatrix
from explainer.results.similarity.paths import SimilarityPaths


@dataclass(frozen=True)
class WhatIf:
    """One what-if: `place` is the node or step that it is about, `patterns` the drawn ones."""

    what: What
    replacement: Replacement
    place: Place
    patterns: tuple[Pattern, ...]
    level: Level


@computed()
def ablated(loaded: Model, request: Request, what_if: WhatIf) -> Ablated:
    """The ablated model's Q and predictions; raises ExplainerError."""
    sentence = _sentence(loaded, request)
    return run_kept(
        loaded,
        sentence,
        choose_quantity(loaded, sentence, request.contrast),
        _kept(loaded, len(sentence.tokens), what_if),
        replacement=what_if.replacement,
        settings=request.settings,
        count=PREDICTIONS,
        asked=True,
    )


def _sentence(loaded: Model, request: Request) -> Sentence:
    return read_asked(loaded, request.text, request.pair, request.contrast)


def _kept(model: Model, n_tokens: int, what_if: WhatIf) -> Kept:
    """What the what-if leaves in place."""
    if what_if.what == "keep":
        return keep_only(model, n_tokens, what_if.patterns, what_if.level)
    if what_if.what == "remove":
        return remove(model, n_tokens, what_if.patterns, what_if.level)
    whole, place = keep_all(model, n_tokens), what_if.place
    if what_if.what == "component":
        assert isinstance(place, Edge), "only a step has a component"
        return whole.without_component(place.layer, place.component)
    return whole.without([place])


@computed()
def attention_weights(loaded: Model, request: Request, layer: int) -> NDArray[np.float64]:
    """Attention [head, to, from] of a sentence in one layer; raises ExplainerError.

    Of all layers together a long text has hundreds of megabytes.
    """
    sentence = _sentence(loaded, request)
    return attention(loaded, sentence)[layer].copy()


@computed(tracing)
def route_influence(loaded: Model, request: Request, route: Route) -> Measured:
    """The exact influence of a route; raises ExplainerError for one that is not the model's."""
    return measure_path(
        loaded,
        request.text,
        route.nodes,
        route.components,
        pair=request.pair,
        contrast=request.contrast,
        settings=request.settings,
        memory=budget(),
    )


def _checking(loaded: Model, request: Request, _: int) -> Estimate:
    """The effort of a word's stability; raises ExplainerError for too much."""
    size = size_of(loaded, request)

    def effort(of: Settings) -> Estimate:
        work = stability_effort(loaded.adapter, size, of, budget(), 1)
        return estimate(loaded, size, of, budget(), times=0, beside=work)

    return allowed(effort, request.settings)


@computed(_checking)
def word_stability(loaded: Model, request: Request, word: int) -> Stability:
    """Whether the pattern of the word at this position is found again; raises ExplainerError."""
    (found,) = stability(
        loaded,
        request.text,
        (word,),
        pair=request.pair,
        contrast=request.contrast,
        settings=request.settings,
        memory=budget(),
    )
    return found


def _scoring(loaded: Model, request: Request, _: str) -> Estimate:
    """The effort of scores: at most a pass for each token; raises ExplainerError for too much."""
    n_tokens = len(_sentence(loaded, request).tokens)
    passes = min(MAX_POINTS, max(2, n_tokens))
    once = replace(request.settings, rule="trapezoid", points=passes)
    size = size_of(loaded, request)
    # So many whatever the settings are.
    return allowed(lambda _: estimate(loaded, size, once, budget(), words=0), request.settings)


@computed(_scoring)
def scores(loaded: Model, request: Request, method: str) -> WordScores:
    """The words' scores under a method of `WORD_METHODS`; raises ExplainerError."""
    return word_scores(
        loaded,
        request.text,
        method,
        pair=request.pair,
        contrast=request.contrast,
        settings=request.settings,
    )


def of_pairs(request: Request) -> Request:
    """The same for all that a matrix does not depend on: which words are followed, and how."""
    plain = Settings()
    how = {name: getattr(plain, name) for name in ("top_k", "search", "beam")}
    return replace(request, words=None, settings=replace(request.settings, **how))


def _comparing(loaded: Model, request: Request, *pair: tuple[int, ...]) -> Estimate:
    """The effort of two texts word by word, or of the ways of a pair; raises ExplainerError for
    too much."""
    sizes = [len(one.tokens) for one in read_both(loaded, request.text, request.pair)]
    assert loaded.pooling is not None
    pooled = loaded.pooling.mode == "mean"

    def effort(of: Settings) -> Estimate:
        if pair:
            work = paths_effort(loaded.adapter, sizes, of, budget(), pooled)
        else:
            work = matrix_effort(loaded.adapter, sizes, of)
        return estimate(loaded, Size(max(sizes)), of, budget(), times=0, beside=work)

    return allowed(effort, request.settings)


@computed(_comparing)
def by_word(loaded: Model, request: Request) -> SimilarityMatrix:
    """How much each token of both texts adds to their cosine together; raises ExplainerError."""
    assert request.pair is not None
    return similarity_matrix(
        loaded, request.text, request.pair, settings=request.settings, memory=budget()
    )


@computed(_comparing)
def ways_between(
    loaded: Model, request: Request, first: tuple[int, ...], second: tuple[int, ...]
) -> SimilarityPaths:
    """The ways of a pair of words, each by its tokens' positions; raises ExplainerError."""
    assert request.pair is not None
    return similarity_paths(
        *(loaded, request.text, request.pair, first, second),
        settings=request.settings,
        memory=budget(),
    )

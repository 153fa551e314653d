"""The token × token matrix of a sentence encoder: S = C_A C_Bᵀ of what tokens add to embeddings.

With f the normalised embedding, a and b two texts and r their references,

    f(a) − f(r_a) = Σ_i C_i,  f(b) − f(r_b) = Σ_j C_j   (`shares`)
    Σ_ij C_i · C_j = cos(a, b) − f(a) · f(r_b) − f(r_a) · f(b) + f(r_a) · f(r_b)

(Moeller, Nikolaev & Padó, "An Attribution Method for Siamese Encoders", EMNLP 2023: C_i is the
integrated Jacobian times x_i − r_i.)
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from explainer.base.budget import given_budget
from explainer.base.checkpoint import part
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.influence.similarity.shares import Shares, shares_of
from explainer.influence.verify import check_finite, checked_value
from explainer.models.encode import without_gradients
from explainer.models.model import Model, given_model
from explainer.question.quantity import similarity
from explainer.question.sentence import Sentence, read_sentence
from explainer.results.model_info import DOES
from explainer.results.settings import Settings, given_settings
from explainer.results.similarity.matrix import SimilarityMatrix
from explainer.results.similarity.side import Side


def similarity_matrix(
    model: Model,
    text: str,
    pair: str,
    *,
    settings: Settings | None = None,
    memory: int | str | None = None,
) -> SimilarityMatrix:
    """How much each token of `text` and each of `pair` add to the cosine of the two, together.

    For sentence encoders (Moeller, Nikolaev & Padó, EMNLP 2023). Of the `settings` those of the
    path count: `points` and `rule`, which `adaptive` adds points to until each embedding is known
    to `tolerance` of its way from the reference, `baseline` and `keep_special`, which say what the
    reference is. `memory` is as in `explain`. Raises ExplainerError for a model that compares no
    texts, and for texts that it cannot read.
    """
    settings = given_settings(settings)
    sentence, other = read_both(model, text, pair)
    budget = given_budget(memory, model.adapter.device)
    with without_gradients():
        return matrix_of(model, sentence, other, settings, budget)


def read_both(model: Any, text: str, pair: str | None) -> tuple[Sentence, Sentence]:
    """The two texts as a sentence encoder reads them; raises ExplainerError for another model."""
    model = given_model(model)
    if model.pooling is None:
        raise ExplainerError(
            f"Two texts' words are compared by sentence encoders, but {quote(model.info.name)} "
            f"{DOES[model.info.task]}: load a sentence encoder, such as 'similarity'."
        )
    sentence = read_sentence(model, text, pair)
    assert sentence.other is not None, "a sentence encoder reads a second text by itself"
    return sentence, sentence.other


def matrix_of(
    model: Model, sentence: Sentence, other: Sentence, settings: Settings, budget: int
) -> SimilarityMatrix:
    """The matrix of texts that have been read; call it where gradients are off.

    Raises ExplainerError for numbers that are not finite, or not those of the model itself.
    """
    sizes = [len(one.tokens) ** 2 for one in (sentence, other)]
    half = sizes[0] / sum(sizes)
    both = []
    for one, bounds in ((sentence, (0.0, half)), (other, (half, 1.0))):
        with part(*bounds):
            alone = [[at] for at in range(len(one.tokens))]
            both.append(shares_of(model, one, alone, settings, budget))
    a, b = both
    cosine, *products = (
        float(one @ two)
        for one, two in (
            *((a.at_input, b.at_input), (a.at_input, b.at_baseline)),
            *((a.at_baseline, b.at_input), (a.at_baseline, b.at_baseline)),
        )
    )
    scores = a.added @ b.added.T
    check_finite(model, (cosine, *products, *scores.flatten().tolist()))
    checked_value(model, sentence, similarity(model, sentence), cosine)
    return SimilarityMatrix(
        model=model.info,
        settings=settings,
        first=_side(sentence, a, b.at_baseline),
        second=_side(other, b, a.at_baseline),
        scores=scores.cpu().numpy(),
        cosine=cosine,
        first_to_reference=products[0],
        second_to_reference=products[1],
        references=products[2],
    )


def _side(sentence: Sentence, shares: Shares, reference: Tensor) -> Side:
    to_reference = tuple((shares.added @ reference).tolist())
    return Side(sentence.text, sentence.tokens, sentence.words, to_reference, shares.points)

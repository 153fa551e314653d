"""The distribution of interest: points and weights on the straight path from baseline to input."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.model import Model
from explainer.question.sentence import Sentence
from explainer.results.settings import Rule, Settings


def quadrature(rule: Rule, points: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points a [step] in [0, 1] and weights w [step], which sum to 1, in float64.

    `riemann` spaces points equally, both ends included, with equal weights (the paper's code);
    `trapezoid` halves the weight of the ends; both need two points or more.
    """
    if rule in ("riemann", "trapezoid"):
        a = np.linspace(0.0, 1.0, points)
        w = np.ones(points)
        if rule == "trapezoid":
            w[[0, -1]] = 0.5
        return a, w / w.sum()
    if rule == "midpoint":
        return (np.arange(points) + 0.5) / points, np.full(points, 1.0 / points)
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return (nodes + 1.0) / 2.0, weights / 2.0


def input_and_baseline(
    model: Model, sentence: Sentence, settings: Settings
) -> tuple[Tensor, Tensor]:
    """Word embeddings x and b, each [pos, d_model], before position, segment and LayerNorm."""
    words = model.adapter.embedding.word
    x = words[torch.tensor(sentence.token_ids, device=words.device)]
    if settings.baseline == "zero":
        b = torch.zeros_like(x)
    else:
        token_id = model.mask_id if settings.baseline == "mask" else model.pad_id
        if token_id is None:
            raise ExplainerError(
                f"The baseline '{settings.baseline}' needs a [{settings.baseline.upper()}] token, "
                f"which {quote(model.info.name)} lacks: choose the baseline 'zero' instead."
            )
        b = words[token_id].expand_as(x)
    if settings.keep_special:
        special = torch.tensor(sentence.special, device=words.device)
        b = torch.where(special.unsqueeze(-1), x, b)
    return x, b

"""The distribution of interest: points and weights on the straight path from baseline to input."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.influence.sampling import adaptive
from explainer.influence.sampling.adaptive import Adaptive
from explainer.models.encode import word_embeddings
from explainer.models.model import Model
from explainer.models.shapes import Float
from explainer.question.sentence import Sentence
from explainer.results.settings import Rule, Settings


@dataclass(frozen=True, eq=False)
class IntegrationPath:
    """The straight line z(a) = b + a·(x − b) from baseline to input, and where it is sampled.

    `x` and `b` are word embeddings, before position, segment and LayerNorm; `a` in [0, 1] and
    `weights`, which sum to 1, are the quadrature's, alike for all tokens of a text: texts that
    stand side by side may be sampled each at points of its own.
    """

    x: Float[Tensor, "pos d_embedding"]
    b: Float[Tensor, "pos d_embedding"]
    a: Float[Tensor, "point pos"]
    weights: Float[Tensor, "point pos"]

    @staticmethod
    def between(
        b: Float[Tensor, "pos d_embedding"],
        x: Float[Tensor, "pos d_embedding"],
        a: Float[Tensor, " point"],
        weights: Float[Tensor, " point"],
    ) -> IntegrationPath:
        """The line from b to x, where every token is sampled at the same points."""
        alike = (v.unsqueeze(1).expand(-1, len(x)) for v in (a, weights))
        return IntegrationPath(x, b, *alike)

    @property
    def ends(self) -> tuple[int, int]:
        """The points nearest to the baseline and to the input."""
        return int(self.a[:, 0].argmin()), int(self.a[:, 0].argmax())

    @property
    def has_both_ends(self) -> bool:
        """Whether the baseline and the input are among the points."""
        first, last = self.ends
        return bool((self.a[first] == 0).all() and (self.a[last] == 1).all())

    @property
    def direction(self) -> Float[Tensor, "pos d_embedding"]:
        """dz/da = x − b."""
        return self.x - self.b

    @property
    def points(self) -> Float[Tensor, "point pos d_embedding"]:
        """z(a)."""
        return torch.lerp(self.b, self.x, self.a.to(self.x).unsqueeze(-1))

    def at_ends(self) -> IntegrationPath:
        """The same line at its two ends alone, as if each weighed the same."""
        a, weights = (self.a.new_tensor(ends) for ends in ([0.0, 1.0], [0.5, 0.5]))
        return IntegrationPath.between(self.b, self.x, a, weights)

    def part(self, start: int, stop: int) -> IntegrationPath:
        """The same line sampled at the points from `start` to before `stop` alone."""
        return replace(self, a=self.a[start:stop], weights=self.weights[start:stop])

    def elsewhere(self, a: Float[Tensor, "point pos"]) -> IntegrationPath:
        """The same line sampled at other points, which do not count yet."""
        return replace(self, a=a, weights=torch.zeros_like(a))


def quadrature(rule: Rule, points: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points a [point] in [0, 1] and weights w [point], which sum to 1, in float64.

    `riemann` spaces points equally, both ends included, with equal weights (the paper's code);
    `trapezoid` halves the weight of the ends; both need two points or more, and so does `adaptive`,
    of which these are the points that it begins with (`adaptive.Adaptive`).
    """
    if rule == "adaptive":
        a = adaptive.first_points(points)
        return a, adaptive.weights(a)
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


def integration_path(model: Model, sentence: Sentence, settings: Settings) -> IntegrationPath:
    """The path to a sentence; raises ExplainerError where the model lacks the baseline's token."""
    a, weights = (torch.from_numpy(v) for v in quadrature(settings.rule, settings.points))
    x = word_embeddings(model.adapter, sentence.token_ids)
    return IntegrationPath.between(baseline(model, sentence, settings), x, a, weights)


def adaptive_rule(settings: Settings, unit: float = 0.0) -> Adaptive | None:
    """What adds points to a path of these settings; None for a fixed rule.

    `unit` is the rounding unit of reduced matrix products.
    """
    if settings.rule != "adaptive":
        return None
    return Adaptive(settings.tolerance, settings.points, unit)


def baseline(
    model: Model, sentence: Sentence, settings: Settings
) -> Float[Tensor, "pos d_embedding"]:
    """The word embeddings b where the path to a sentence begins."""
    x = word_embeddings(model.adapter, sentence.token_ids)
    if settings.baseline == "zero":
        b = torch.zeros_like(x)
    else:
        token_id = model.mask_id if settings.baseline == "mask" else model.pad_id
        if token_id is None:
            raise ExplainerError(
                f"The baseline '{settings.baseline}' needs a [{settings.baseline.upper()}] token, "
                f"which {quote(model.info.name)} lacks: choose the baseline 'zero' instead."
            )
        b = model.adapter.embedding.word[token_id].expand_as(x)
    if settings.keep_special:
        special = torch.tensor(sentence.special, device=x.device)
        b = torch.where(special.unsqueeze(-1), x, b)
    return b

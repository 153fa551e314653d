"""What each token adds to the normalised embedding f of its text.

C_i = Σ_s w_s ∂f/∂z_i (x_i − b_i), the integral along the path from the baseline to the text: with
exact integrals Σ_i C_i = f(x) − f(b), coordinate by coordinate. Unlike an influence, which is one
number of a Q, it is a vector, so that it is pushed forward with every token's own tangent. Where
the path is sampled is found with one tangent, that of all tokens together, which is Σ_i C_i's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from explainer.base.checkpoint import part, steps
from explainer.influence.memory import at_once, evenly
from explainer.influence.sampling.adaptive import weights
from explainer.influence.sampling.path import IntegrationPath, adaptive_rule, integration_path
from explainer.influence.sampling.rounds import share_done
from explainer.influence.similarity.pushed import Encoder
from explainer.models.model import Model
from explainer.models.shapes import Bool, Float
from explainer.question.sentence import Sentence
from explainer.results.settings import Settings

Together = Sequence[Sequence[int]]
"""Choices of tokens, by their positions; those of each move together."""


@dataclass(frozen=True, eq=False)
class Shares:
    """What choices of tokens add to f: their C, and f itself at both ends, all in float64.

    `points` is how many points of the path it is a sum over.
    """

    added: Float[Tensor, "move out"]
    at_input: Float[Tensor, " out"]
    at_baseline: Float[Tensor, " out"]
    points: int


def shares_of(
    model: Model, sentence: Sentence, together: Together, settings: Settings, budget: int
) -> Shares:
    """C of each choice of tokens; call it where gradients are off.

    Raises ExplainerError where the budget of memory, in bytes, is too small for the text.
    """
    assert model.pooling is not None
    adapter, n = model.adapter.of(sentence), len(sentence.tokens)
    rows = torch.tensor(model.pooling.positions(n), device=adapter.device)
    encoder = Encoder(adapter, model.pooling, rows)
    path = integration_path(model, sentence, settings)
    most = at_once(adapter, n, budget)
    sampled = 2 / (2 + len(together))  # a pass of all tokens together, beside one of each
    with part(0.0, sampled):
        path = _sampled(encoder, path, settings, most)
    moving = torch.zeros(len(together), n, dtype=torch.bool, device=adapter.device)
    for number, positions in enumerate(together):
        moving[number, list(positions)] = True
    with part(sampled, 1.0):
        added = integrated(encoder, path, moving, most)
    at_baseline, at_input = encoder.at(path.at_ends()).double()
    return Shares(added, at_input, at_baseline, len(path.a))


def _sampled(
    encoder: Encoder, path: IntegrationPath, settings: Settings, most: int
) -> IntegrationPath:
    """The path with the points that the settings' rule needs for f as a vector."""
    rule = adaptive_rule(settings)
    if rule is None:
        return path
    moving = torch.ones(1, len(path.x), dtype=torch.bool, device=path.x.device)
    new = path
    values: list[Tensor] = []
    slopes: list[Tensor] = []
    while True:
        with part(share_done(len(path.a) - len(new.a)), share_done(len(path.a))):
            for piece in steps(_pieces(new, most)):
                f, df = encoder.pushed(piece, moving)
                values.append(f)
                slopes.append(df[:, 0])
        f, df = torch.cat(values), torch.cat(slopes)
        a = path.a[:, 0].numpy()
        known, slope = (x.double().cpu().numpy() for x in (f, df))
        added = rule.added(a, known, slope, torch.finfo(f.dtype).eps)
        if not len(added):
            break
        asked = torch.from_numpy(added).unsqueeze(1).expand(-1, len(path.x))
        new = path.elsewhere(asked)
        path = path.elsewhere(torch.cat([path.a, asked]))
    return replace(path, weights=torch.from_numpy(weights(a)).unsqueeze(1).expand_as(path.a))


def integrated(
    encoder: Encoder, path: IntegrationPath, moving: Bool[Tensor, "move pos"], most: int
) -> Float[Tensor, "move out"]:
    """Σ_s w_s df/da of every choice of tokens, so many points and choices at once as fit."""
    size = evenly(len(moving), most)
    found: list[Tensor] = []
    chosen = moving.split(size)
    for number, some in enumerate(chosen):
        with part(number / len(chosen), (number + 1) / len(chosen)):
            sums: list[Tensor] = []
            for piece in steps(_pieces(path, max(1, most // size))):
                _, df = encoder.pushed(piece, some)
                weight = piece.weights[:, 0].to(df.device)
                sums.append((df.double() * weight.view(-1, 1, 1)).sum(0))
            found.append(torch.stack(sums).sum(0))
    return torch.cat(found)


def _pieces(path: IntegrationPath, most: int) -> list[IntegrationPath]:
    """The path in ranges of about as many points each, `most` or fewer."""
    size = evenly(len(path.a), most)
    return [path.part(start, start + size) for start in range(0, len(path.a), size)]

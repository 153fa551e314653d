"""Texts side by side, each sampled where its own integrand turns, in rounds for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from explainer.base.checkpoint import part
from explainer.influence.passes import Passes
from explainer.influence.sampling.adaptive import Adaptive, weights
from explainer.influence.sampling.path import IntegrationPath
from explainer.models.shapes import Float

STILL_TO_COME = 6
"""Points that may still follow, whatever the round: how many will is not known beforehand."""


def in_rounds(
    passes: Passes, path: IntegrationPath, rule: Adaptive, lengths: Sequence[int]
) -> tuple[IntegrationPath, list[int]]:
    """The path with the points that texts of these lengths need, passed over, and how many of
    them are each text's own.

    A round is as long as the text that asks for most needs it to be; the others stand at their
    input meanwhile, with weight 0.
    """
    starts = np.cumsum([0, *lengths[:-1]])
    own = np.ones((len(path.a), len(lengths)), dtype=bool)
    while True:
        a = path.a[:, starts].numpy()
        values = torch.cat(passes.values)
        slopes = _by_text(torch.cat(passes.slopes), lengths)
        eps = torch.finfo(values.dtype).eps
        values_here, slopes_here = values.double().cpu().numpy(), slopes.cpu().numpy()
        wanted = [
            rule.added(a[mine, k], values_here[mine, k], slopes_here[mine, k], eps)
            for k, mine in enumerate(own.T)
        ]
        longest = max(map(len, wanted))
        if not longest:
            break
        asked = np.array([[k < len(points) for points in wanted] for k in range(longest)])
        new = np.ones_like(asked, dtype=float)
        for k, points in enumerate(wanted):
            new[asked[:, k], k] = points
        added = path.elsewhere(_to_tokens(new, lengths))
        with part(share_done(len(own)), share_done(len(own) + longest)):
            passes.over(added)
        path = replace(
            path, a=torch.cat([path.a, added.a]), weights=torch.cat([path.weights, added.weights])
        )
        own = np.concatenate([own, asked])
    every = np.zeros_like(a)
    for k, mine in enumerate(own.T):
        every[mine, k] = weights(a[mine, k])
    path = replace(path, weights=_to_tokens(every, lengths))
    passes.settle(path)
    return path, own.sum(0).tolist()


def share_done(points: int) -> float:
    """About which share of a trace in rounds is behind after so many points."""
    return points / (points + STILL_TO_COME)


def _by_text(slopes: Float[Tensor, "point pos"], lengths: Sequence[int]) -> Tensor:
    """Sums over the tokens of every text [point, text]."""
    return torch.stack([part.double().sum(1) for part in slopes.split(list(lengths), 1)], 1)


def _to_tokens(by_text: np.ndarray, lengths: Sequence[int]) -> Float[Tensor, "point pos"]:
    return torch.from_numpy(np.repeat(by_text, lengths, axis=1))

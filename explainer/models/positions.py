"""How scores of queries and keys know where their tokens are, beside what embeddings say."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.models.shapes import Float, Int


@dataclass(frozen=True, eq=False)
class RelativeBias:
    """What is added to the score of a query and a key, by how far the key is behind the query.

    `by_distance` [head, distance] has no distance in its middle; what is farther than its ends
    counts as they do.
    """

    by_distance: Float[Tensor, "head distance"]

    def between(
        self, n_tokens: int, rows: Int[Tensor, " to"] | None
    ) -> Float[Tensor, "head to from"]:
        """Of queries at `rows` (None: all) and the keys of all tokens."""
        key = torch.arange(n_tokens, device=self.by_distance.device)
        query = key if rows is None else rows
        middle = self.by_distance.shape[1] // 2
        place = (key - query.unsqueeze(1) + middle).clamp(0, 2 * middle)
        return self.by_distance[:, place]


@dataclass(frozen=True, eq=False)
class Rotary:
    """Queries and keys that are rotated by their place, pair by pair of coordinates.

    `inverse` has a pair's angle from one place to the next; coordinate e and e + d_head / 2 are a
    pair.
    """

    inverse: Float[Tensor, " pair"]

    def turn(
        self, x: Float[Tensor, "point head row d_head"], places: Int[Tensor, " row"]
    ) -> Float[Tensor, "point head row d_head"]:
        """Each row rotated by its place."""
        cos, sin = self._angles(x, places)
        return x * cos + _quarter(x) * sin

    def turn_back(
        self, x: Float[Tensor, "point head row d_head"], places: Int[Tensor, " row"]
    ) -> Float[Tensor, "point head row d_head"]:
        """The inverse, which is the transpose: what cotangents of rotated rows are of theirs."""
        cos, sin = self._angles(x, places)
        return x * cos - _quarter(x) * sin

    def _angles(self, x: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        # In float32 whatever x is in, as the library computes them.
        angle = (places.to(self.inverse).unsqueeze(1) * self.inverse).repeat(1, 2)
        whole = torch.promote_types(x.dtype, torch.float32)
        return angle.cos().to(whole), angle.sin().to(whole)


def _quarter(x: Tensor) -> Tensor:
    """Every pair of coordinates rotated by 90°."""
    one, other = x.chunk(2, dim=-1)
    return torch.cat((-other, one), dim=-1)

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


@dataclass(frozen=True, eq=False)
class Disentangled:
    """Scores that have two terms more: a query meets a distance, and a distance meets a key.

    q_i·keys[δ] + queries[δ]·k_j with δ the bucket of i − j, which `by_distance` has for every
    distance, none in its middle; what is farther counts as its ends do. Either term may be missing
    (None). All that follows is before scores are scaled.
    """

    keys: Float[Tensor, "head bucket d_head"] | None
    queries: Float[Tensor, "head bucket d_head"] | None
    by_distance: Int[Tensor, " distance"]

    def scores(
        self,
        q: Float[Tensor, "point head to d_head"],
        k: Float[Tensor, "point head from d_head"],
        to: Int[Tensor, " to"],
        source: Int[Tensor, " from"],
    ) -> Float[Tensor, "point head to from"]:
        """Both terms of queries at tokens `to` and keys at tokens `source`; linear in q and k."""
        bucket = self._buckets(to, source)
        found = q.new_zeros(*q.shape[:3], k.shape[2])
        if self.keys is not None:
            found += _looked_up(q @ self.keys.mT, bucket)
        if self.queries is not None:
            found += _looked_up(k @ self.queries.mT, bucket.T).mT
        return found

    def to_queries(
        self,
        D: Float[Tensor, "point head to from"],
        to: Int[Tensor, " to"],
        source: Int[Tensor, " from"],
    ) -> Float[Tensor, "point head to d_head"] | float:
        """What of ∂Q/∂q comes by the distances, from D = ∂Q/∂score."""
        return 0.0 if self.keys is None else _gathered(D, self._buckets(to, source), self.keys)

    def to_keys(
        self,
        D: Float[Tensor, "point head to from"],
        to: Int[Tensor, " to"],
        source: Int[Tensor, " from"],
    ) -> Float[Tensor, "point head from d_head"] | float:
        """What of ∂Q/∂k comes by the distances."""
        if self.queries is None:
            return 0.0
        return _gathered(D.mT, self._buckets(to, source).T, self.queries)

    def met_by_keys(
        self, to: Int[Tensor, " edge"], source: Int[Tensor, " edge"]
    ) -> Float[Tensor, "head edge d_head"] | float:
        """What meets the key of each edge beside its query."""
        if self.queries is None:
            return 0.0
        return self.queries[:, self._bucket(to - source)]

    def _buckets(self, to: Tensor, source: Tensor) -> Tensor:
        return self._bucket(to.unsqueeze(1) - source)

    def _bucket(self, distance: Tensor) -> Tensor:
        middle = len(self.by_distance) // 2
        return self.by_distance[(distance + middle).clamp(0, 2 * middle)]


def _looked_up(
    products: Float[Tensor, "point head row bucket"], bucket: Int[Tensor, "row other"]
) -> Float[Tensor, "point head row other"]:
    """Of every row the products of the buckets."""
    return products.gather(-1, bucket.expand(*products.shape[:2], -1, -1))


def _gathered(
    D: Float[Tensor, "point head row other"],
    bucket: Int[Tensor, "row other"],
    known: Float[Tensor, "head bucket d_head"],
) -> Float[Tensor, "point head row d_head"]:
    """Σ over the others of D times what is known of the bucket."""
    by_bucket = D.new_zeros(*D.shape[:3], known.shape[1])
    by_bucket.scatter_add_(-1, bucket.expand_as(D), D)
    return by_bucket @ known

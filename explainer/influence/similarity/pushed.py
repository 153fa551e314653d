"""Whole texts' tangents on their way up to the embedding, any number of them side by side.

A tangent of a partial pattern is at one node (`tangents`); these are what an embedding does when
some tokens move, along all ways at once: a tangent at every token, [pos, d_model], through

    dq, dk, dv = W dĤ;  do as in `edges.whole`;  du = W_O do + dH;  dH' through `feed_forward`

block by block, at every point of the path. `move` runs over the choices of tokens that move.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from explainer.influence.edges.whole import outputs_together
from explainer.influence.sampling.path import IntegrationPath
from explainer.models import block as blocks
from explainer.models.adapter import Adapter, Block
from explainer.models.block import BlockState, Projections, join_heads, split_heads
from explainer.models.encode import through_block
from explainer.models.norms import NormState, Passed
from explainer.models.pooling import Pooling
from explainer.models.shapes import Bool, Float, Int


@dataclass(frozen=True, eq=False)
class Encoder:
    """The normalised embedding f of a text, as a function of its last hidden states at `rows`."""

    adapter: Adapter
    pooling: Pooling
    rows: Int[Tensor, " to"]

    def unit(self, last: Float[Tensor, "point to d_model"]) -> Float[Tensor, "point out"]:
        """f: the embedding, divided by its length."""
        return functional.normalize(self.pooling.embedding(self.adapter.returned(last)), dim=-1)

    def at(self, path: IntegrationPath) -> Float[Tensor, "point out"]:
        """f at the points of a path."""
        H, _ = blocks.embed(self.adapter.embedding, path.points)
        for number in range(len(self.adapter.blocks)):
            H, _ = through_block(self.adapter, number, H, rows=self.rows)
        return self.unit(H)

    def pushed(
        self, path: IntegrationPath, moving: Bool[Tensor, "move pos"]
    ) -> tuple[Float[Tensor, "point out"], Float[Tensor, "point move out"]]:
        """f at the points of a path, and df/da where the tokens `moving` alone move."""
        adapter = self.adapter
        H, norm = blocks.embed(adapter.embedding, path.points)
        dH = blocks.embedding_tangent(adapter.embedding, norm, path.direction.unsqueeze(0))
        T = (dH.unsqueeze(1) * moving.unsqueeze(-1)).flatten(0, 1)
        point = torch.arange(len(H), device=H.device).repeat_interleave(len(moving))
        every = torch.arange(moving.shape[1], device=H.device)
        for number, block in enumerate(adapter.blocks):
            H, state = through_block(adapter, number, H, rows=self.rows, slopes=True)
            last = number == len(adapter.blocks) - 1
            T = _through(block, state, point, T, self.rows if last else every, every)
        df = self._moved(H.index_select(0, point), T)
        return self.unit(H), df.unflatten(0, (-1, len(moving)))

    def _moved(
        self, last: Float[Tensor, "batch to d_model"], T: Float[Tensor, "batch to d_model"]
    ) -> Float[Tensor, "batch out"]:
        """The tangent of f: Jᵀy is linear in y, and its derivative there along T is JT."""
        with torch.enable_grad():
            at = last.detach().requires_grad_()
            f = self.unit(at)
            y = torch.zeros_like(f, requires_grad=True)
            (pulled,) = torch.autograd.grad(f, at, y, create_graph=True)
            (pushed,) = torch.autograd.grad(pulled, y, T)
        return pushed


def _through(
    block: Block,
    state: BlockState,
    point: Int[Tensor, " batch"],
    T: Float[Tensor, "batch pos d_model"],
    to: Int[Tensor, " to"],
    every: Int[Tensor, " pos"],
) -> Float[Tensor, "batch to d_model"]:
    """The tangents of H' at tokens `to`, from those of H at all; `point` is where each is."""
    assert state.slope is not None
    known, d_model = state.attended, T.shape[-1]
    entered = None if state.norm_0 is None else _taken(state.norm_0, point)
    seen = T if entered is None else entered.along(block.norm_0, T)
    dq = functional.linear(seen.index_select(1, to), block.W_QKV[:d_model])
    dk, dv = functional.linear(seen, block.W_QKV[d_model:]).chunk(2, dim=-1)
    dq, dk, dv = (split_heads(block, x) for x in (dq, dk, dv))
    if block.rotary is not None:
        dq, dk = block.rotary.turn(dq, to).to(dv), block.rotary.turn(dk, every).to(dv)
    inside = Projections(*(x.index_select(0, point) for x in (known.q, known.k, known.v)))
    attention = known.attention.index_select(0, point)
    do = outputs_together(block, inside, attention, dq, dk, dv, to, every)
    du = functional.linear(join_heads(do), block.W_O) + T.index_select(1, to)
    norm_1, norm_2 = (_taken(norm, point) for norm in (state.norm_1, state.norm_2))
    assert isinstance(norm_1, NormState)
    slope = state.slope.index_select(0, point)
    return blocks.feed_forward_tangent(block, norm_1, slope, norm_2, du)


def _taken(norm: NormState | Passed, point: Int[Tensor, " batch"]) -> NormState | Passed:
    """The state at the points of these numbers, one for each tangent."""
    if isinstance(norm, Passed):
        return Passed(norm.x.index_select(0, point))
    return NormState(*(x.index_select(0, point) for x in (norm.x, norm.mean, norm.scale)))

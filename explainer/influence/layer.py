"""One block at some points of the path, with all that its derivatives are made of.

A piece of the path knows, of every block, only what cannot be had again without going through the
blocks below or above it: the standardised input of its last LayerNorm, from which H of the next
block follows, and P = ∂Q/∂u. A layer makes all the rest of these when it is first asked for:

    R = W_Oᵀ P per head;  D_ij = A_ij (R_i·v_j − R_i·o_i) / √d_head
    ∂Q/∂q_i = Σ_j D_ij k_j,  ∂Q/∂k_j = Σ_i D_ij q_i,  ∂Q/∂v_j = Σ_i A_ij R_i

(docs/method.md; axes are named as in `shapes`.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from explainer.influence.held import Keeps, bytes_of, joined
from explainer.influence.piece import Piece
from explainer.models import block as blocks
from explainer.models.adapter import Block
from explainer.models.block import (
    Attended,
    BlockState,
    Projections,
    join_heads,
    join_side_by_side,
    split_heads,
)
from explainer.models.norms import NormState, Passed
from explainer.models.shapes import Float, Int

MADE = ("attended", "_known", "norm_1", "_inner", "slope", "R", "own_G", "_D")
"""What a layer keeps of what it has made."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Block `number` at the points of a piece.

    `rows` [to] are the tokens behind the rows `to`; None stands for all of them.
    """

    piece: Piece
    number: int
    rows: Int[Tensor, " to"] | None

    @staticmethod
    def of(piece: Piece, number: int) -> Layer:
        """With nothing made yet."""
        return Layer(piece, number, piece.rows_wanted(number))

    @staticmethod
    def after(piece: Piece, number: int, state: BlockState) -> Layer:
        """Just after the forward pass, whose internals need not be made again."""
        layer = Layer.of(piece, number)
        made = {"attended": state.attended, "norm_1": state.norm_1}
        known = {"_inner": state.inner} if state.slope is None else {"slope": state.slope}
        layer.__dict__.update(made | known)
        return layer

    @staticmethod
    def joined(piece: Piece, layers: Sequence[Layer]) -> Layer:
        """At the points of `piece`, which is joined from the pieces of `layers`.

        What has been made of all of them need not be made again.
        """
        if len(layers) == 1:
            return layers[0]
        if not all("attended" in one.__dict__ for one in layers):
            for one in layers:
                one._let_go_of_attention()
        layer = Layer.of(piece, layers[0].number)
        for name in MADE:
            parts = [one.__dict__[name] for one in layers if name in one.__dict__]
            if len(parts) == len(layers):
                layer.__dict__[name] = joined(parts)
        layer.let_go()
        return layer

    @property
    def block(self) -> Block:
        """Its weights."""
        return self.piece.adapter.blocks[self.number]

    @property
    def norm_2(self) -> NormState | Passed:
        """The state of its last LayerNorm."""
        return self.piece.norms[self.number]

    @property
    def P(self) -> Float[Tensor, "point to d_model"]:
        """∂Q/∂u."""
        return self.piece.P[self.number]

    @cached_property
    def attended(self) -> Attended:
        """Queries, keys, values, attention A and head outputs o."""
        apart, places = self.piece.adapter.apart, self.piece.adapter.places
        known: Projections | None = self.__dict__.pop("_known", None)
        if known is not None:
            return blocks.attend_with(self.block, known, self.rows, apart)
        H = self.piece.hidden(self.number)
        return blocks.attend(self.block, H, self.rows, apart, places)[0]

    @cached_property
    def norm_1(self) -> NormState:
        """The state of its first LayerNorm."""
        return self._half_way[1]

    @cached_property
    def slope(self) -> Float[Tensor, "point to d_inner"]:
        """By how much what W_2 gets moves with W_1 y + b_1."""
        slope = blocks.slopes_of(self.block, self._inner)
        del self.__dict__["_inner"]  # as large, and of no more use
        return slope

    @cached_property
    def _inner(self) -> Float[Tensor, "point to d_inner"]:
        y = self.norm_1.output(self.block.norm_1)
        return functional.linear(y, self.block.W_1, self.block.b_1)

    @property
    def _half_way(self) -> tuple[Tensor, NormState]:
        H = self.piece.hidden(self.number)
        resid = H if self.rows is None else H.index_select(1, self.rows)
        return blocks.half_way(self.block, self.attended.output, resid)

    @cached_property
    def R(self) -> Float[Tensor, "point head to d_head"]:
        """∂Q/∂o."""
        return split_heads(self.block, torch.matmul(self.P, self.block.W_O)).contiguous()

    @property
    def D(self) -> Float[Tensor, "point head to from"]:
        """∂Q/∂(q_i·k_j): large in long texts, and soon made again."""
        found: Tensor | None = self.__dict__.get("_D")
        if found is None:
            inside = self.attended
            along_output = (self.R * inside.output).sum(-1, keepdim=True)
            centred = self.R @ inside.v.mT - along_output
            found = centred.mul_(inside.attention).mul_(self.block.root)
            if self.piece.keeps == Keeps.EVERYTHING:
                self.__dict__["_D"] = found
        return found

    @cached_property
    def own_G(self) -> Float[Tensor, "point to d_model"]:
        """What of ∂Q/∂H comes from a token's own row: through its query, and by skip."""
        return self._own_G(self.D)

    def _own_G(self, D: Float[Tensor, "point head to from"]) -> Float[Tensor, "point to d_model"]:
        query = self.pulled_to_queries(D)
        if self.block.rotary is not None:
            query = self.block.rotary.turn_back(query, self.piece.places_of(self.tokens))
        d_model, entered = self.P.shape[-1], self.piece.entered(self.number)
        G = torch.matmul(join_heads(query), self.block.W_QKV[:d_model]).to(self.P)
        if entered is not None:
            own = entered if self.rows is None else entered.at(self.rows)
            G = own.back(self.block.norm_0, G)
        return G.add_(self.P)

    def pull_back(
        self, G_next: Float[Tensor, "point to d_model"]
    ) -> Float[Tensor, "point from d_model"]:
        """G = ∂Q/∂H from G' = ∂Q/∂H', which gives the piece its P on the way."""
        P = blocks.feed_forward_backward(self.block, self.norm_1, self.slope, self.norm_2, G_next)
        self.piece.P[self.number] = P
        G = self.gradient()
        if self.rows is not None:
            self.piece._last_G = G
        return G

    def gradient(self) -> Float[Tensor, "point from d_model"]:
        """G = ∂Q/∂H from P."""
        D = self.D
        if "own_G" not in self.__dict__:
            self.__dict__["own_G"] = self._own_G(D)
        key, value = D.mT @ self.attended.q, self.attended.attention.mT @ self.R
        if self.block.distances is not None:
            key += self.block.distances.to_keys(D, self.tokens, self.every_token)
        if self.block.rotary is not None:
            places = self.piece.places_of(self.every_token)
            key = self.block.rotary.turn_back(key, places).to(value)
        both = join_side_by_side(key, value)
        G = torch.matmul(both, self.block.W_QKV[self.P.shape[-1] :]).to(self.P)
        entered = self.piece.entered(self.number)
        if entered is not None:
            G = entered.back(self.block.norm_0, G)
        if self.rows is None:
            return G.add_(self.own_G)
        return G.index_add_(1, self.rows, self.own_G)

    def let_go(self) -> None:
        """Drop what the piece does not keep."""
        if self.piece.keeps != Keeps.EVERYTHING:
            self.__dict__.pop("_D", None)
        if self.piece.keeps == Keeps.PROJECTIONS:
            self._let_go_of_attention()

    def _let_go_of_attention(self) -> None:
        made: Attended | None = self.__dict__.pop("attended", None)
        if made is not None:
            self.__dict__["_known"] = Projections(made.q, made.k, made.v)

    def let_go_of_scores(self) -> None:
        """Drop what scores nodes alone, ∂Q/∂o and what comes from a token's own row."""
        self.__dict__.pop("R", None)
        self.__dict__.pop("own_G", None)

    @property
    def n_bytes(self) -> int:
        """What of it is made takes."""
        return sum(bytes_of(self.__dict__[name]) for name in MADE if name in self.__dict__)

    def pulled_to_queries(
        self, D: Float[Tensor, "point head to from"]
    ) -> Float[Tensor, "point head to d_head"]:
        """∂Q/∂q."""
        query = D @ self.attended.k
        if self.block.distances is not None:
            query += self.block.distances.to_queries(D, self.tokens, self.every_token)
        return query

    @property
    def every_token(self) -> Int[Tensor, " from"]:
        """All tokens."""
        return torch.arange(self.piece.first.shape[1], device=self.P.device)

    @property
    def tokens(self) -> Int[Tensor, " to"]:
        """The tokens behind the rows."""
        if self.rows is not None:
            return self.rows
        return torch.arange(self.P.shape[1], device=self.P.device)

    def row_of(self, positions: Int[Tensor, " batch"]) -> Int[Tensor, " batch"]:
        """The row of each of `positions`, all of which must be among `rows`."""
        if self.rows is None:
            return positions
        return (positions.unsqueeze(1) == self.rows).int().argmax(1)

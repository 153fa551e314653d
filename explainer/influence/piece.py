"""A range of points of the path, and what is known there of every block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from explainer.influence.held import Keeps, joined
from explainer.models.adapter import Adapter
from explainer.models.norms import NormState, Passed, normalised
from explainer.models.shapes import Float, Int


@dataclass(eq=False)
class Piece:
    """A range of points: weights, tangents of H[0], and what is known of every block.

    `first` is H[0] and `norms[l]` the state of block l's last LayerNorm, both at all points; `P[l]`
    is ∂Q/∂u of that block. At the last block they are of the targets alone. `norms` grows on the
    way up through the blocks, `P` on the way down, where `head_G`, ∂Q/∂H[L] of the targets, begins
    and `last_G`, ∂Q/∂H before the last block, follows.
    """

    adapter: Adapter
    targets: Int[Tensor, " target"]
    weights: Float[Tensor, "point pos"]
    tangent: Float[Tensor, "point pos d_model"]
    first: Float[Tensor, "point pos d_model"]
    keeps: Keeps = Keeps.EVERYTHING
    norms: list[NormState | Passed] = field(default_factory=list)
    P: dict[int, Float[Tensor, "point to d_model"]] = field(default_factory=dict)
    entries: dict[int, NormState | Passed] = field(default_factory=dict)
    _head_G: Float[Tensor, "point target d_model"] | None = None
    _last_G: Float[Tensor, "point pos d_model"] | None = None

    @staticmethod
    def joined(pieces: Sequence[Piece], keeps: Keeps = Keeps.EVERYTHING) -> Piece:
        """One piece of the points of several that the trace has been down."""
        first = pieces[0]
        if len(pieces) == 1:
            return first
        return Piece(
            first.adapter,
            first.targets,
            weights=torch.cat([piece.weights for piece in pieces]),
            tangent=torch.cat([piece.tangent for piece in pieces]),
            first=torch.cat([piece.first for piece in pieces]),
            keeps=keeps,
            norms=[joined(states) for states in zip(*(p.norms for p in pieces), strict=True)],
            P={number: torch.cat([p.P[number] for p in pieces]) for number in first.P},
            _head_G=torch.cat([piece.head_G for piece in pieces]),
            _last_G=torch.cat([piece.last_G for piece in pieces]),
        )

    @property
    def n_layers(self) -> int:
        """Number of blocks L."""
        return len(self.adapter.blocks)

    @property
    def head_G(self) -> Float[Tensor, "point target d_model"]:
        """∂Q/∂H[L] of the targets."""
        assert self._head_G is not None, "the trace has begun to come down"
        return self._head_G

    @property
    def last_G(self) -> Float[Tensor, "point pos d_model"]:
        """∂Q/∂H[L − 1]."""
        assert self._last_G is not None, "the trace has come down through the last block"
        return self._last_G

    def begin_down(self, head_G: Float[Tensor, "point target d_model"]) -> None:
        """Take ∂Q/∂H[L] of the targets."""
        self._head_G = head_G

    def hidden(self, layer: int) -> Float[Tensor, "point _ d_model"]:
        """H[layer], at H[L] of the targets alone."""
        if layer == 0:
            return self.first
        return self.norms[layer - 1].output(self.adapter.blocks[layer - 1].norm_2)

    def entered(self, number: int) -> NormState | Passed | None:
        """The state of the LayerNorm before block `number`'s attention; None where none may be."""
        block = self.adapter.blocks[number]
        if not block.pre_norm:
            return None
        if number not in self.entries:
            self.entries[number] = normalised(block.norm_0, self.hidden(number))[1]
        return self.entries[number]

    def places_of(self, tokens: Int[Tensor, " row"]) -> Int[Tensor, " row"]:
        """The positions of tokens, each in its own text."""
        return tokens if self.adapter.places is None else self.adapter.places[tokens]

    def rows_wanted(self, number: int) -> Int[Tensor, " target"] | None:
        """Every token's next hidden state is wanted, but for the last block only the targets'."""
        return self.targets if number == self.n_layers - 1 else None

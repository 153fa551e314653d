"""How the engine stays within memory: what is held, what is made again, what is done at once.

The path is cut into pieces, ranges of its points that are independent of each other, so that what
passes while one block of one piece is worked on stays small. A layer's internals are held in a
`Store` as long as they fit in the budget, and are made again where they do not; who walks through
the blocks goes up and down in turn, so that what was used last is what is used next. Words and
routes are worked through in batches.

Whatever the budget, a trace holds the two arrays [pos, d_model] of every block and point that
cannot be made again from one block alone (`layer.Piece`); what they take of the budget is gone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from explainer.base.budget import size
from explainer.base.errors import ExplainerError
from explainer.influence.layer import Layer, Piece
from explainer.models.adapter import Adapter

PIECE_BYTES = {"cpu": 64 * 2**20, "cuda": 2**30}
"""What one block takes at the points of one piece. On a processor 16 and 64 MB were as fast, 4 MB
slower; on a GPU larger pieces start fewer kernels, how much larger was not measured."""
USED = 0.7
"""Of the budget: the rest is what an allocator leaves unused, a third of what is held."""
FEW_PATHS = 128
"""So many paths are followed at once even in a short text, if the budget allows."""
PATHS_SHARE = 0.6
"""Of the budget, at most, for the tangents and cotangents of the paths that are followed."""


@dataclass(frozen=True)
class Plan:
    """What a budget is spent on.

    A piece has `points`, layers are held up to `held` bytes, and `paths` partial patterns are
    followed at once. `made_again` is the share of all layers that do not fit; where that is 0 and
    there is room left, nothing at all that is wanted twice is made twice (`roomy`).
    """

    points: int
    held: int
    paths: int
    made_again: float
    roomy: bool = False

    @property
    def all_held(self) -> bool:
        """Whether no layer will be made twice."""
        return self.made_again == 0

    @staticmethod
    def of(adapter: Adapter, n_tokens: int, points: int, budget: int) -> Plan:
        """Raises ExplainerError where the budget is too small for one point of one word."""
        sizes = _Sizes.of(adapter, n_tokens)
        if sizes.least > budget:
            raise ExplainerError(
                f"The memory budget is {size(budget)}, but {n_tokens} tokens need at least "
                f"{size(sizes.least)} for one point of one word: raise the budget or take a "
                "shorter text."
            )
        roomy = Plan._of(adapter, n_tokens, points, budget, _Sizes.of(adapter, n_tokens, True))
        if roomy.all_held:
            return replace(roomy, roomy=True)
        return Plan._of(adapter, n_tokens, points, budget, sizes)

    @staticmethod
    def _of(adapter: Adapter, n_tokens: int, points: int, budget: int, sizes: _Sizes) -> Plan:
        n_layers = len(adapter.blocks)
        spare = max(int(USED * budget) - points * n_layers * sizes.known, budget // 4, sizes.least)
        piece = PIECE_BYTES.get(adapter.device.type, PIECE_BYTES["cpu"])
        at_work = min(piece, spare // 4)
        in_piece = evenly(points, max(1, at_work // (sizes.layer + sizes.passing)))
        paths = min(
            max(n_tokens, FEW_PATHS),
            max(at_work, piece // 2) // (in_piece * sizes.path_at_work),
            int(PATHS_SHARE * spare) // (points * sizes.path),
        )
        paths = max(1, paths)
        taken = paths * points * sizes.path
        held = max(0, spare - taken - in_piece * (sizes.layer + sizes.passing))
        made_again = 1 - min(1.0, held / (points * n_layers * sizes.layer))
        return Plan(in_piece, held, paths, made_again)


def evenly(points: int, most: int) -> int:
    """The size of as few pieces of `most` points or fewer as there can be, all about as large.

    A last piece of a point or two would cost more than its share: products of few rows are slow.
    """
    return -(-points // -(-points // most))


@dataclass(frozen=True)
class _Sizes:
    """Bytes for one point: of a layer; of what passes while it is made and used; of what a piece
    knows of it; of a path's tangents and cotangents at all layers; and of what passes for it."""

    layer: int
    passing: int
    known: int
    path: int
    path_at_work: int

    @property
    def least(self) -> int:
        """For one point of one word."""
        return self.layer + self.passing + self.path_at_work + self.path

    @staticmethod
    def of(adapter: Adapter, n_tokens: int, roomy: bool = False) -> _Sizes:
        block, itemsize = adapter.blocks[0], adapter.dtype.itemsize
        d_ff, d_model = block.W_1.shape
        heads = block.n_heads * n_tokens
        return _Sizes(
            layer=itemsize * n_tokens * (7 * d_model + d_ff + (2 if roomy else 1) * heads),
            passing=itemsize * n_tokens * (4 * d_model + 3 * d_ff + 3 * heads),
            known=itemsize * n_tokens * 2 * d_model,
            path=itemsize * d_model * (6 + len(adapter.blocks) * (2 if roomy else 1)),
            path_at_work=itemsize * (6 * d_model + 3 * d_ff + 3 * heads),
        )


class Store:
    """Layers that have been made, as many as fit in `capacity` bytes.

    What was used longest ago goes first.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = self._room = capacity
        self._held: OrderedDict[tuple[int, int], Layer] = OrderedDict()

    def layer(self, pieces: Sequence[Piece], index: int, number: int) -> Layer:
        """Block `number` at the points of piece `index`, held or to be made again."""
        key = (index, number)
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        layer = Layer.of(pieces[index], number)
        self.hold(index, layer)
        return layer

    def take(self, index: int, number: int) -> Layer | None:
        """Block `number` of piece `index` if it is held, which it is no longer."""
        layer = self._held.pop((index, number), None)
        if layer is not None:
            self._room += _bytes(layer)
        return layer

    def resize(self, capacity: int) -> None:
        """Hold up to `capacity` bytes from now on."""
        self._room += capacity - self._capacity
        self._capacity = capacity
        self._make_room(0)

    def hold(self, index: int, layer: Layer) -> None:
        """Hold a layer of piece `index` if it fits, in the place of others."""
        needed = _bytes(layer)
        if needed > self._capacity:
            return
        self._make_room(needed)
        self._held[index, layer.number] = layer
        self._room -= needed

    def _make_room(self, needed: int) -> None:
        while needed > self._room:
            _, gone = self._held.popitem(last=False)
            self._room += _bytes(gone)

    def order(self, number: int, pieces: Iterable[int]) -> list[int]:
        """The pieces, those first whose layer is held: making another may push it out."""
        return sorted(pieces, key=lambda index: (index, number) not in self._held)


def _bytes(layer: Layer) -> int:
    """What a layer takes when all of it is made."""
    piece = layer.piece
    sizes = _Sizes.of(piece.adapter, piece.first.shape[1], piece.keeps_D)
    return len(piece.first) * sizes.layer

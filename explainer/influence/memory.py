"""How the engine stays within memory: what is held, what is made again, what is done at once.

The path is cut into pieces, ranges of its points that are independent of each other, so that what
passes while one block of one piece is worked on stays small. A layer's internals are held in a
`Store` as long as they fit in the budget, and are made again where they do not; before that, what
is large in long texts and soon made again is not held with the rest (`held.Keeps`). Who walks
through the blocks goes up and down in turn, so that what was used last is what is used next. Words
and routes are worked through in batches.

Whatever the budget, a trace holds the two arrays [pos, d_model] of every block and point that
cannot be made again from one block alone (`layer.Piece`); what they take of the budget is gone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass

from explainer.base.budget import size
from explainer.base.errors import ExplainerError
from explainer.influence.held import Keeps
from explainer.influence.layer import Layer
from explainer.influence.piece import Piece
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
VECTORS = 4
"""Of d_model numbers, for a path on its way through a block: its tangent before and after, and what
that does to keys and values; or its tangents and what they do to the heads' outputs."""


@dataclass(frozen=True)
class Plan:
    """What a budget is spent on.

    A piece has `points`, layers are held up to `held` bytes where nothing else is wanted
    (`beside`). `tangents` partial patterns are followed up at once, and of so many `paths` that
    share nothing the cotangents at all layers are there at once. Layers keep as much (`keeps`) as
    lets all of them fit beside that, if it is possible; `made_again` is the share of all layers
    that do not fit even so. `vector` is what d_model numbers at every point take, `n_bytes` about
    what all takes.
    """

    points: int
    held: int
    tangents: int
    paths: int
    made_again: float
    vector: int
    n_layers: int
    n_tokens: int
    keeps: Keeps = Keeps.PROJECTIONS
    n_bytes: int = 0

    @property
    def vectors(self) -> int:
        """How many vectors of d_model numbers there is room for at every point while components
        are chosen: VECTORS of every path, and `vectors_a_node` of what is pulled back to a node."""
        return self.paths * (VECTORS + self.n_layers * self.vectors_a_node)

    @property
    def vectors_a_node(self) -> int:
        """∂Q/∂u at a node of a path, and with room enough ∂Q/∂o."""
        return 2 if self.roomy else 1

    def beside(self, vectors: int) -> int:
        """Up to so many bytes layers are held beside so many vectors of paths at every point."""
        return max(0, self.held - vectors * self.vector)

    @property
    def roomy(self) -> bool:
        """Whether there is room for everything that is wanted twice."""
        return self.keeps == Keeps.EVERYTHING

    @property
    def lets_scores_go(self) -> bool:
        """Whether a layer lets go of what only scoring nodes needs: room is scarce, and they are
        scored once, for all words together."""
        return self.keeps == Keeps.PROJECTIONS and self.tangents >= self.n_tokens

    @property
    def all_held(self) -> bool:
        """Whether no layer will be made twice."""
        return self.made_again == 0

    @staticmethod
    def of(adapter: Adapter, n_tokens: int, points: int, budget: int, beside: int = 0) -> Plan:
        """The plan for a budget of which so many bytes are taken `beside` blocks and words.

        Raises ExplainerError where it is too small for one point of one word.
        """
        sizes = _Sizes.of(adapter, n_tokens, Keeps.PROJECTIONS)
        if sizes.least + beside > budget:
            raise ExplainerError(
                f"The memory budget is {size(budget)}, but {n_tokens} tokens need at least "
                f"{size(sizes.least + beside)} for one point of one word: raise the budget or take "
                "a shorter text."
            )
        for keeps in Keeps:
            sizes = _Sizes.of(adapter, n_tokens, keeps)
            plan = Plan._of(adapter, n_tokens, points, budget - beside, sizes)
            if plan.all_held:
                break
        return plan

    @staticmethod
    def _of(adapter: Adapter, n_tokens: int, points: int, budget: int, sizes: _Sizes) -> Plan:
        n_layers = len(adapter.blocks)
        spare = max(int(USED * budget) - points * n_layers * sizes.known, budget // 4, sizes.least)
        piece = PIECE_BYTES.get(adapter.device.type, PIECE_BYTES["cpu"])
        at_work = min(piece, spare // 4)
        in_piece = evenly(points, max(1, at_work // (sizes.layer + sizes.passing)))
        tangents, paths = (
            max(
                1,
                min(
                    max(n_tokens, FEW_PATHS),
                    max(at_work, piece // 2) // (in_piece * sizes.path_at_work),
                    int(PATHS_SHARE * spare) // (points * each),
                ),
            )
            for each in (sizes.tangent, sizes.path)
        )
        taken = points * max(tangents * sizes.tangent, paths * sizes.path)
        passing = in_piece * (sizes.layer + sizes.passing)
        held = spare - passing
        held_beside = max(0, held - taken)
        all_held = points * n_layers * (sizes.known + sizes.layer) + taken + passing
        return Plan(
            points=in_piece,
            held=max(0, held),
            tangents=tangents,
            paths=paths,
            made_again=1 - min(1.0, held_beside / (points * n_layers * sizes.layer)),
            vector=points * sizes.vector,
            n_layers=n_layers,
            n_tokens=n_tokens,
            keeps=sizes.keeps,
            n_bytes=min(budget, int(all_held / USED)),
        )


def at_once(adapter: Adapter, n_tokens: int, budget: int) -> int:
    """How many times a text fits into a budget in bytes, with all that one block makes of it.

    Raises ExplainerError where it does not once.
    """
    sizes = _Sizes.of(adapter, n_tokens, Keeps.EVERYTHING)
    once = sizes.layer + sizes.passing
    if once > budget:
        raise ExplainerError(
            f"The memory budget is {size(budget)}, but {n_tokens} tokens need at least "
            f"{size(once)} for one point of one word: raise the budget or take a shorter text."
        )
    piece = PIECE_BYTES.get(adapter.device.type, PIECE_BYTES["cpu"])
    return max(1, min(piece, int(USED * budget)) // once)


def evenly(points: int, most: int) -> int:
    """The size of as few pieces of `most` points or fewer as there can be, all about as large.

    A last piece of a point or two would cost more than its share: products of few rows are slow.
    """
    return -(-points // -(-points // most))


@dataclass(frozen=True)
class _Sizes:
    """Bytes for one point: of a layer; of what passes while it is made and used; of what a piece
    knows of it; of d_model numbers; of a path's tangents from one layer to the next; of these and
    its cotangents at all layers; and of what passes for it while it is scored or moved."""

    keeps: Keeps
    layer: int
    passing: int
    known: int
    vector: int
    tangent: int
    path: int
    path_at_work: int

    @property
    def least(self) -> int:
        """For one point of one word."""
        return self.layer + self.passing + self.path_at_work + self.path

    @staticmethod
    def of(adapter: Adapter, n_tokens: int, keeps: Keeps) -> _Sizes:
        block, itemsize = adapter.blocks[0], adapter.dtype.itemsize
        d_ff, d_model = block.W_1.shape
        heads = block.n_heads * n_tokens
        roomy = keeps == Keeps.EVERYTHING
        met = block.n_heads * block.n_buckets
        scored = 3 if block.bias is None else 4  # arrays as large as the scores
        kept = {
            Keeps.EVERYTHING: d_model + 2 * heads,
            Keeps.NO_D: d_model + heads,
            Keeps.PROJECTIONS: 0,
        }
        return _Sizes(
            keeps,
            layer=itemsize * n_tokens * (6 * d_model + d_ff + kept[keeps]),
            passing=itemsize * n_tokens * (4 * d_model + 3 * d_ff + scored * heads + met),
            known=itemsize * n_tokens * 2 * d_model,
            vector=itemsize * d_model,
            tangent=itemsize * d_model * VECTORS,
            path=itemsize * d_model * (VECTORS + len(adapter.blocks) * (2 if roomy else 1)),
            path_at_work=itemsize * max(2 * d_model + 4 * heads, 4 * d_model + 2 * d_ff),
        )


BY_DEGREES = (Layer.let_go, Layer.let_go_of_scores)
Place = tuple[int, int]


class Store:
    """Layers that have been made, as many as fit in `capacity` bytes.

    Each counts as much as is made of it. Those used longest ago make room first: they let go of
    what their piece does not keep (`Keeps`), then of what nodes alone are scored by, then they go.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = self._room = capacity
        self._held: OrderedDict[Place, tuple[Layer, int]] = OrderedDict()

    def layer(self, pieces: Sequence[Piece], index: int, number: int) -> Layer:
        """Block `number` at the points of piece `index`, held till now or to be made again.

        Whoever has used it gives it back (`hold`), larger perhaps than it was.
        """
        held = self.take(index, number)
        return Layer.of(pieces[index], number) if held is None else held

    def take(self, index: int, number: int) -> Layer | None:
        """Block `number` of piece `index` if it is held, which it is no longer."""
        layer, n_bytes = self._held.pop((index, number), (None, 0))
        self._room += n_bytes
        return layer

    def resize(self, capacity: int) -> None:
        """Hold up to `capacity` bytes from now on."""
        self._room += capacity - self._capacity
        self._capacity = capacity
        for let_go in BY_DEGREES:
            self._let_go(let_go, 0, ())
        self._drop(0, ())

    def hold(self, index: int, layer: Layer, waiting: Collection[int] = ()) -> None:
        """Hold a layer of piece `index` if it fits, in the place of others.

        The same layer of the pieces that are `waiting` is wanted before it, and stays as it is.
        """
        kept = {(other, layer.number) for other in waiting}
        n_bytes = layer.n_bytes
        for let_go in BY_DEGREES:
            if n_bytes <= self._room:
                break
            self._let_go(let_go, n_bytes, kept)
            if self._room < n_bytes:
                let_go(layer)
                n_bytes = layer.n_bytes
        self._drop(n_bytes, kept)
        if n_bytes <= self._room:
            self._held[index, layer.number] = layer, n_bytes
            self._room -= n_bytes

    def _let_go(self, let_go: Callable[[Layer], None], needed: int, kept: Container[Place]) -> None:
        """Let layers go of something, those used longest ago first, until there is room."""
        for place, (layer, before) in self._held.items():
            if needed <= self._room:
                return
            if place not in kept:
                let_go(layer)
                self._held[place] = layer, layer.n_bytes
                self._room += before - layer.n_bytes

    def _drop(self, needed: int, kept: Container[Place]) -> None:
        """Hold less, those used longest ago first, if that makes room enough."""
        others = [place for place in self._held if place not in kept]
        if needed > self._room + sum(self._held[place][1] for place in others):
            return
        for place in others:
            if needed <= self._room:
                return
            self.take(*place)

    def order(self, number: int, pieces: Iterable[int]) -> list[int]:
        """The pieces, those first whose layer is held: making another may push it out."""
        return sorted(pieces, key=lambda index: (index, number) not in self._held)

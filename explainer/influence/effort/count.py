"""The multiplications of an explanation, counted before it begins.

Only products of matrices count; what else there is takes time in proportion, and is part of the
pace at which they are done (`pace`). Of one block, at one point of the path, with d of the model,
f of its feed-forward layer and n tokens:

    a token        4 d² + 2 d f, for projections and feed-forward (3 d f where it is gated)
    forward        n tokens and 2 n² d for attention; backward as much, attention twice
    a word's path  2 d² and 2 n d to choose its next node, the rest of a token and 2 n d to move
                   there; a token and 2 n d pulled back; 3 d² and 2 n d to choose a component, 2 d f
                   to move by it, which each partial pattern of the joint search takes once more
    total flow     n tokens and 6 n² d

Before the blocks, where word embeddings have a width e of their own (ALBERT, ELECTRA):

    a projection   n e d for H[0], and as much for its tangent

Where scores meet distances (DeBERTa), every 2 n d is so many d more as there are buckets.

    a normaliser   3 d V for the logits of all V words of the vocabulary and their gradient, where Q
                   is a word's probability by itself: no difference of two, in which they cancel

Of the last block only the targets are computed: there a token that is none has its key and value
alone, and a path is neither moved nor pulled back through it; where there are several, as where the
head pools or an answer has a start and an end, a path chooses one. Paths that end alike share the
work of pulling back; how many do is known only afterwards, so that they count as if none did. They
count as if they stayed at their token, which most do: an edge that leaves it needs no query.

Layers that do not fit in memory are made again on every way through the blocks, and attention where
layers are held without it.
"""

from __future__ import annotations

from dataclasses import dataclass

from explainer.influence.effort.size import Size
from explainer.influence.held import Keeps
from explainer.influence.memory import Plan
from explainer.models.adapter import Adapter
from explainer.question.readouts.log_probability import bytes_of, products_of
from explainer.results.settings import Settings

MADE_AGAIN = 0.75
"""Of a forward pass: what making a layer again takes, for which one of two products suffices."""
FOUND = 1
"""How often every layer is made again for paths whose nodes are searched."""
JOINTLY_FOUND = 2
"""The same in the joint search: to search, and to score the nodes that it found."""
FOLLOWED = 2
"""The same to pull cotangents back along paths, and to choose their components."""


@dataclass(frozen=True)
class Effort:
    """Multiplications for the trace, for the patterns, and for the total flow; and about how many
    bytes they take."""

    trace: float
    patterns: float = 0.0
    flow: float = 0.0
    n_bytes: int = 0

    @property
    def total(self) -> float:
        """All of them."""
        return self.trace + self.patterns + self.flow

    @property
    def traced(self) -> float:
        """The trace's share of the whole."""
        return self.trace / self.total

    @property
    def refined(self) -> float:
        """The patterns' share of what comes after the trace."""
        return self.patterns / (self.patterns + self.flow) if self.patterns else 0.0


def effort(
    adapter: Adapter,
    size: Size,
    settings: Settings,
    budget: int,
    *,
    words: int | None = None,
    flow: bool = False,
) -> Effort:
    """What it takes to explain a question of this size, with the patterns of the strongest `words`
    (None: all).

    `budget` is in bytes. Raises ExplainerError where that is too small for the text.
    """
    n_tokens, targets, points = size.n_tokens, size.targets, settings.expected_points
    beside = bytes_of(adapter, points * size.normalised) if size.normalised else 0
    plan = Plan.of(adapter, n_tokens, points, budget, beside)
    token, d, forward, attended = _sizes(adapter, n_tokens)
    layers, attention = len(adapter.blocks), 2 * n_tokens**2 * d
    again = plan.made_again * MADE_AGAIN * forward
    if plan.keeps == Keeps.PROJECTIONS:
        again += (1 - plan.made_again) * attention
    followed = n_tokens if words is None else min(words, n_tokens)
    beam, kept = settings.joint_beam, settings.top_k
    found = -(-followed // max(1, plan.tangents // (beam or kept)))
    along = -(-followed * kept // plan.paths)  # at the most: paths that end alike take less room
    nodes, components = _path(layers, token, d, attended, targets > 1)
    path = kept * (nodes + components)
    if beam is not None:
        path += beam * components
    walks = found * (FOUND if beam is None else JOINTLY_FOUND) + along * FOLLOWED
    distances = adapter.blocks[0].distances
    met = 0 if distances is None or distances.queries is None else distances.queries.shape[1]
    others = (n_tokens - targets) * met * d
    last = n_tokens * 2 * d * d + targets * (token - 2 * d * d + attended) + others
    traced = (layers - 1) * (2 * forward + attention) + 2 * last + 2 * targets * n_tokens * d
    traced += 2 * projection(adapter, n_tokens) + size.normalised * products_of(adapter)
    return Effort(
        trace=points * (traced + layers * again),
        patterns=points * (followed * path + layers * walks * again),
        flow=points * layers * (forward + 2 * attention + again) if flow else 0.0,
        n_bytes=plan.n_bytes + beside,
    )


def _path(layers: int, token: int, d: int, attended: int, several: bool) -> tuple[int, int]:
    """The multiplications of a word's path through all blocks: its nodes, there and back, and its
    components. At the last block it chooses among `several` targets, or has one."""
    choices = layers if several else layers - 1  # the only target need not be chosen
    moved, pulled_through = max(choices - 1, 0), max(layers - 2, 0)
    nodes = choices * (2 * d * d + attended) + moved * (token - 2 * d * d + attended)
    pulled = pulled_through * (token + attended)
    components = layers * (3 * d * d + attended) + (layers - 1) * (token - 4 * d * d)
    return nodes + pulled, components


def passes(adapter: Adapter, n_tokens: int, number: int = 1) -> float:
    """The multiplications of so many forward passes of a text, without the head."""
    blocks = len(adapter.blocks) * _sizes(adapter, n_tokens)[2]
    return float(number * (projection(adapter, n_tokens) + blocks))


def projection(adapter: Adapter, n_tokens: int) -> int:
    """The multiplications that bring a text's word embeddings to the width of the blocks."""
    W = adapter.embedding.W
    return 0 if W is None else n_tokens * W.numel()


def forward_and_back(adapter: Adapter, n_tokens: int) -> float:
    """The multiplications of one block forward and backward at one point."""
    _, d, forward, _ = _sizes(adapter, n_tokens)
    return float(2 * forward + 2 * n_tokens**2 * d)


def _sizes(adapter: Adapter, n_tokens: int) -> tuple[int, int, int, int]:
    """A token's multiplications in a block, d, those of a forward pass of one block, and a token's
    in attention."""
    block = adapter.blocks[0]
    d = block.W_1.shape[1]
    token = 4 * d * d + block.W_1.numel() + block.W_2.numel()
    attended = (2 * n_tokens + block.n_buckets) * d
    return token, d, n_tokens * (token + attended), attended

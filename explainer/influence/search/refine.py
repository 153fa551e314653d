"""Guided pattern refinement, first through nodes, then through heads and skip connections.

Embedding level, for every source word j with g_j ≠ 0:
1. start at node (0, j) with the tangent towards x_j − b_j;
2. score every next node by the influence of the pattern refined by it, times the sign of g_j;
3. keep the best `top_k` partial patterns of the word, move their tangents there, go on;
4. the last node is the target, and what came to H[L − 1] is what goes on to it; where Q is read
   at several, the one of them that is scored best.

Attention level, with the nodes fixed:
5. pull ∂Q/∂H[L] back along each pattern's nodes, all heads and skip open, sharing the work of
   patterns that end alike;
6. walk up again, score every component by ⟨tangent, cotangent⟩, keep the best, a tie going to
   skip, and move the tangent by that component alone.

Where nodes and components are searched together (`joint`), both levels are walked through as
above, but along what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from explainer.base.checkpoint import part
from explainer.influence.edges.components import row_of
from explainer.influence.measure import follow_routes
from explainer.influence.memory import VECTORS
from explainer.influence.search.components import (
    ComponentsSoFar,
    components_along,
    refine_components,
)
from explainer.influence.search.joint import of_different_nodes, refine_edges
from explainer.influence.search.nodes import NodesSoFar, refine_nodes
from explainer.influence.tangents import Tangents
from explainer.influence.trace import Followed, Trace
from explainer.results.pattern import Pattern
from explainer.results.route import Route

NODES_SHARE = 0.37
"""What choosing nodes takes of a refinement."""


@dataclass(frozen=True)
class Search:
    """How patterns are searched, and what is kept of them.

    Of each word `top_k` at most, of the `most` strongest words, or of all for None. With a `beam`
    nodes and components are searched together (`joint`), and of so many ways the best of different
    nodes are kept. `candidates` keeps the parts of every head, not those of the chosen ones alone.
    """

    top_k: int
    most: int | None = None
    beam: int | None = None
    candidates: bool = False

    @property
    def width(self) -> int:
        """How many partial patterns of a word are followed."""
        return self.beam or self.top_k


def refine(
    trace: Trace,
    tokens: tuple[str, ...],
    top_k: int,
    most: int | None = None,
    beam: int | None = None,
    candidates: bool = False,
) -> tuple[Pattern, ...]:
    """Patterns of every word with influence, strongest |g| first; the rest is as in `Search`."""
    (patterns,) = refine_texts(trace, [tokens], Search(top_k, most, beam, candidates))
    return patterns


def refine_texts(
    trace: Trace, tokens: Sequence[tuple[str, ...]], search: Search
) -> list[tuple[Pattern, ...]]:
    """`refine` of every text of a trace, each with its own tokens."""
    words = [j for text in trace.texts for j in _strongest(text, search.most)]
    return refine_words(trace, tokens, words, search)


def refine_words(
    trace: Trace, tokens: Sequence[tuple[str, ...]], words: Sequence[int], search: Search
) -> list[tuple[Pattern, ...]]:
    """The same of the `words` at these positions of the trace, all of which have influence."""
    influence = trace.influence
    patterns: list[list[Pattern]] = [[] for _ in trace.texts]
    size = max(1, trace.plan.tangents // search.width)
    for start in range(0, len(words), size):
        batch = list(words[start : start + size])
        with part(start / len(words), (start + len(batch)) / len(words)):
            found, carried = _refined(trace, batch, search)
        for nodes, components in zip(found, carried, strict=True):
            number, text = trace.text_of(nodes.nodes[0])
            within = tuple(node - text.start for node in nodes.nodes)
            patterns[number].append(
                Pattern(
                    token=tokens[number][within[0]],
                    influence=influence[nodes.nodes[0]],
                    nodes=within,
                    embedding_influence=nodes.trail[-1],
                    embedding_trail=nodes.trail,
                    components=components.components,
                    attention_influence=components.trail[-1],
                    attention_trail=components.trail,
                    attention_candidates=components.candidates,
                    attention_parts=components.parts,
                    candidate_parts=components.candidate_parts,
                )
            )
    return [tuple(sorted(some, key=lambda p: -abs(p.influence))) for some in patterns]


def _refined(
    trace: Trace, words: list[int], search: Search
) -> tuple[list[NodesSoFar], list[ComponentsSoFar]]:
    """The nodes and the components of each pattern of `words`, word by word."""
    if search.beam is not None:
        return _refined_together(trace, words, search.beam, search)
    with part(0.0, NODES_SHARE):
        trace.make_room(len(words) * search.top_k * VECTORS)
        start = Tangents.of_words(trace, words) if trace.plan.roomy else None
        found = refine_nodes(trace, words, search.top_k, start)
    with part(NODES_SHARE, 1.0):
        along = [path.nodes for path in found]
        return found, refine_components(trace, along, search.candidates, start)


def _refined_together(
    trace: Trace, words: list[int], beam: int, search: Search
) -> tuple[list[NodesSoFar], list[ComponentsSoFar]]:
    """The same with nodes and components from one search; then both levels along them."""
    found_at = beam / (beam + search.top_k / NODES_SHARE)
    trace.make_room()
    with part(0.0, found_at):
        ways = of_different_nodes(refine_edges(trace, words, beam), search.top_k)
    along = [way.nodes for way in ways]
    nodes_at = found_at + NODES_SHARE * (1.0 - found_at)
    with part(found_at, nodes_at):
        measured = follow_routes(trace, [Route(nodes, None) for nodes in along])
    found = [NodesSoFar(nodes, m.trail) for nodes, m in zip(along, measured, strict=True)]

    def given(number: int, chosen: Sequence[int], _: Tensor) -> Tensor:
        return trace.index([row_of(ways[place].components[number]) for place in chosen])

    with part(nodes_at, 1.0):
        return found, components_along(trace, along, given, search.candidates)


def _strongest(text: Followed, most: int | None) -> list[int]:
    """The positions of a text's words with influence: all of them, or the strongest."""
    words = [j for j, g in enumerate(text.influence) if g != 0]
    if most is not None:
        words = sorted(sorted(words, key=lambda j: -abs(text.influence[j]))[:most])
    return [text.start + j for j in words]

"""The paper's two variants of a pattern: what if all of it were skips, or all of it heads?"""

from __future__ import annotations

from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Component
from explainer.rivals.scored import ScoredRoute


def skip_for_heads(pattern: Pattern) -> ScoredRoute:
    """Heads replaced by skip wherever the pattern stays (the paper's `repl_skip`)."""
    steps = zip(pattern.nodes[:-1], pattern.nodes[1:], pattern.components, strict=True)
    components = tuple(SKIP if start == end else chosen for start, end, chosen in steps)
    return ScoredRoute(pattern.nodes, components, pattern.attention_influence)


def heads_for_skip(pattern: Pattern) -> ScoredRoute:
    """Skips replaced by the best head of the same step (the paper's `repl_attn`)."""
    sign = 1.0 if pattern.influence > 0 else -1.0

    def best(candidates: tuple[float, ...]) -> Component:
        return max(range(len(candidates) - 1), key=lambda head: sign * candidates[1 + head])

    components = tuple(
        best(candidates) if chosen == SKIP else chosen
        for chosen, candidates in zip(pattern.components, pattern.attention_candidates, strict=True)
    )
    return ScoredRoute(pattern.nodes, components, pattern.attention_influence)

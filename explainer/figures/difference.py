"""What differs between two explanations, in words: a word's way, and everything in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.compare import Aligned, Comparison, Route
from explainer.figures.pair import Pair
from explainer.figures.text import clean
from explainer.pattern import SKIP, Edge, Explanation, Level, Pattern


def token_name(tokens: Aligned, both: Pair) -> str:
    """A token, or the two that correspond where they differ: `farmers / farmer`."""
    positions = (tokens.first, tokens.second)
    found = [clean(e.tokens[p]) for e, p in zip(both, positions, strict=True) if p is not None]
    return " / ".join(dict.fromkeys(found))


def same_way(route: Route, level: Level) -> bool:
    """Whether both patterns are there and take the same way as far as `level` tells ways apart."""
    return route.same if level == "attention" else route.moved == ()


def other_blocks(route: Route, level: Level) -> tuple[int, ...]:
    """The blocks 1 … L in which the two ways differ: by their component, start or goal."""
    if route.moved is None or route.switched is None:
        return ()
    blocks = set(route.moved) | {layer + 1 for layer in route.moved}
    if level == "attention":
        blocks |= set(route.switched)
    depth = len(route.first.components) if route.first else 0
    return tuple(sorted(block for block in blocks if block <= depth))


def way_difference(route: Route, both: Pair, level: Level) -> str:
    """Where a word's two ways differ, block by block: `block 4: skip / head 1 → [MASK]`."""
    if route.first is None or route.second is None:
        return f"only in the {'second' if route.first is None else 'first'}"
    if route.moved is None:
        return "not comparable: the models differ in depth"
    if same_way(route, level):
        return "the same"
    parts = []
    for block in other_blocks(route, level):
        one, two = (
            _step(pattern.edges(level)[block - 1], explanation)
            for pattern, explanation in zip((route.first, route.second), both, strict=True)
        )
        parts.append(f"block {block}: {one} / {two}" if one != two else f"block {block}: {one}")
    return " · ".join(parts)


def _step(edge: Edge, explanation: Explanation) -> str:
    """One step without its start: the component, and the token that it leads to."""
    there = clean(explanation.tokens[edge.target])
    if edge.component == SKIP:
        return f"skip at {there}"
    if edge.component is not None:
        return f"head {edge.component} → {there}"
    return f"at {there}" if edge.source == edge.target else f"→ {there}"


def difference_summary(
    comparison: Comparison, both: Pair, level: Level, minimum_share: float
) -> str:
    """The strongest word's ways, the most telling other word's, and how many words differ."""
    routes = _drawn(comparison, both, minimum_share)
    if not routes:
        return "No word has a drawn pattern in either."
    lead, others = routes[0], routes[1:]
    clauses = [_clause(lead, both, level)]
    if others:
        clauses.append(_clause(max(others, key=lambda r: _telling(r, level)), both, level))
    comparable = [route for route in routes if route.moved is not None]
    other = sum(not same_way(route, level) for route in comparable)
    count = f" Of {len(comparable)} words drawn in both, {other or 'none'} "
    count += "takes another way." if other < 2 else "take another way."
    sentence = f"{'; '.join(clauses)}."
    return sentence + (count if len(comparable) > 1 else "")


def _drawn(comparison: Comparison, both: Pair, minimum_share: float) -> list[Route]:
    """Routes of words that are drawn on either side."""
    drawn = [{p.source for p in explanation.drawn(minimum_share)} for explanation in both]
    return [
        r for r in comparison.routes if r.tokens.first in drawn[0] or r.tokens.second in drawn[1]
    ]


def _telling(route: Route, level: Level) -> tuple[bool, bool, bool, float]:
    """A turned sign tells most, then a word against the quantity, then another way."""
    values = [p.influence for p in (route.first, route.second) if p is not None]
    strength = max(abs(value) for value in values)
    return (
        min(values) < 0 < max(values),
        max(values) < 0,
        not same_way(route, level),
        strength,
    )


def _clause(route: Route, both: Pair, level: Level) -> str:
    name = f"“{token_name(route.tokens, both)}”"
    if route.first is None or route.second is None:
        side = 1 if route.first is None else 0
        return f"{name} has influence only in the {('first', 'second')[side]}"
    pull = _pull(route, both)
    ways = _ways(route, (route.first, route.second), both, level)
    return f"{name} {pull}{ways}"


def _pull(route: Route, both: Pair) -> str:
    """The direction, where it is against the quantity on either side; the way follows it."""
    patterns = (route.first, route.second)
    signs = [p is not None and p.influence < 0 for p in patterns]
    if not any(signs):
        return ""
    if all(signs):
        return "pulls the other way in both, and "
    one, two = (
        _towards(explanation, against) for explanation, against in zip(both, signs, strict=True)
    )
    return f"pulls {one} in the first and {two} in the second, and "


def _towards(explanation: Explanation, against: bool) -> str:
    target = explanation.target
    if not against:
        return f"towards “{clean(target.correct)}”"
    if target.wrong is None:
        return f"away from “{clean(target.correct)}”"
    return f"towards “{clean(target.wrong)}”"


def _ways(route: Route, patterns: Sequence[Pattern], both: Pair, level: Level) -> str:
    """How both get to the target."""
    arrivals = [
        _arrival(p, explanation.target.position, level)
        for p, explanation in zip(patterns, both, strict=True)
    ]
    if same_way(route, level):
        return "goes the same way in both" + (f", by {arrivals[0]}" if arrivals[0] else "")
    if arrivals[0] == arrivals[1]:
        blocks = other_blocks(route, level)
        if not blocks:
            return "goes through models that differ in depth"
        named = f"block {blocks[0]}" if len(blocks) == 1 else f"blocks {blocks[0]} to {blocks[-1]}"
        return f"takes another way in {named}"
    one, two = (arrival or "skips alone" for arrival in arrivals)
    return f"gets to its goal by {one} in the first and by {two} in the second"


def _arrival(pattern: Pattern, goal: int, level: Level) -> str | None:
    """The last step that brings the pattern to its goal from elsewhere."""
    for edge in reversed(pattern.edges(level)):
        if edge.target == goal and edge.source != goal:
            block = f"block {edge.layer + 1}"
            return block if edge.component is None else f"head {edge.component} of {block}"
    return None

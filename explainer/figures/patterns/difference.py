"""What differs between two explanations, in words: a word's way, and everything in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.figures.canvas.text import brief
from explainer.figures.patterns.pair import Pair
from explainer.results.comparison import Aligned, Comparison, Route
from explainer.results.pattern import Explanation, Level, Pattern


def token_name(tokens: Aligned, both: Pair) -> str:
    """A token, or the two that correspond where they differ: `farmers / farmer`."""
    positions = (tokens.first, tokens.second)
    found = [brief(e.tokens[p]) for e, p in zip(both, positions, strict=True) if p is not None]
    return " / ".join(dict.fromkeys(found))


def same_way(route: Route, level: Level) -> bool:
    """Whether both patterns are there and take the same way as far as `level` tells ways apart."""
    return route.same if level == "attention" else route.moved == ()


def other_blocks(route: Route, level: Level) -> tuple[int, ...]:
    """The blocks 0 … L − 1 in which the two ways differ, by their component, start or end."""
    if route.moved is None or route.switched is None:
        return ()
    blocks = {block for node in route.moved for block in (node - 1, node)}
    # The last node is the target: where it differs no block follows it.
    blocks -= {len(route.first.components)} if route.first else set()
    return tuple(sorted(blocks | set(route.switched if level == "attention" else ())))


def way_difference(route: Route, level: Level) -> str:
    """Where a word's two ways differ: `nodes 2–3 · blocks 2–4`, as they are numbered in the graph.

    Nodes are named by their hidden state; a block counts where another component carries the step.
    """
    if route.first is None or route.second is None:
        return f"only in the {'second' if route.first is None else 'first'}"
    if route.moved is None or route.switched is None:
        return "models of different depth"
    if same_way(route, level):
        return "the same"
    parts = [counted_places("node", route.moved)] if route.moved else []
    if level == "attention" and route.switched:
        parts.append(counted_places("block", route.switched))
    return " · ".join(parts)


def counted_places(noun: str, places: Sequence[int]) -> str:
    """`block 3`, `blocks 2–4, 6` for increasing numbers."""
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    listed = ", ".join(f"{r[0]}–{r[-1]}" if len(r) > 1 else f"{r[0]}" for r in runs)
    return f"{noun} {listed}" if len(places) == 1 else f"{noun}s {listed}"


def difference_summary(
    comparison: Comparison, both: Pair, level: Level, minimum_share: float
) -> str:
    """The strongest word's ways, the most telling other word's, and how many words differ."""
    routes = _drawn(comparison, both, minimum_share)
    if not routes:
        return "No word has a drawn pattern in either."
    lead, others = routes[0], routes[1:]
    clauses = [_clause(lead, both, level)]
    other = max(others, key=lambda route: _telling(route, level), default=None)
    if other is not None and any(_telling(other, level)[:3]):
        clauses.append(_clause(other, both, level))
    comparable = [route for route in routes if route.moved is not None]
    differ = sum(not same_way(route, level) for route in comparable)
    many = "all" if differ == len(comparable) else str(differ or "none")
    count = f" Of {len(comparable)} drawn words {many} "
    count += "takes another way." if differ < 2 else "take another way."
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
    one, two = (
        _towards(explanation, against) for explanation, against in zip(both, signs, strict=True)
    )
    if all(signs):
        pull = "pulls the other way in both"
    elif one == two:
        pull = f"pulls {one} in both"
    else:
        pull = f"pulls {one} in the first and {two} in the second"
    return f"{pull}, and "


def _towards(explanation: Explanation, against: bool) -> str:
    target = explanation.target
    if not against:
        return f"towards “{brief(target.correct)}”"
    if target.wrong is None:
        return f"away from “{brief(target.correct)}”"
    return f"towards “{brief(target.wrong)}”"


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
        return f"takes another way in {counted_places('block', blocks)}"
    goals = (brief(e.tokens[e.target.position]) for e in both)
    goal = " / ".join(dict.fromkeys(goals))
    one, two = (arrival or "skips alone" for arrival in arrivals)
    return f"reaches {goal} by {one} in the first and by {two} in the second"


def _arrival(pattern: Pattern, goal: int, level: Level) -> str | None:
    """The last step that brings the pattern to its goal from elsewhere."""
    for edge in reversed(pattern.edges(level)):
        if edge.target == goal and edge.source != goal:
            block = f"block {edge.layer}"
            return block if edge.component is None else f"head {edge.component} of {block}"
    return None

"""What differs between two explanations, in words: a word's way, and everything in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.figures.canvas.text import brief
from explainer.figures.canvas.wording import name, standing
from explainer.figures.patterns.pairs.views import Pair
from explainer.results.comparison import Aligned, Comparison, WordChange
from explainer.results.explanation import Explanation
from explainer.results.merged import special_positions
from explainer.results.pattern import Pattern
from explainer.results.route import Level


def token_name(tokens: Aligned, both: Pair) -> str:
    """A token, or the two that correspond where they differ: `farmers / farmer`.

    One that a sentence has more than once has its position there: `the (4) / the (5)`.
    """
    positions = (tokens.first, tokens.second)
    found = [name(e, p) for e, p in zip(both, positions, strict=True) if p is not None]
    return " / ".join(dict.fromkeys(found))


def same_way(change: WordChange, level: Level) -> bool:
    """Whether both patterns are there and take the same way as far as `level` tells ways apart."""
    return change.same if level == "attention" else change.moved == ()


def other_blocks(change: WordChange, level: Level) -> tuple[int, ...]:
    """The blocks 0 … L − 1 in which the two ways differ, by their component, start or end."""
    if change.moved is None or change.switched is None:
        return ()
    blocks = {block for node in change.moved for block in (node - 1, node)}
    # The last node is the target: where it differs no block follows it.
    blocks -= {len(change.first.components)} if change.first else set()
    return tuple(sorted(blocks | set(change.switched if level == "attention" else ())))


def way_difference(change: WordChange, level: Level) -> str:
    """Where a word's two ways differ: `nodes 2–3 · blocks 2–4`, as they are numbered in the graph.

    Nodes are named by their hidden state; a block counts where another component carries the step.
    """
    if change.first is None or change.second is None:
        return f"only in the {'second' if change.first is None else 'first'}"
    if change.moved is None or change.switched is None:
        return "models of different depth"
    if same_way(change, level):
        return "the same"
    parts = [counted_places("node", change.moved)] if change.moved else []
    if level == "attention" and change.switched:
        parts.append(counted_places("block", change.switched))
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
    changes = _drawn(comparison, both, minimum_share)
    if not changes:
        return "No word has a drawn pattern in either."
    lead, others = changes[0], changes[1:]
    clauses = [_clause(lead, both, level)]
    other = max(others, key=lambda change: _telling(change, level), default=None)
    if other is not None and any(_telling(other, level)[:3]):
        clauses.append(_clause(other, both, level))
    comparable = [change for change in changes if change.moved is not None]
    differ = sum(not same_way(change, level) for change in comparable)
    many = "all" if differ == len(comparable) else str(differ or "none")
    count = f" Of {len(comparable)} drawn words {many} "
    count += "takes another way." if differ < 2 else "take another way."
    sentence = f"{'; '.join(clauses)}."
    return sentence + (count if len(comparable) > 1 else "")


def _drawn(comparison: Comparison, both: Pair, minimum_share: float) -> list[WordChange]:
    """Routes of words that are drawn on either side."""
    drawn = [{p.source for p in explanation.drawn(minimum_share)} for explanation in both]
    return [
        r for r in comparison.changes if r.tokens.first in drawn[0] or r.tokens.second in drawn[1]
    ]


def _telling(change: WordChange, level: Level) -> tuple[bool, bool, bool, float]:
    """A turned sign tells most, then a word against the quantity, then another way."""
    values = [p.influence for p in (change.first, change.second) if p is not None]
    strength = max(abs(value) for value in values)
    return (
        min(values) < 0 < max(values),
        max(values) < 0,
        not same_way(change, level),
        strength,
    )


def _clause(change: WordChange, both: Pair, level: Level) -> str:
    word = f"“{token_name(change.tokens, both)}”"
    if change.first is None or change.second is None:
        side = 1 if change.first is None else 0
        return f"{word} has influence only in the {('first', 'second')[side]}"
    pull = _pull(change, both)
    ways = _ways(change, (change.first, change.second), both, level)
    return f"{word} {pull}{ways}"


def _pull(change: WordChange, both: Pair) -> str:
    """The direction, where it is against the quantity on either side; the way follows it."""
    patterns = (change.first, change.second)
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


def _goal(explanation: Explanation, position: int) -> str:
    """Where a way ends: a word in quotes, what the tokenizer adds and the mask as they are."""
    if len(explanation.target.positions) > 1 and explanation.model.task == "masked-lm":
        return standing(explanation, position)
    if position in special_positions(explanation):
        return brief(explanation.tokens[position])
    return f"“{name(explanation, position)}”"


def _ways(change: WordChange, patterns: Sequence[Pattern], both: Pair, level: Level) -> str:
    """How both get to the target."""
    arrivals = [_arrival(p, level) for p in patterns]
    if same_way(change, level):
        return "goes the same way in both" + (f", by {arrivals[0]}" if arrivals[0] else "")
    if arrivals[0] == arrivals[1]:
        blocks = other_blocks(change, level)
        if not blocks:
            return "goes through models that differ in depth"
        return f"takes another way in {counted_places('block', blocks)}"
    goals = (_goal(e, p.nodes[-1]) for p, e in zip(patterns, both, strict=True))
    goal = " / ".join(dict.fromkeys(goals))
    one, two = (arrival or "skips alone" for arrival in arrivals)
    return f"reaches {goal} by {one} in the first and by {two} in the second"


def _arrival(pattern: Pattern, level: Level) -> str | None:
    """The last step that brings the pattern to its goal from elsewhere."""
    goal = pattern.nodes[-1]
    for edge in reversed(pattern.edges(level)):
        if edge.target == goal and edge.source != goal:
            block = f"block {edge.layer}"
            return block if edge.component is None else f"head {edge.component} of {block}"
    return None

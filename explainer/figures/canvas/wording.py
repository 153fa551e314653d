"""What the figure says of a token, a node, an edge or a flow: short lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from explainer.base.numbers import amount, counted, percent, signed
from explainer.figures.canvas.text import brief
from explainer.results.beside.word_scores import WordScores
from explainer.results.explanation import Explanation
from explainer.results.merged import special_positions, token_at
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Component, Edge, Level, Node, Place
from explainer.results.target import LOGITS, Target, Unit

NAMED = 6
"""Words that are named at most."""
TOLD = 4
"""Words of which a step tells at most, in a few lines each."""


def name(explanation: Explanation, position: int) -> str:
    """A token, and its position where the sentence has it more than once: `the (4)`.

    Of a word of several pieces it is that of the first, so that a place has one number everywhere.
    """
    token = explanation.tokens[position]
    said = brief(token)
    number = token_at(explanation, position)
    return f"{said} ({number})" if explanation.tokens.count(token) > 1 else said


def standing(explanation: Explanation, position: int) -> str:
    """A place on the way: a mask that is asked about by its name, a word in quotes."""
    targets = explanation.target.positions
    several, token = len(targets) > 1, explanation.tokens[position]
    masked = explanation.model.task == "masked-lm" and position in targets
    known = masked and (several or explanation.tokens.count(token) == 1)
    if known and position in special_positions(explanation):
        return f"mask {targets.index(position) + 1}" if several else "the mask"
    return f"“{name(explanation, position)}”"


def column(layer: int) -> str:
    """The name of the hidden state H[layer]."""
    return "embedding" if layer == 0 else f"hidden state {layer}"


def component(which: Component | None) -> str:
    """What carries a step, in words."""
    if which is None:
        return "all heads and skip"
    return "skip connection" if which == SKIP else f"head {which}"


def carrier(which: Component | None) -> str:
    """What carries a step, where there is little room: `head 7`, `skip`."""
    return "skip" if which == SKIP else component(which)


def movement(explanation: Explanation, edge: Edge) -> str:
    """Where a step leads, in a sentence: `stays at “old”`, `goes from “farmers” to “[MASK]”`."""
    start, end = (name(explanation, at) for at in (edge.source, edge.target))
    return (
        f"stays at “{start}”" if edge.source == edge.target else f"goes from “{start}” to “{end}”"
    )


def place(explanation: Explanation, which: Place) -> str:
    """A node or a step in words: `block 3, “farmers” → “[MASK]” by head 7`."""
    if isinstance(which, Node):
        at = "the embedding" if which.layer == 0 else column(which.layer)
        return f"“{name(explanation, which.position)}” at {at}"
    start, end = (name(explanation, at) for at in (which.source, which.target))
    way = f"“{start}” stays" if which.source == which.target else f"“{start}” → “{end}”"
    return f"block {which.layer}, {way} by {carrier(which.component)}"


def measured(said: str, unit: Unit) -> str:
    """A number with what it is in: `+0.40 logits`, `+0.40 in cosine`."""
    return f"{said}{other_unit(unit) or f' {unit}'}"


def other_unit(unit: Unit) -> str:
    """` in cosine`: what follows a number that is in logits where nothing is said."""
    return "" if unit == LOGITS else f" in {unit}"


def question(target: Target) -> str:
    """Q in words."""
    correct = answer(target.correct)
    return correct if target.wrong is None else f"{correct} − {answer(target.wrong)}"


def answer(said: str) -> str:
    """An answer as a sentence names it: in quotes where it has several words, which may end with a
    full stop of their own."""
    return f"“{brief(said)}”" if " " in said.strip() else brief(said)


def of_token(
    explanation: Explanation,
    position: int,
    patterns: Sequence[Pattern],
    scores: WordScores | None = None,
) -> tuple[str, ...]:
    """A word's influence, how much of it its patterns carry at both levels, and its score by
    another method."""
    lines = _of_influence(explanation, position, patterns)
    if scores is None:
        return lines
    score = scores.scores[position]
    said = measured(amount(score, 3), explanation.target.unit) if scores.signed else percent(score)
    return *lines, f"{scores.label} {said}"


def _of_influence(
    explanation: Explanation, position: int, patterns: Sequence[Pattern]
) -> tuple[str, ...]:
    head = f"{brief(explanation.tokens[position])} (token {token_at(explanation, position)})"
    whole = explanation.influence[position]
    if not patterns and not whole:
        return head, "no influence: the baseline has the same embedding"
    lines = [head, f"influence g {measured(amount(whole, 3), explanation.target.unit)}"]
    if not patterns:
        return *lines, "not among the strongest words, which were followed"
    levels: tuple[tuple[Level, str], ...] = (
        ("embedding", "through its nodes, Iₑ"),
        ("attention", "through heads and skip, Iₐ"),
    )
    for level, name in levels:
        carried = sum(p.value(level) for p in patterns)
        share = f" ({percent(carried / whole)} of g)" if whole else ""
        lines.append(f"{name} {amount(carried, 3)}{share}")
    return tuple(lines)


def of_node(
    explanation: Explanation, layer: int, position: int, through: Sequence[Pattern], level: Level
) -> tuple[str, ...]:
    """A hidden state and the patterns that pass it."""
    lines = [f"{name(explanation, position)}, {column(layer)}"]
    targets = explanation.target.positions
    if layer == explanation.model.layers and position in targets:
        which = "the target" if len(targets) == 1 else "a target"
        lines.append(f"{which}: {question(explanation.target)} is read here")
    if through:
        lines.append(f"{counted(len(through), 'drawn pattern')} through this node")
        lines += [
            f"{name(explanation, p.source)} {amount(p.value(level), 3)}" for p in through[:NAMED]
        ]
        if len(through) > NAMED:
            lines.append(f"and {len(through) - NAMED} more")
    return tuple(lines)


def of_edge(
    explanation: Explanation, edge: Edge, taking: Sequence[Pattern], level: Level
) -> tuple[str, ...]:
    """A step: block, nodes, component, and what each pattern that takes it carries after it."""
    start, end = (name(explanation, at) for at in (edge.source, edge.target))
    way = f"stays at {start}" if edge.source == edge.target else f"{start} → {end}"
    lines = [f"block {edge.layer}, {way}, by {component(edge.component)}"]
    for pattern in taking[:TOLD]:
        lines += _of_lane(explanation, pattern, edge.layer, level)
    if len(taking) > TOLD:
        lines.append(f"and {len(taking) - TOLD} more")
    return tuple(lines)


def _of_lane(explanation: Explanation, pattern: Pattern, layer: int, level: Level) -> Iterator[str]:
    """What a pattern carries up to and with a step, at both levels, and where its sign turns."""
    nodes = (pattern.influence, *pattern.embedding_trail)
    g = measured(amount(pattern.influence, 3), explanation.target.unit)
    yield f"{name(explanation, pattern.source)}: g {g}"
    so_far = f"so far {amount(nodes[layer + 1], 3)} through its nodes"
    if level == "embedding":
        yield so_far
        trails = [nodes]
    else:
        alone = (pattern.embedding_influence, *pattern.attention_trail)
        yield f"{so_far},"
        yield f"{amount(alone[layer + 1], 3)} by heads and skips alone"
        trails = [alone, nodes]
    for trail, which in zip(trails, ("", " through its nodes"), strict=False):
        before, after = trail[layer : layer + 2]
        if before * after < 0:
            yield f"its sign turns here{which}: from {signed(before, 3)} to {signed(after, 3)}"


def of_flow(
    explanation: Explanation, edge: Edge, value: float, total: float, strongest: int | None
) -> tuple[str, ...]:
    """All influence between two nodes, its share of the block's, and the head that carries most."""
    start, end = (name(explanation, at) for at in (edge.source, edge.target))
    kind = "skip connection" if edge.component == SKIP else "all heads"
    lines = [
        f"all words, block {edge.layer}, {start} → {end}",
        f"{kind} {measured(amount(value, 3), explanation.target.unit)}",
    ]
    if total:
        lines.append(f"{percent(abs(value) / total)} of what moves in this block")
    if strongest is not None:
        lines.append(f"most by head {strongest}")
    return tuple(lines)

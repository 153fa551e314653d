"""An explanation in one sentence, for those who cannot see the figure."""

from __future__ import annotations

from itertools import groupby

from explainer.figures.text import clean, percent, signed
from explainer.pattern import SKIP, Edge, Explanation, Level, Pattern


def summary(explanation: Explanation, level: Level = "attention", word: int | None = None) -> str:
    """What the strongest pattern, or the one of the word at position `word`, carries and where."""
    chosen = [p for p in explanation.patterns if word is None or p.source == word]
    label = clean(explanation.target.label)
    if not chosen:
        if word is None:
            return f"No word has any influence on {label}."
        return f"“{clean(explanation.tokens[word])}” has no influence on {label}."
    pattern = chosen[0]
    return (
        f"“{clean(pattern.token)}” has {signed(pattern.influence)} influence on {label}; "
        f"its pattern carries {percent(pattern.share(level))} of it "
        f"({signed(pattern.value(level))}): {route(explanation, pattern, level)}."
    )


def route(explanation: Explanation, pattern: Pattern, level: Level) -> str:
    """A pattern's path in words, with blocks counted from 1."""
    parts = []
    edges = pattern.edges(level)
    for (kind, position), group in groupby(
        edges, key=lambda edge: ("stay" if _stays(edge) else edge, edge.source)
    ):
        steps = list(group)
        first, last = steps[0].layer + 1, steps[-1].layer + 1
        blocks = f"block {first}" if first == last else f"blocks {first}–{last}"
        here = clean(explanation.tokens[position])
        if kind == "stay":
            by = " by skip" if level == "attention" else ""
            parts.append(f"stays at “{here}”{by} through {blocks}")
            continue
        step = steps[0]
        there = clean(explanation.tokens[step.target])
        mover = "" if step.component is None else f"head {step.component} of "
        if step.source == step.target:
            parts.append(f"{mover}{blocks} keeps it at “{there}”")
        else:
            parts.append(f"{mover}{blocks} moves it to “{there}”")
    return ", then ".join(parts)


def _stays(edge: Edge) -> bool:
    return edge.source == edge.target and edge.component in (SKIP, None)

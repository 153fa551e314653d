"""An explanation in one sentence, for those who cannot see the figure; and paths in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from explainer.base.numbers import counted, percent, signed
from explainer.figures.canvas import wording
from explainer.figures.canvas.text import brief
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.view import View
from explainer.results.explanation import Explanation
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Edge, Level, Place

NAMED = 4
"""The number of words that a sentence names at most."""


def summary(
    explanation: Explanation,
    level: Level = "attention",
    word: int | None = None,
    place: Place | None = None,
) -> str:
    """What the pattern that carries most, or that of the word at position `word`, carries where.

    With a `place` and no word: which patterns pass it. Raises ExplainerError for a word or place
    that is not in the explanation.
    """
    view = View(level=level, selected=word, place=place)
    return drawn_summary(Drawn.of(explanation, view))


def view_summary(explanation: Explanation, view: View) -> str:
    """The summary of what a view shows."""
    return drawn_summary(Drawn.of(explanation, view))


def drawn_summary(drawn: Drawn) -> str:
    """The summary of all that is listed in a drawing, or of what is selected there."""
    explanation, view = drawn.explanation, drawn.view
    level, word = view.level, view.selected
    if view.place is not None and word is None:
        return _passing(drawn, view.place)
    chosen = [p for p in drawn.listed if word is None or p.source == word]
    label = wording.question(explanation.target)
    if not chosen:
        if word is None:
            return f"No word has any influence on {label}."
        name, whole = f"“{brief(explanation.tokens[word])}”", explanation.influence[word]
        if whole:
            return f"{name} has {signed(whole)} influence on {label}; it was not followed."
        return f"{name} has no influence on {label}."
    pattern = max(chosen, key=lambda p: abs(p.value(level)))
    whole = explanation.influence[pattern.source]
    # The pieces of a merged word may take several ways.
    ways = sum(p.source == pattern.source for p in drawn.listed)
    name = "its pattern" if ways == 1 else f"the strongest of its {ways} patterns"
    share = percent(pattern.value(level) / whole) if whole else "–"
    return (
        f"“{brief(pattern.token)}” has {signed(whole)} influence on {label}; "
        f"{name} carries {share} of it "
        f"({signed(pattern.value(level))}): {route(explanation, pattern, level)}."
    )


def _passing(drawn: Drawn, place: Place) -> str:
    """Which patterns pass a node or step, and what they carry together."""
    explanation, level = drawn.explanation, drawn.view.level
    through = [p for p in drawn.listed if p.passes(place, level)]
    through.sort(key=lambda p: -abs(p.value(level)))
    where = wording.place(explanation, place)
    if not through:
        return f"No pattern passes through {where}."
    names = [f"“{brief(p.token)}” {signed(p.value(level))}" for p in through[:NAMED]]
    if len(through) > NAMED:
        names.append(f"{len(through) - NAMED} more")
    together = signed(sum(p.value(level) for p in through))
    verb = "passes" if len(through) == 1 else "pass"
    return (
        f"{counted(len(through), 'pattern')} {verb} through {where} and carry {together} "
        f"to {wording.question(explanation.target)}: {', '.join(names)}."
    )


def route(explanation: Explanation, pattern: Pattern, level: Level) -> str:
    """A pattern's path in words, with blocks counted from 0."""
    parts = []
    for steps, stays in _runs(pattern, level):
        step = steps[0]
        blocks = _blocks(steps)
        here, there = (brief(explanation.tokens[i]) for i in (step.source, step.target))
        mover = "" if step.component is None else f"head {step.component} of "
        if stays:
            by = " by skip" if level == "attention" else ""
            parts.append(f"stays at “{here}”{by} through {blocks}")
        elif step.source == step.target:
            parts.append(f"{mover}{blocks} keeps it at “{there}”")
        else:
            parts.append(f"{mover}{blocks} moves it to “{there}”")
    return ", then ".join(parts)


def short_route(explanation: Explanation, pattern: Pattern, level: Level) -> str:
    """A pattern's path for a narrow column: `skip ×3, head 7 → [MASK], skip ×2`."""
    parts = []
    for steps, stays in _runs(pattern, level):
        step = steps[0]
        there = brief(explanation.tokens[step.target])
        if stays:
            name = "skip" if level == "attention" else f"at {there}"
            parts.append(f"{name} ×{len(steps)}" if len(steps) > 1 else name)
        elif step.component is None:
            parts.append(f"→ {there}")
        else:
            parts.append(f"head {step.component} → {there}")
    return ", ".join(parts)


def _runs(pattern: Pattern, level: Level) -> Iterator[tuple[list[Edge], bool]]:
    """The pattern's steps, those that only stay at one place together, and whether they do."""
    for (key, _), group in groupby(
        pattern.edges(level), key=lambda edge: (_stays(edge) or edge, edge.source)
    ):
        yield list(group), key is True


def _blocks(steps: list[Edge]) -> str:
    first, last = steps[0].layer, steps[-1].layer
    return f"block {first}" if first == last else f"blocks {first}–{last}"


def _stays(edge: Edge) -> bool:
    return edge.source == edge.target and edge.component in (SKIP, None)

"""An explanation in a sentence: the answer above the figure, what the figure shows, and paths."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from explainer.base.numbers import amount, counted, fraction, percent, signed
from explainer.figures.canvas import wording
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.scores import says_bars
from explainer.figures.patterns.view import View
from explainer.results.beside.stability import is_example
from explainer.results.explanation import Explanation
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Edge, Level, Node, Place

NAMED = 4
"""The number of words that a sentence names at most."""
LONGEST = 4
"""The number of moves by heads that the headline tells at most."""

Role = Literal["plain", "word", "correct", "wrong", "head"]


class Piece(NamedTuple):
    """A part of the headline: plain text, without any markup, and what it names.

    `word` is a token of the sentence, `correct` and `wrong` are the two answers of the question,
    `head` is what moves a pattern (a block where heads are not told apart). `place` is the node or
    step that a word or head stands for, in rows of the figure; None for the rest.
    """

    text: str
    role: Role = "plain"
    place: Place | None = None


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
    """The summary of all that is listed in a drawing, or of what is selected there; and whose
    scores the bars are, where they are not influence."""
    return f"{_summary(drawn)} {says_bars(drawn)}".rstrip()


def _summary(drawn: Drawn) -> str:
    explanation, view = drawn.explanation, drawn.view
    level, word = view.level, view.selected
    if view.place is not None and word is None:
        return _passing(drawn, view.place)
    chosen = [p for p in drawn.listed if word is None or p.source == word]
    label = wording.question(explanation.target)
    other = wording.other_unit(explanation.target.unit)
    if not chosen:
        if word is None:
            return f"No word has any influence on {label}."
        name, whole = f"“{wording.name(explanation, word)}”", explanation.influence[word]
        if whole:
            return f"{name} has {amount(whole)} influence{other} on {label}; it was not followed."
        return f"{name} has no influence on {label}."
    pattern = max(chosen, key=lambda p: abs(p.value(level)))
    whole = explanation.influence[pattern.source]
    # The pieces of a merged word may take several ways.
    ways = sum(p.source == pattern.source for p in drawn.listed)
    name = "its pattern" if ways == 1 else f"the strongest of its {ways} patterns"
    share = percent(pattern.value(level) / whole) if whole else "–"
    return (
        f"“{wording.name(explanation, pattern.source)}” has {amount(whole)} influence{other} on "
        f"{label}; {name} carries {share} of it "
        f"({amount(pattern.value(level))}): {route(explanation, pattern, level)}."
    )


def headline(drawn: Drawn) -> tuple[Piece, ...]:
    """The answer in a sentence or two: the word with the most influence, and its way to the target.

    With a selected word, that word instead. The texts of the pieces, one after the other, are the
    sentence. Where the bars are another method's scores, it says that it is of influence.
    """
    by = () if drawn.view.scores is None else (Piece("By influence g: "),)
    return *by, *_headline(drawn)


def _headline(drawn: Drawn) -> tuple[Piece, ...]:
    explanation, view = drawn.explanation, drawn.view
    chosen = [p for p in drawn.listed if view.selected in (None, p.source)]
    if not chosen:
        if view.selected is None:
            return (Piece("No word that is shown has any influence on "), *_asked(drawn, "."))
        return _unfollowed(drawn, view.selected)
    word = max((p.source for p in chosen), key=lambda i: abs(explanation.influence[i]))
    ways = [p for p in chosen if p.source == word]
    lead = max(ways, key=lambda p: abs(p.value(view.level)))
    most = "most " if view.selected is None and len({p.source for p in drawn.listed}) > 1 else ""
    return *_speaks(drawn, word, most), *_way(drawn, lead, len(ways))


def _asked(drawn: Drawn, after: str) -> tuple[Piece, ...]:
    """Q as the two answers."""
    target = drawn.explanation.target
    correct = Piece(wording.answer(target.correct), "correct")
    if target.wrong is None:
        return correct, Piece(after)
    wrong = Piece(wording.answer(target.wrong), "wrong")
    return correct, Piece(" rather than "), wrong, Piece(after)


def _unfollowed(drawn: Drawn, word: int) -> tuple[Piece, ...]:
    """A selected word without a pattern."""
    if not 0 <= word < len(drawn.explanation.tokens):
        return (Piece("The selected word is not in this sentence."),)
    if drawn.explanation.influence[word]:
        return *_speaks(drawn, word, ""), Piece(" Its way was not followed.")
    return _name(drawn, word), Piece(" has no influence on "), *_asked(drawn, ".")


def _name(drawn: Drawn, word: int) -> Piece:
    return Piece(f"“{wording.name(drawn.explanation, word)}”", "word", Node(0, word))


def _speaks(drawn: Drawn, word: int, most: str) -> tuple[Piece, ...]:
    """Which answer a word speaks for, and with how much of all influence."""
    target, g = drawn.explanation.target, drawn.explanation.influence[word]
    whole = sum(drawn.explanation.influence)
    if g >= 0:
        side, answer = "for", Piece(wording.answer(target.correct), "correct")
    elif target.wrong is None:
        side, answer = "against", Piece(wording.answer(target.correct), "correct")
    else:
        side, answer = "for", Piece(wording.answer(target.wrong), "wrong")
    # A part of the whole only where it is one: words may also speak against each other.
    of = f" of {signed(whole)}" if 0 < g <= whole or whole <= g < 0 else ""
    size = Piece(f": {wording.measured(f'{amount(g)}{of}', target.unit)}.")
    return _name(drawn, word), Piece(f" speaks {most}{side} "), answer, size


def _way(drawn: Drawn, pattern: Pattern, ways: int) -> tuple[Piece, ...]:
    """How much of a word's influence its pattern carries, and where it goes."""
    g, carried = pattern.influence, pattern.value(drawn.view.level)
    unit = drawn.explanation.target.unit
    size, more = (wording.measured(said(carried), unit) for said in (amount, signed))
    if not g:  # pieces of a word that cancel
        start = f" One of its ways carries {size}: it "
    elif carried / g < 0:
        start = " The way that was found, an example of many, carries the opposite, "
        start += f"{size}: it "
    elif carried / g > 1.005:
        start = f" One way carries more than that, {more}, and others take some "
        start += "of it back: it "
    else:
        which = "one of its ways" if ways > 1 else "one way"
        example = ", an example of many" if is_example(carried / g) else ""
        start = f" {fraction(carried / g)} of that takes {which}{example}: it "
    return Piece(start), *_told(drawn, pattern), Piece(".")


def _told(drawn: Drawn, pattern: Pattern) -> list[Piece]:
    """A pattern's way, with the steps that move it by their heads."""
    explanation, level = drawn.explanation, drawn.view.level
    runs = list(_runs(pattern, level))
    moves = sum(not stays for _, stays in runs)
    found: list[Piece] = []
    told = 0
    for number, (steps, stays) in enumerate(runs):
        step, last = steps[0], number == len(runs) - 1
        if stays and last and number:
            found.append(Piece(", where it stays"))
            continue
        if told == LONGEST and moves > LONGEST + 1:
            found.append(Piece(f", and after {moves - told} more moves it is at "))
            found.append(Piece(wording.standing(explanation, pattern.nodes[-1])))
            break
        then = ", then " if number else ""
        if stays:
            at = wording.standing(explanation, step.source)
            found.append(Piece(f"{then}stays on {at} through {_span(steps)}"))
            continue
        told += 1
        kept = step.source == step.target
        by = Piece(_mover(steps), "head", step)
        there = wording.standing(explanation, step.target)
        if number:
            action = " keeps it there" if kept else f" moves it to {there}"
            found += [Piece(then), by, Piece(action)]
        else:
            action = f"is {'kept on' if kept else 'moved to'} {there} by "
            found += [Piece(action), by]
    return found


def _span(steps: list[Edge]) -> str:
    return _blocks(steps, " to ")


def _mover(steps: list[Edge]) -> str:
    step = steps[0]
    block = _span(steps)
    return block if step.component is None else f"head {step.component} of {block}"


def _passing(drawn: Drawn, place: Place) -> str:
    """Which patterns pass a node or step, and what they carry together."""
    explanation, level = drawn.explanation, drawn.view.level
    through = [p for p in drawn.listed if p.passes(place, level)]
    through.sort(key=lambda p: -abs(p.value(level)))
    where = wording.place(explanation, place)
    if not through:
        return f"No pattern passes through {where}."
    names = [
        f"“{wording.name(explanation, p.source)}” {amount(p.value(level))}" for p in through[:NAMED]
    ]
    if len(through) > NAMED:
        names.append(f"{len(through) - NAMED} more")
    together = amount(sum(p.value(level) for p in through))
    together += wording.other_unit(explanation.target.unit)
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
        here, there = (wording.name(explanation, i) for i in (step.source, step.target))
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
        there = wording.name(explanation, step.target)
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


def _blocks(steps: list[Edge], to: str = "–") -> str:
    first, last = steps[0].layer, steps[-1].layer
    return f"block {first}" if first == last else f"blocks {first}{to}{last}"


def _stays(edge: Edge) -> bool:
    return edge.source == edge.target and edge.component in (SKIP, None)

"""What stands behind the rings at the last hidden state: what is read at each, or the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from explainer.figures.canvas import text
from explainer.figures.canvas.frame import Frame
from explainer.figures.canvas.palette import Palette
from explainer.figures.canvas.scene import Item, Label, Line
from explainer.results.explanation import Explanation
from explainer.results.target import Target

RIVAL = "rival’s"
"""Whose the start or end is that is of the other answer."""
LINE = 15.0
"""px between two lines behind the rings."""
BRACKET = 6.0
"""px that what stands behind a bracket is further to the right."""


@dataclass(frozen=True)
class Ending:
    """What stands behind a target: `leads` where it is of the answer that the model prefers."""

    position: int
    says: str
    leads: bool = True


def answer(target: Target) -> str:
    """Which of the two answers the model prefers, or the one that it is asked about."""
    return target.wrong if target.wrong is not None and target.value < 0 else target.correct


def pooled(explanation: Explanation) -> bool:
    """Whether Q is read from the mean of all tokens."""
    return len(explanation.target.positions) == len(explanation.tokens) > 1


def endings(explanation: Explanation) -> tuple[Ending, ...]:
    """What is read at each target; nothing where all are read alike, and the answer stands for
    them."""
    target = explanation.target
    prefers_wrong = target.wrong is not None and target.value < 0
    own, other = (1, 0) if prefers_wrong else (0, 1)
    found = []
    for position, read in zip(target.positions, target.reads, strict=False):
        says, rival = read[own], read[other]
        if says is not None:
            found.append(Ending(position, says))
        elif rival is not None:
            of_rival = rival if rival.startswith("no ") else f"{RIVAL} {rival}"
            found.append(Ending(position, of_rival, leads=False))
    return tuple(found)


def said_behind(explanation: Explanation) -> tuple[str, ...]:
    """All that there must be room for behind the rings."""
    each = tuple(one.says for one in endings(explanation))
    mean = (_mean(explanation),) if pooled(explanation) else ()
    return each or (answer(explanation.target), *mean)


def draw(explanation: Explanation, frame: Frame, colours: Palette) -> list[Item]:
    """A label for each ring, or the answer: beside a bracket where all rings are read alike."""
    target = explanation.target
    if frame.answer is None:
        if frame.answer_below is None:
            return []
        x, below = frame.width - 4.0, frame.answer_below
        said = text.shorten(answer(target), text.BODY, x - frame.columns[0])
        return [Label(x, below, said, colours.ink, text.BODY, "end", True)]
    each, room = endings(explanation), frame.width - frame.answer
    if each:
        return [
            Label(
                frame.answer,
                frame.rows[one.position],
                text.shorten(one.says, text.BODY, room),
                colours.ink if one.leads else colours.muted,
                text.BODY,
                "start",
                one.leads,
            )
            for one in each
            if one.position in frame.rows
        ]
    y = frame.middle(target.positions)
    if y is None:
        return []
    x, items = frame.answer, list[Item]()
    if pooled(explanation):
        items += _bracket(list(frame.rows.values()), frame, colours)
        x, room = x + BRACKET, room - BRACKET
        mean = text.shorten(_mean(explanation), text.SMALL, room)
        items.append(Label(x, y + LINE, mean, colours.muted, text.SMALL, "start"))
    said = text.shorten(answer(target), text.BODY, room)
    return [*items, Label(x, y, said, colours.ink, text.BODY, "start", True)]


def free_below(explanation: Explanation, frame: Frame, lines: int) -> float | None:
    """The y below which so many lines meet nothing that stands behind the rings: below the answer,
    or else below or above a ring's label. None where no target is shown."""
    taken = sorted(
        frame.rows[one.position] for one in endings(explanation) if one.position in frame.rows
    )
    if not taken:
        y = frame.middle(explanation.target.positions)
        return y + LINE if y is not None and pooled(explanation) else y
    needed, half = lines * LINE, frame.row_height / 2
    for y, following in pairwise([*taken, frame.bottom + half + LINE]):
        if following - y >= needed + LINE - 1:
            return y
    above = taken[0] - needed - LINE
    return above if above + LINE >= frame.top - half else taken[-1]


def _mean(explanation: Explanation) -> str:
    return f"mean of {len(explanation.target.positions)} tokens"


def _bracket(y: Sequence[float], frame: Frame, colours: Palette) -> Iterator[Item]:
    """A line beside all rings, with its ends turned towards them."""
    assert frame.answer is not None
    x, top, bottom = frame.answer - 1.0, min(y), max(y)
    yield Line(x, top, x, bottom, colours.faint, 1.4)
    for end in (top, bottom):
        yield Line(x - 3, end, x, end, colours.faint, 1.4)

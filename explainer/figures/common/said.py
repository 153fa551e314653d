"""What the graph says: its title, its summary, and the lines of its nodes and edges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from explainer.base.numbers import counted, percent, signed
from explainer.figures.canvas import text
from explainer.figures.canvas.curves import Curve
from explainer.figures.canvas.scene import Spot
from explainer.figures.canvas.wording import measured
from explainer.figures.common.ribbons import Board, Drawable, Edge, Shown
from explainer.results.common.difference import WIDE, CommonDifference
from explainer.results.common.pattern import CommonPattern, CommonStep, HeadSummary
from explainer.results.route import SKIP
from explainer.results.target import LOGITS, Unit

TOLD = 4
"""Components of an edge that are told of at most."""


def digits(unit: Unit) -> int:
    """How many digits after the point are told: a cosine is small."""
    return 2 if unit == LOGITS else 3


def title(common: CommonPattern) -> str:
    """What the figure is of."""
    return f"The patterns of {counted(common.sentences, 'sentence')} under {common.model.name}"


def common_summary(common: CommonPattern) -> str:
    """The graph in two sentences: the strongest role, and the strongest step between two."""
    role = max(common.roles, key=lambda role: abs(role.influence))
    said = (
        f"In {counted(common.sentences, 'sentence')} “{role.name}” speaks most, with "
        f"{measured(signed(role.influence, digits(common.unit)), common.unit)} in the mean."
    )
    moving = [step for step in common.steps if step.component != SKIP]
    if not moving:
        return f"{said} No head carries a step: all stay where they are."
    step = max(moving, key=lambda step: step.size)
    return (
        f"{said} Of all heads, head {step.component} of block {step.layer} carries most along one "
        f"step, {way(common, step.source, step.target)}: in "
        f"{percent(step.sentences / common.sentences)} of the sentences, "
        f"{measured(signed(step.total, digits(common.unit)), common.unit)} in the mean."
    )


def difference_summary(difference: CommonDifference, names: tuple[str, str]) -> str:
    """What differs most, in a sentence; `names` are those of the two choices of sentences."""
    role = max(difference.roles, key=lambda role: abs(role.influence))
    more, less = names if role.influence >= 0 else names[::-1]
    said = (
        f"“{role.name}” speaks more for the answer in {more} than in {less}, by "
        f"{measured(f'{abs(role.influence):.2f}', difference.unit)} in the mean."
    )
    moving = [step for step in difference.steps if step.component != SKIP]
    if not moving:
        return f"{said} No head’s step differs by more than may be chance."
    step = max(moving, key=lambda step: step.size)
    more, less = names if step.total >= 0 else names[::-1]
    return (
        f"{said} Of heads’ steps {way(difference, step.source, step.target)} by head "
        f"{step.component} of block {step.layer} differs most: it carries "
        f"{measured(f'{step.size:.2f}', difference.unit)} more in {more} than in {less} (95 % "
        f"interval {step.size - WIDE * step.error:.2f} to {step.size + WIDE * step.error:.2f}, by "
        "itself)."
    )


def of_roles(common: Drawable, board: Board) -> Iterator[Spot]:
    """What the places at the beginning say."""
    for place, role in enumerate(common.roles):
        influence = measured(signed(role.influence, digits(common.unit)), common.unit)
        if isinstance(common, CommonPattern):
            says: tuple[str, ...] = (
                role.name,
                f"in {role.sentences:,} of {common.sentences:,} sentences",
                f"influence {influence} in the mean",
            )
        else:
            says = role.name, f"difference of influence {influence} in the mean"
        x = board.columns[0]
        yield Spot(x, board.y(place), "token", None, 0, place, place, None, says)


def of_edges(common: Drawable, shown: Shown, curves: Mapping[Edge, Curve]) -> Iterator[Spot]:
    """What edges say, of each component."""
    for edge, steps in shown.items():
        layer, source, target = edge
        says = (
            f"block {layer}, {way(common, source, target)}",
            *(_said(common, step) for step in steps[:TOLD]),
            *((f"and {len(steps) - TOLD} more",) if len(steps) > TOLD else ()),
        )
        for u in (0.25, 0.5, 0.75):
            x, y = curves[edge].point(u)
            yield Spot(x, y, "edge", None, layer, source, target, steps[0].component, says)


def _said(common: Drawable, step: CommonStep) -> str:
    by = "skip" if step.component == SKIP else f"head {step.component}"
    if isinstance(common, CommonDifference):
        ends = (signed(step.total + side * WIDE * step.error) for side in (-1, 1))
        return f"{by}: difference {signed(step.total)} [{', '.join(ends)}]"
    share = percent(step.sentences / common.sentences)
    return f"{by}: {signed(step.total)}, in {share} of the sentences"


def says_between(head: HeadSummary) -> str:
    """From which class of words to which most goes through a head, and its share; else nothing."""
    if not head.between or not head.size:
        return ""
    first = head.between[0]
    return f"{first.source} → {first.target} ({percent(first.size / head.size)})"


def way(common: Drawable, source: int, target: int) -> str:
    """Where a step leads, by its roles' names."""
    start, end = (text.brief(common.roles[place].name) for place in (source, target))
    return f"“{start}” stays" if source == target else f"“{start}” → “{end}”"

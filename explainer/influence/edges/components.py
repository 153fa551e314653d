"""What carries influence through a block, as the engine counts it: one row for skip and each head.

Row 0 is the skip connection and row 1 + h is head h, wherever the engine has scores of components
or a choice among them. Skip comes first because `argmax` returns the first of equal maxima, and a
tie goes to skip. Outside the engine a component is `SKIP` or the number of a head.
"""

from __future__ import annotations

from explainer.results.route import SKIP, Component

SKIP_ROW = 0
OPEN = -1
"""Stands in the place of a row where no component is chosen: all heads and skip together."""


def row_of(component: Component | None) -> int:
    """The row of a component, OPEN for none."""
    if component is None:
        return OPEN
    return SKIP_ROW if component == SKIP else 1 + int(component)


def component_of(row: int) -> Component:
    """The component of a row."""
    return SKIP if row == SKIP_ROW else row - 1

"""What protocols say of a model on a task: the verdict first, then every method beside the rest."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from explainer import ExplainerError
from explainer.app.widgets.markdown import plain
from explainer.base import assets
from explainer.evaluation.evidence.protocols.claims import judged
from explainer.evaluation.evidence.protocols.grid import Grid, conditions, grid, standing
from explainer.evaluation.evidence.protocols.measured import (
    COLUMNS,
    PROTOCOLS_FILE,
    read_protocols,
)
from explainer.evaluation.evidence.protocols.report import READING
from explainer.evaluation.protocols.condition import INSTEAD, Condition
from explainer.evaluation.protocols.table import PROTOCOLS


def protocol_tables(model: str, task: str) -> None:
    """The project's own measurements of a model on a task; nothing where there are none."""
    try:
        table = _stored(str(assets.EVALUATION / PROTOCOLS_FILE))
    except ExplainerError as error:
        st.error(plain(str(error)))
        return
    of_task = table[
        (table["model"] == model) & (table["task"] == task) & (table["protocol"] == "words")
    ]
    for name, rows in of_task.groupby("protocol", sort=False):
        protocol = PROTOCOLS[str(name)]
        (first, found), *others = _grids(rows)
        st.subheader(f"{protocol.label}: the methods beside each other", anchor=False)
        st.markdown(plain(f"{protocol.asks} {_said(rows, first)}"))
        st.caption(plain(f"{protocol.favours} Refuted by: {protocol.refuted_by}"))
        _table(found, first)
        if others:
            with st.expander("Erased in other ways"):
                for condition, other in others:
                    st.markdown(plain(_said(rows, condition)))
                    _table(other, condition)
        st.caption(plain(READING))


@st.cache_data(max_entries=20, show_spinner=False)
def _grids(rows: pd.DataFrame) -> list[tuple[Condition, Grid]]:
    """A protocol's conditions, the first of them first, and the grid of each."""
    return [(condition, grid(rows, condition)) for condition in conditions(rows)]


def _said(rows: pd.DataFrame, condition: Condition) -> str:
    verdict = next(verdict.text for _, verdict in judged(rows, condition))
    return f"{verdict} {standing(grid(rows, condition))}"


def _table(found: Grid, condition: Condition) -> None:
    if condition.instead:
        st.caption(plain(f"In place of what is erased: {INSTEAD[condition.instead]}."))
    st.markdown("\n".join(found.table()))


@st.cache_data(show_spinner=False)
def _stored(file: str) -> pd.DataFrame:
    """The stored table; an empty one where no protocol was measured."""
    if not Path(file).exists():
        return pd.DataFrame(columns=list(COLUMNS))
    try:
        return read_protocols(Path(file))
    except (OSError, ValueError, KeyError) as error:
        raise ExplainerError(
            f"The project's own results cannot be read: {PROTOCOLS_FILE} is damaged. Fetch the "
            "project's files again."
        ) from error

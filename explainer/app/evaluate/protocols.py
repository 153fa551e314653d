"""What protocols say of a model on a task: the verdict first, then every method beside the rest."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from explainer import ExplainerError
from explainer.app.widgets.markdown import plain
from explainer.base import assets
from explainer.evaluation.evidence.protocols import (
    COLUMNS,
    PROTOCOLS_FILE,
    READING,
    Grid,
    conditions,
    grid,
    verdict,
)
from explainer.evaluation.protocols.table import PROTOCOLS

INSTEAD = {
    "pair": "the minimal pair’s words",
    "deletion": "nothing: the words are left out",
    "mask": "[MASK]",
    "mean": "the mean of words",
}
"""What stands in for the words that are erased."""


def protocol_tables(model: str, task: str) -> None:
    """The project's own measurements of a model on a task; nothing where there are none."""
    try:
        table = _stored(str(assets.EVALUATION / PROTOCOLS_FILE))
    except ExplainerError as error:
        st.error(plain(str(error)))
        return
    of_task = table[(table["model"] == model) & (table["task"] == task)]
    for name, rows in of_task.groupby("protocol", sort=False):
        protocol = PROTOCOLS[str(name)]
        (first, found), *others = _grids(rows)
        st.subheader(f"{protocol.label}: the methods beside each other", anchor=False)
        st.markdown(plain(f"{protocol.asks} {verdict(found)}"))
        st.caption(plain(f"{protocol.favours} Refuted by: {protocol.refuted_by}"))
        _table(found, first)
        if others:
            with st.expander("Erased in other ways"):
                for condition, other in others:
                    st.markdown(plain(verdict(other)))
                    _table(other, condition)
        st.caption(plain(READING))


@st.cache_data(max_entries=20, show_spinner=False)
def _grids(rows: pd.DataFrame) -> list[tuple[str, Grid]]:
    """A protocol's conditions, the first of them first, and the grid of each."""
    return [(condition, grid(rows, condition)) for condition in conditions(rows)]


def _table(found: Grid, condition: str) -> None:
    if condition:
        st.caption(plain(f"In place of what is erased: {INSTEAD.get(condition, condition)}."))
    st.markdown("\n".join(found.table()))


@st.cache_data(show_spinner=False)
def _stored(file: str) -> pd.DataFrame:
    """The stored table; an empty one where no protocol was measured."""
    if not Path(file).exists():
        return pd.DataFrame(columns=list(COLUMNS))
    try:
        return pd.read_csv(file)[list(COLUMNS)]
    except (OSError, ValueError, KeyError) as error:
        raise ExplainerError(
            f"The project's own results cannot be read: {PROTOCOLS_FILE} is damaged. Fetch the "
            "project's files again."
        ) from error

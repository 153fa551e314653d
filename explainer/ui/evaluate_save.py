"""Results of the evaluate page as files, behind one button."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import streamlit as st

MIMES = {"svg": "image/svg+xml", "csv": "text/csv"}


@dataclass(frozen=True)
class File:
    """A file to download under `name`, made when it is asked for."""

    label: str
    name: str
    make: Callable[[], str]

    @property
    def mime(self) -> str:
        return MIMES[self.name.rpartition(".")[2]]


def save(files: Iterable[File]) -> None:
    """The button with the files behind it."""
    with st.popover("Save", icon=":material/download:", key="save"):
        for file in files:
            st.download_button(
                file.label,
                file.make,
                file_name=file.name,
                mime=file.mime,
                on_click="ignore",
                type="tertiary",
                key=f"save_{file.name}",
            )

"""Results as files, behind one button of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from explainer.app.state.linked import chooses_nothing
from explainer.base.extras import has
from explainer.figures.canvas.pdf import to_pdf


@dataclass(frozen=True)
class File:
    """A file to save: its label on the page, its name, its type, and how it is made."""

    label: str
    name: str
    mime: str
    make: Callable[[], str | bytes]


def picture_files(name: str, svg: Callable[[], str]) -> tuple[File, ...]:
    """A picture as SVG and, where the extra 'pdf' is installed, as PDF."""
    files = [File("Picture (SVG)", f"{name}.svg", "image/svg+xml", svg)]
    if has("pdf"):
        files.append(File("Picture (PDF)", f"{name}.pdf", "application/pdf", lambda: to_pdf(svg())))
    return tuple(files)


@contextmanager
def save_button() -> Iterator[bool]:
    """The place behind the button, and whether it is open: a picture is as large as its graph."""
    popover = st.popover("Save", icon=":material/download:", key="save", on_change=chooses_nothing)
    with popover:
        yield bool(popover.open)


def save_files(files: Iterable[File], code: str, language: str = "python") -> None:
    """Files, each made when it is asked for, and the page as code: Python, or a command."""
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
    command = language == "bash"
    st.caption(f"The same from {'the command line' if command else 'Python'}")
    st.code(code, language=language, wrap_lines=True)

"""Which sentences there are: the example's, those of finished runs, and those explained just now.

Runs lie in the folder that the environment variable EXPLAINER_CORPORA names: each folder in it
that `influence-patterns corpus --out` was given is one, finished or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from explainer import Corpus, ExplainerError, Settings
from explainer.app.compute.runs.corpus import Sentences
from explainer.app.corpus.choices import EXAMPLE, OWN, RUN
from explainer.app.settings import corpora
from explainer.base import assets
from explainer.base.begun import RUN as DESCRIPTION
from explainer.base.files import is_plain
from explainer.base.numbers import counted
from explainer.base.quote import quote
from explainer.corpus.folder import TABLES
from explainer.corpus.results import First
from explainer.results.settings import completed
from explainer.tasks import TASKS

MOST_RUNS = 200
MOST_ROWS = 5000
"""Rows of a run that the page reads: `corpus report` reads all of a larger one."""


@dataclass(frozen=True)
class Known:
    """Sentences that the page shows: the `model` that was asked and its `settings`, how many of
    the rows could not be explained, and what is said of where they come from."""

    sentences: Sentences
    model: str
    settings: Settings
    left_out: int
    said: str
    folder: str


def runs() -> dict[str, Path]:
    """The server's runs by name. Raises ExplainerError where their folder cannot be read.

    What leads out of that folder by a link is none of them.
    """
    folder = corpora()
    if folder is None:
        return {}
    found = sorted(one for one in folder.iterdir() if is_plain(one / DESCRIPTION))
    inside = [one for one in found if (one / DESCRIPTION).resolve().is_relative_to(folder)]
    return {one.name: one for one in inside[:MOST_RUNS]}


def known_run(of: str) -> Known:
    """The example, or the run of this name. Raises ExplainerError where it cannot be read."""
    if of == EXAMPLE:
        return _as_it_is(assets.CORPUS / "sva-obj")
    name = of.removeprefix(RUN)
    folder = runs().get(name)
    if folder is None:
        raise ExplainerError(
            f"There is no run {quote(name)} on this server any more: choose other sentences."
        )
    return _as_it_is(folder)


def _as_it_is(folder: Path) -> Known:
    """What is known of a run, read again where a part has come or gone."""
    places = (folder / name for name in (DESCRIPTION, *TABLES))
    return _known(str(folder), tuple(map(_stamp, places)))


def _stamp(place: Path) -> int:
    """When something was changed; 0 for what is not there, or is no more."""
    try:
        return place.stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=16, show_spinner=False)
def _known(place: str, state: tuple[int, ...]) -> Known:
    folder = Path(place)
    corpus = Corpus.open(folder)
    found = First(corpus, MOST_ROWS)
    left_out = sum(len(part) for part in found.records("errors", ("number",)))
    settings = Settings(**completed(corpus.run["settings"]))
    return Known(
        Sentences((place, *map(str, state)), found),
        corpus.model.name,
        settings,
        left_out,
        f"{_extent(corpus)} {_origin(corpus)} under {corpus.model.name}, {settings.sampling}, "
        f"{settings.searched}.",
        folder.name,
    )


def _extent(corpus: Corpus) -> str:
    """How many of a run's rows are shown."""
    done = corpus.rows_done
    if done > MOST_ROWS:
        size: int = corpus.run["part_size"]
        shown = max(1, MOST_ROWS // size) * size
        return f"The first {shown:,} of {counted(corpus.rows, 'row')} (`corpus report` reads all)"
    if done < corpus.rows:
        return f"{done:,} of {counted(corpus.rows, 'row')}, as far as the run has come,"
    return counted(corpus.rows, "row")


def _origin(corpus: Corpus) -> str:
    given = corpus.run["input"]
    return f"of {given['task']}" if "task" in given else f"of {given['file']}"


def options() -> dict[str, str]:
    """What can be chosen, in the order of the list, and what it is called there. Raises
    ExplainerError as `runs` does."""
    return {
        EXAMPLE: "An example: sva-obj, explained before",
        OWN: "Your own sentences",
        **{task: f"{task}: generated, explained now" for task in TASKS},
        **{f"{RUN}{name}": f"Run {name}" for name in runs()},
    }

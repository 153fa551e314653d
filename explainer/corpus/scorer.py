"""What a worker under Ray does: it loads the model once, and computes a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch

from explainer import __version__
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.corpus.folder import MEMORY, TABLES
from explainer.corpus.staged import COMPUTED, PART, rows_of
from explainer.corpus.tables import records_of
from explainer.models.model import Model
from explainer.models.registry import load_model
from explainer.results.settings import Settings

TRIES = 5
"""Times that a part is begun in a run. Ray itself gives a part that kills its worker to the next
one, for ever."""


class Scorer:
    """Computes parts with the model of this name, for the run that is described in plain values.

    In the folder `begun` it notes which part it is at.
    """

    def __init__(self, model: str, run: dict[str, Any], settings: Settings, begun: str) -> None:
        self.model, self.run, self.settings, self.begun = model, run, settings, Path(begun)
        self._loaded: Model | None = None

    @property
    def loaded(self) -> Model:
        """The model. Raises ExplainerError where it is not the run's own."""
        if self._loaded is None:
            torch.set_num_threads(1)
            if __version__ != self.run["version"]:
                raise ExplainerError(
                    f"A machine of the cluster has version {__version__} of this program, and the "
                    f"run is of {self.run['version']}: install that on every machine."
                )
            found = load_model(self.model)
            if found.fingerprint != self.run["model"]["fingerprint"]:
                raise ExplainerError(
                    f"A machine of the cluster has another model {shown(self.model)} than the "
                    "run's: give a folder that all machines share."
                )
            self._loaded = found
        return self._loaded

    def __call__(self, batch: pa.Table) -> pa.Table:
        """The tables of each part of a batch. Raises ExplainerError where none can be computed."""
        found = [self._computed(part[PART], part["rows"]) for part in batch.to_pylist()]
        return pa.Table.from_pylist(found, COMPUTED)

    def _computed(self, number: int, given: str) -> dict[str, Any]:
        rows, run = rows_of(given), self.run
        with self._noted(number, f"{rows[0].number + 1:,} to {rows[-1].number + 1:,}"):
            model, words, memory = self.loaded, run["words"], run[MEMORY]
            records = records_of(model, rows, self.settings, words, memory)
        return {PART: number, "rows": len(rows)} | {table: records[table] for table in TABLES}

    @contextmanager
    def _noted(self, number: int, rows: str) -> Iterator[None]:
        self.begun.mkdir(parents=True, exist_ok=True)
        for time in range(TRIES):
            note = self.begun / f"{number}-{time}"
            try:
                note.touch(exist_ok=False)
            except FileExistsError:
                continue
            break
        else:
            raise ExplainerError(
                f"{TRIES} workers have ended while they were at rows {rows} (killed, or out of "
                "memory): what is done is kept, and the same command goes on; give fewer --workers "
                "or a smaller --memory, or take the row away that does it."
            )
        yield
        note.unlink(missing_ok=True)

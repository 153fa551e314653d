"""Workers: processes that each load the model once and compute whole parts.

Parts are sent as they are asked for, so that no more of the input is in memory than is worked on.
A worker ends when the run's own process ends, however it ends.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from threading import Thread

import torch

from explainer.base.errors import ExplainerError
from explainer.corpus.folder import MEMORY, Folder
from explainer.corpus.row import Row
from explainer.corpus.tables import records_of
from explainer.models.model import Model
from explainer.models.registry import load_model
from explainer.results.settings import Settings

Part = tuple[int, list[Row]]


@dataclass(frozen=True)
class Pool:
    """So many workers, each with the model of this name on this device."""

    model: str
    workers: int
    device: str

    def computed(self, folder: Folder, parts: Iterator[Part], settings: Settings) -> Iterator[int]:
        """Compute parts; yields how many rows each had, as they are done."""
        executor = ProcessPoolExecutor(
            self.workers, get_context("spawn"), _begin, (folder, self.model, settings, self.device)
        )
        try:
            waiting: set[Future[int]] = {
                executor.submit(_compute, *part) for part in islice(parts, self.workers + 1)
            }
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
                    waiting |= {executor.submit(_compute, *part) for part in islice(parts, 1)}
        except BrokenProcessPool as error:
            raise ExplainerError(
                "A worker has ended before its work was done (killed, or out of memory): what is "
                "done is kept, and the same command goes on; give fewer --workers or a smaller "
                "--memory if it happens again."
            ) from error
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class _Worker:
    folder: Folder
    model: Model
    settings: Settings


_worker: list[_Worker] = []
"""What this process works with, once it has begun."""


def _begin(folder: Folder, model: str, settings: Settings, device: str) -> None:
    # Whoever interrupts the run at a terminal interrupts the workers too: no part is half written.
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    _worker[:] = [_Worker(folder, load_model(model, device=device), settings)]
    gc.freeze()  # what is loaded stays to the end: to look through it there takes a second


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _compute(number: int, rows: list[Row]) -> int:
    (worker,) = _worker
    run = worker.folder.described
    records = records_of(worker.model, rows, worker.settings, run["words"], run[MEMORY])
    worker.folder.write(number, records)
    return len(rows)

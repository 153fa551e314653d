"""Workers: processes that each load the model once and compute whole parts.

Each has a pipe of its own to the run's process, and nothing is shared: one that is killed, at any
moment, keeps no lock that another waits for. Parts are sent as they are asked for, so that no more
of the input is in memory than is worked on. A worker ends when the run's own process ends, however
it ends.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from threading import Thread

import torch

from explainer.base.errors import ExplainerError
from explainer.corpus.folder import MEMORY, Folder
from explainer.corpus.row import Row
from explainer.corpus.tables import records_of
from explainer.models.registry import load_model
from explainer.results.settings import Settings

Part = tuple[int, list[Row]]
CONTEXT: ForkServerContext | SpawnContext = get_context("spawn")
"""How workers begin: each by itself, where the system's own libraries have threads from the
beginning, else as forks of a process that has imported torch and all else once."""
if sys.platform == "linux":
    CONTEXT = get_context("forkserver")
    # Now, so that whoever uses such forks too, and says what they need, is the last to say so.
    CONTEXT.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Pool:
    """So many workers, each with the model of this name on this device."""

    model: str
    workers: int
    device: str

    def computed(self, folder: Folder, parts: Iterator[Part], settings: Settings) -> Generator[int]:
        """Compute parts; yields how many rows each had, as they are done.

        Raises ExplainerError where a worker has ended before its work, or cannot do it.
        """
        asked = (folder, self.model, settings, self.device)
        workers = [_started(*asked) for _ in range(self.workers)]
        try:
            busy = [pipe for pipe, _ in workers if _given(pipe, parts)]
            while busy:
                for pipe in connection.wait(busy):
                    assert isinstance(pipe, Connection)
                    done = _answered(pipe)
                    if not _given(pipe, parts):
                        busy.remove(pipe)
                    yield done
        except (EOFError, ConnectionError) as error:
            raise ExplainerError(
                "A worker has ended before its work was done (killed, or out of memory): what is "
                "done is kept, and the same command goes on; give fewer --workers or a smaller "
                "--memory if it happens again."
            ) from error
        finally:
            for pipe, process in workers:
                pipe.close()
                process.terminate()  # what it has not finished is never seen
            for _, process in workers:
                process.join()


def _started(
    folder: Folder, model: str, settings: Settings, device: str
) -> tuple[Connection, BaseProcess]:
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_work, args=(theirs, folder, model, settings, device))
    process.start()
    theirs.close()  # so that its end is seen here when the process ends
    return ours, process


def _given(pipe: Connection, parts: Iterator[Part]) -> bool:
    """Send the next part; False where there is none."""
    for part in parts:
        pipe.send(part)
        return True
    return False


def _answered(pipe: Connection) -> int:
    """How many rows a part had; raises what went wrong in the worker."""
    answer: int | Exception = pipe.recv()
    if isinstance(answer, Exception):
        raise answer
    return answer


def _work(pipe: Connection, folder: Folder, model: str, settings: Settings, device: str) -> None:
    """What a worker does: parts, until there are no more."""
    # Whoever interrupts the run at a terminal interrupts the workers too: no part is half written.
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    Thread(target=end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    run = folder.described
    try:
        loaded = load_model(model, device=device)
        gc.freeze()  # what is loaded stays to the end: to look through it there takes a second
        while True:
            number, rows = pipe.recv()
            records = records_of(loaded, rows, settings, run["words"], run[MEMORY])
            folder.write(number, records)
            pipe.send(len(rows))
    except EOFError:  # no more parts
        return
    except Exception as error:
        pipe.send(error)


def end_with_parent() -> None:
    """Wait until the process that began this one ends, however it does, and end too."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)

"""Ray Data: the parts of a run computed by actors, on this machine or on a cluster.

read_parquet → one part a block → an actor for each worker → write_parquet, with Ray's checkpoint by
the part's number. What Ray has written is taken into the run's tables while others are computed, so
that a run that was stopped goes on with or without Ray, and ends with the same files.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import socket
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

from explainer.base.errors import ExplainerError
from explainer.base.extras import need
from explainer.base.files import named
from explainer.base.numbers import counted
from explainer.base.quote import shown
from explainer.corpus.pool import end_with_parent
from explainer.corpus.row import Row
from explainer.corpus.scorer import Scorer
from explainer.corpus.staged import PART, Staged
from explainer.models.registry import BUILT_IN
from explainer.results.settings import Settings

LOCAL, AUTO = "local", "auto"
ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9_.-]+):(?P<port>[0-9]{1,5})")
BESIDE = 2
"""CPUs that Ray's own work takes beside the workers': one is held by what passes over the parts
that are there, one by whoever reads or writes. With fewer, a run that goes on waits for ever."""
ENDS_WITHIN = 20.0
"""Seconds that Ray has to end."""
EVERY = 0.5
"""Seconds from one look at what has been computed to the next."""
ANSWERS_WITHIN = 5.0
"""Seconds in which a cluster's head takes up a connection; Ray itself tries for minutes."""
OBJECTS = 512 * 2**20
"""Bytes of shared memory for what lies between two steps, on this machine."""
COMMITTED_MEMORY = 64 * 2**20
"""Bytes that Ray sets aside for the numbers of committed parts; by itself it takes 1 GiB."""
LONGEST_PLACE = 30
"""Characters of the path of temporary files to which those of a socket in it can be added."""
SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
}


@dataclass(frozen=True)
class Cluster:
    """Ray on this machine (`local`), or at an address, with the model of this name.

    Raises ExplainerError for what is no address, and where Ray is not installed.
    """

    address: str
    model: str
    workers: int | None

    def __post_init__(self) -> None:
        if not isinstance(self.address, str) or not (
            self.address in (LOCAL, AUTO) or ADDRESS.fullmatch(self.address)
        ):
            raise ExplainerError(
                f"The address of Ray is {shown(self.address)}: give {LOCAL} for this machine, "
                f"HOST:PORT of a cluster's head, or {AUTO} for the cluster that this machine is of."
            )
        need("A corpus under Ray", "ray")

    def computed(
        self,
        staged: Staged,
        missing: set[int],
        parts: Iterable[tuple[int, list[Row]]],
        settings: Settings,
    ) -> Generator[int]:
        """Compute the parts that are missing; yields how many rows each had, as they are done.

        Raises ExplainerError where Ray cannot be reached, has no room, or stops.
        """
        if not missing:
            return
        if match := ADDRESS.fullmatch(self.address):
            _check_answers(match["host"], int(match["port"]))
        staged.prepare(missing, parts)
        scorer = (self._where, staged.folder.described, settings, str(staged.begun))
        context = get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_drive, args=(theirs, self, staged, scorer))
        process.start()
        theirs.close()  # so that its end is seen here when the process ends
        try:
            while process.is_alive():
                process.join(EVERY)
                yield from staged.taken()
            yield from staged.taken()  # what was written since the last look
            if said := _heard(ours):
                raise ExplainerError(said)
        finally:
            process.terminate()  # Ray ends then, with what belongs to it
            process.join(ENDS_WITHIN)
            process.kill()
            process.join()
        if unseen := missing - staged.folder.done():
            raise ExplainerError(
                f"Ray has ended, and {counted(len(unseen), 'part')} of {len(missing):,} cannot be "
                f"seen in {named(staged.path)} yet: call the same command again."
            )

    @property
    def _where(self) -> str:
        """The model by a name that other working directories know too."""
        folder = Path(self.model)
        is_folder = self.model not in BUILT_IN and folder.is_dir()
        return str(folder.resolve()) if is_folder else self.model

    @contextmanager
    def _session(self) -> Iterator[int]:
        """Ray, as long as it is needed; yields the CPUs that it counts."""
        with _short_folder() as place:
            import ray

            begun: dict[str, Any] = {"address": self.address}
            if self.address == LOCAL:
                assert self.workers is not None
                begun |= {"num_cpus": self.workers + BESIDE, "num_gpus": 0, "_temp_dir": place}
                begun |= {"object_store_memory": OBJECTS, "include_dashboard": False}
            try:
                try:
                    ray.init(**begun, log_to_driver=False, logging_level=logging.CRITICAL)
                except Exception as error:  # of this kind, where Ray begins too slowly
                    what, do = self._fails
                    said = f"Ray cannot be {what} ({_short(error)}): {do}."
                    raise ExplainerError(said) from error
                yield int(ray.cluster_resources().get("CPU", 0))
            finally:
                ray.shutdown()  # also of what had begun when it failed

    @property
    def _fails(self) -> tuple[str, str]:
        """What has failed where Ray is not there, and what to do."""
        if self.address == LOCAL:
            return "begun here", "try again when the machine has less to do, or without Ray"
        what = (
            "run this on a machine of the cluster, with the Ray, the Python and the token "
            "(~/.ray/auth_token) of its head"
        )
        return f"reached at {shown(self.address)}", what

    def _fitting(self, cpus: int) -> int:
        """How many workers there are room for. Raises ExplainerError for too many."""
        workers = max(1, cpus - BESIDE) if self.workers is None else self.workers
        if workers + BESIDE > cpus:
            raise ExplainerError(
                f"The cluster has {counted(cpus, 'CPU')}, and {counted(workers, 'worker')} need "
                f"{workers + BESIDE}, because Ray's own work takes {BESIDE}: give fewer --workers, "
                "or add machines."
            )
        return workers


def _drive(pipe: Connection, cluster: Cluster, staged: Staged, scorer: tuple[Any, ...]) -> None:
    """What Ray's own process does; it sends what went wrong, or an empty text."""
    _be_alone()
    said = ""
    try:
        with cluster._session() as cpus:
            _write(staged, scorer, cluster._fitting(cpus))
    except Exception as error:
        said = str(_said(error))
    pipe.send(said)


def _be_alone() -> None:
    """Leave the terminal to the run's process, which also ends this one, and end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=end_with_parent, daemon=True).start()
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123
        for stream in (1, 2):  # Ray writes there what no setting turns off
            os.dup2(nothing.fileno(), stream)
    os.environ.update(SETTINGS)
    if _has_token():  # a head asks for it, and Ray shows it at an address only where it is told to
        os.environ.setdefault("RAY_AUTH_MODE", "token")


def _heard(pipe: Connection) -> str:
    """What went wrong in Ray's process; empty where nothing did."""
    try:
        said: str = pipe.recv()
    except (EOFError, ConnectionError):
        return (
            "Ray's process has ended before its work was done (killed, or out of memory): what is "
            "done is kept, and the same command goes on."
        )
    return said


def _write(staged: Staged, scorer: tuple[Any, ...], workers: int) -> None:
    """Let Ray compute what is given and not committed; comes back when all is written."""
    import ray.data
    from ray.data.checkpoint import CheckpointConfig

    for handler in logging.getLogger("ray.data").handlers:
        if isinstance(handler, logging.StreamHandler):  # its files are kept
            handler.setLevel(logging.CRITICAL)
    committed = CheckpointConfig(PART, str(staged.committed), delete_checkpoint_on_success=False)
    committed.checkpoint_actor_pool_max_size = 1
    committed.checkpoint_actor_memory_bytes = COMMITTED_MEMORY
    given = ray.data.read_parquet(str(staged.given))
    given.context.enable_progress_bars = False
    given.context.checkpoint_config = committed
    found = given.repartition(target_num_rows_per_block=1).map_batches(
        Scorer,
        fn_constructor_args=scorer,
        batch_size=1,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=workers),
        num_cpus=1,
    )
    found.write_parquet(str(staged.computed))


def _said(error: BaseException) -> ExplainerError:
    """What to tell of an error under Ray: what a worker has to say, or what Ray says."""
    if isinstance(error, ExplainerError):
        return error
    # Of what a worker raises, Ray hands on the text.
    if match := re.search(rf"{ExplainerError.__name__}: (.+)", str(error)):
        return ExplainerError(match[1])
    return ExplainerError(
        f"Ray has stopped ({type(error).__name__}: {_short(error)}): what is done is kept, and the "
        "same command goes on; give fewer --workers or a smaller --memory if it happens again."
    )


def _short(error: BaseException) -> str:
    """The line that says what is wrong, of the many that Ray has."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"[\w.]+(Error|Exception): ", line)]
    return (telling or lines or [type(error).__name__])[-1][:200].rstrip(".")


def _check_answers(host: str, port: int) -> None:
    """Raises ExplainerError where nobody takes up a connection."""
    try:
        socket.create_connection((host, port), ANSWERS_WITHIN).close()
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ExplainerError(
            f"No cluster answers at {shown(f'{host}:{port}')} ({why}): give the address that "
            "`ray start --head` has printed, or local."
        ) from error


def _has_token() -> bool:
    """Whether there is a token to show to a cluster, where Ray looks for one."""
    named_in = {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"}
    return bool(named_in & os.environ.keys()) or (Path.home() / ".ray" / "auth_token").exists()


@contextmanager
def _short_folder() -> Iterator[str]:
    """A folder for Ray's files and logs while it runs. Sockets are in it, whose paths are short."""
    usual = tempfile.gettempdir()
    place = tempfile.mkdtemp(prefix="ray-", dir="/tmp" if len(usual) > LONGEST_PLACE else usual)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)

"""One run at a time in a folder: the system frees the lock when it ends, however that is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from explainer.base.errors import ExplainerError
from explainer.base.files import cannot_write, named

LOCK = "run.lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder, made where it is not there, for this run alone.

    Raises ExplainerError where another run is writing there, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise ExplainerError(
            f"The folder {named(folder)} is in use, because another run is writing there: wait "
            "until it ends, or choose another folder."
        ) from error
    except (OSError, ValueError) as error:  # of a name with half a character
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        lock.release()

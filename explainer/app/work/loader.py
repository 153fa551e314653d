"""Models in memory: each is loaded once, in the background, whoever and however many ask for it.

Loading takes no turn, so a download or a hub that never answers keeps nobody else
waiting. Who asked waits for a while and is then told; the load goes on, and the model is there
when somebody asks again.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from explainer.app.state.pooled import is_local, normalised, parts, version
from explainer.base.allocator import give_back
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.model import Model
from explainer.models.registry import load_model

MOST_LOADING = 6
"""Models that are being loaded, or wait for that, at once."""
AT_ONCE = {True: 1, False: 2}
"""Loads that run at once: of files that are here, and of the Hub's."""
PATIENCE = 30.0
"""Seconds that a page waits for a model."""
LOOK_UP = 0.1
"""Seconds between two looks at whether somebody still waits."""
TRIES = 3
"""How often a folder is read that is written to meanwhile."""
PAUSE = 0.5
FRESH = 60.0
"""Seconds that a failure is kept for whoever asked and has given up waiting."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model and which version of its files it was made from."""

    model: Model
    version: str


def load_named(name: str) -> Model:
    """The model of this name on the pages."""
    alone, pooling = parts(name)
    return load_model(alone, pooling=pooling)


class Loader:
    """Keeps the models that were used last, as many as have `most_bytes` of weights together, and
    the very last in any case; loads others by `load`."""

    def __init__(self, load: Callable[[str], Model] = load_named, *, most_bytes: int) -> None:
        self._load, self._most_bytes = load, most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Loaded] = OrderedDict()
        self._running: dict[str, Future[Loaded]] = {}
        self._failed: dict[str, tuple[Future[Loaded], float]] = {}
        self._slots = {here: threading.Semaphore(most) for here, most in AT_ONCE.items()}

    @property
    def models(self) -> tuple[str, ...]:
        """The names of those that are in memory."""
        with self._lock:
            return tuple(name for name, _ in self._kept)

    @property
    def _n_bytes(self) -> int:
        return sum(loaded.model.n_bytes for loaded in self._kept.values())

    def get(
        self,
        name: str,
        asked: str | None = None,
        waiting: Callable[[], None] = lambda: None,
        patience: float | None = None,
    ) -> Loaded:
        """The model called `name`, of the version `asked` or (None) of its files as they are now.

        `waiting` is called every tenth of a second, and may raise to give up waiting. Raises
        ExplainerError where it cannot be loaded, where that takes longer than `patience` seconds,
        where too many are being loaded, and where the files are no longer those of that version.
        """
        known = version(name) if asked is None else asked
        kept = self._recall(name, known)
        if kept is not None:
            return kept
        if asked is not None and asked != (now := version(name)):
            what = "have changed" if now else "have gone"
            raise ExplainerError(
                f"The files of the model {quote(name)} {what} since this page was computed: "
                "press Enter in the sentence's box, start the run again, or load the page again."
            )
        loaded = self._wait(name, self._begin(name), waiting, patience)
        if asked not in (None, loaded.version):
            raise ExplainerError(
                f"The files of the model {quote(name)} are changing: try again in a moment."
            )
        return loaded

    def _recall(self, name: str, known: str) -> Loaded | None:
        key = (normalised(name), known)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def _begin(self, name: str) -> Future[Loaded]:
        """The load that is under way, one of the Hub's that failed just now, or a new one."""
        key, now = normalised(name), time.monotonic()
        with self._lock:
            self._failed = {k: f for k, f in self._failed.items() if now - f[1] < FRESH}
            running = self._running.get(key) or self._failed.pop(key, (None, 0))[0]
            if running is not None:
                return running
            if len(self._running) >= MOST_LOADING:
                raise ExplainerError(
                    f"{MOST_LOADING} models are being loaded already: try again in a minute."
                )
            future: Future[Loaded] = Future()
            self._running[key] = future
        # A thread that the server does not wait for when it ends: a hub may never answer.
        threading.Thread(target=self._run, args=(name, future), daemon=True).start()
        return future

    def _run(self, name: str, future: Future[Loaded]) -> None:
        key, here = normalised(name), is_local(name)
        try:
            with self._slots[here]:
                loaded = self._read(name)
            with self._lock:
                self._kept[key, loaded.version] = loaded
                while len(self._kept) > 1 and self._n_bytes > self._most_bytes:
                    self._kept.popitem(last=False)
                self._running.pop(key)
            give_back()  # loading takes more than what is loaded
            future.set_result(loaded)
        except BaseException as error:
            with self._lock:
                self._running.pop(key, None)
                if not here:
                    self._failed[key] = future, time.monotonic()
            future.set_exception(error)

    def _read(self, name: str) -> Loaded:
        """The model, from files that did not change while they were read."""
        for _ in range(TRIES):
            before = version(name)
            try:
                model = self._load(name)
            except ExplainerError:
                if not is_local(name) or version(name) == before:
                    raise
            else:
                now = version(name)
                # What the Hub gives is never changed, but comes only with loading.
                if now == before or not is_local(name):
                    return Loaded(model, now)
            time.sleep(PAUSE)
        raise ExplainerError(
            f"The files of the model {quote(name)} change while they are read: wait until it is "
            "saved, and try again."
        )

    def _wait(
        self,
        name: str,
        future: Future[Loaded],
        waiting: Callable[[], None],
        patience: float | None,
    ) -> Loaded:
        seconds = PATIENCE if patience is None else patience
        until = time.monotonic() + seconds
        while True:
            try:
                return future.result(LOOK_UP)
            except TimeoutError:
                if future.done():  # it is the load's own
                    raise
            except BaseException:
                with self._lock:
                    self._failed.pop(normalised(name), None)  # it has been heard
                raise
            waiting()
            if time.monotonic() > until:
                slow = "its files are many" if is_local(name) else "the Hub is slow or silent"
                raise ExplainerError(
                    f"The model {quote(name)} is still being loaded after {seconds:.0f} seconds "
                    f"({slow}): try again in a minute; the loading goes on meanwhile."
                )

"""What the server writes down of its work: a line of JSON for its start, its end and each answer.

Nobody's text, address or name is among it. Of models the built-in ones have their names, others
are a "folder" or of the "hub"; a session is a number.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import re
import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO, get_args

Outcome = Literal["answered", "cached", "left", "cancelled", "refused", "failed"]
"""How a question ended: with an answer that was computed or was there, left by a page that was
closed or asks anew (for the same too, as for its width), given up by who asked, refused with a
sentence, or broken by a mistake of the program."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
MOST_SESSIONS = 10_000
"""Sessions whose numbers are remembered, those that were heard of last."""
_LOGGER = logging.getLogger("explainer.server")
_LOGGER.propagate = False
_LOGGER.setLevel(logging.INFO)


class _Line(logging.Formatter):
    """A record as JSON, with the time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, Any] = {"time": time, "event": record.getMessage()}
        return json.dumps(fields | getattr(record, "fields", {}))


class _Lines(logging.handlers.WatchedFileHandler):
    """Lines at the end of a file, which may be moved away meanwhile; a full disk ends no answer."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002
        COUNTS.lose()


class _Errors(logging.StreamHandler[Any]):
    """Lines on the standard error, whoever reads it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002
        COUNTS.lose()


class Counts:
    """How many questions ended how, the seconds that they waited and were computed, and how many
    lines of the log were lost; all since the start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended: Counter[str] = Counter()
        self._waited = self._computed = 0.0
        self._lost = 0
        self._numbers: OrderedDict[Hashable, int] = OrderedDict()
        self._sessions = 0

    def add(self, outcome: Outcome, waited: float, computed: float) -> None:
        """One question has ended."""
        with self._lock:
            self._ended[outcome] += 1
            self._waited += waited
            self._computed += computed

    def lose(self) -> None:
        """One line could not be written; said once."""
        with self._lock:
            self._lost += 1
            first = self._lost == 1
        if first:
            say("The log cannot be written (is the disk full?): lines are lost.")

    def number(self, session: Hashable) -> int:
        """The session's number, in the order in which they were first heard of."""
        with self._lock:
            if session not in self._numbers:
                self._sessions += 1
                self._numbers[session] = self._sessions
                if len(self._numbers) > MOST_SESSIONS:
                    self._numbers.popitem(last=False)
            self._numbers.move_to_end(session)
            return self._numbers[session]

    def known(self) -> dict[str, Any]:
        """All of it, as the health check has it."""
        with self._lock:
            return {
                "questions": {outcome: self._ended[outcome] for outcome in OUTCOMES},
                "seconds_waited": round(self._waited, 3),
                "seconds_computed": round(self._computed, 3),
                "sessions": self._sessions,
                "log_lines_lost": self._lost,
            }


COUNTS = Counts()
"""Of this server."""


def say(said: str, stream: TextIO | None = None) -> None:
    """Tell whoever has begun the server, on the standard error or another stream; that may be a
    file on a full disk, or a terminal that has gone, which is no reason to do anything else."""
    with suppress(OSError, ValueError):
        print(said, file=stream or sys.stderr, flush=True)


def begin(file: Path | None) -> None:
    """Write the log to the end of a file, or for None on the standard error."""
    handler = _Errors(sys.stderr) if file is None else _Lines(file, encoding="utf-8")
    handler.setFormatter(_Line())
    for old in list(_LOGGER.handlers):
        _LOGGER.removeHandler(old)
        old.close()
    _LOGGER.addHandler(handler)


def event(name: str, **fields: Any) -> None:
    """Write a line about the server itself."""
    if _LOGGER.handlers:
        _LOGGER.info(name, extra={"fields": fields})


def answered(
    kind: str,
    model: str,
    outcome: Outcome,
    *,
    waited: float = 0.0,
    computed: float = 0.0,
    tokens: int | None = None,
    session: Hashable = None,
) -> None:
    """A question has ended: count it, and write its line.

    `kind` is what was asked for, a name of the program's such as "explanation"; `model` the model's
    name as it was asked for; `waited` the seconds in line and `computed` those after it; `session`
    what tells sessions apart, which is not written. May be called from any thread.
    """
    COUNTS.add(outcome, waited, computed)
    event(
        "question",
        kind=kind,
        model=anonymous(model),
        tokens=tokens,
        waited=round(waited, 3),
        computed=round(computed, 3),
        outcome=outcome,
        session=None if session is None else COUNTS.number(session),
    )


def anonymous(model: str) -> str:
    """A built-in model's name; of others only where they come from."""
    # A server listens before it has loaded the networks, which these bring.
    from explainer.models.registry import BUILT_IN
    from explainer.models.version import is_local

    if model.strip() in BUILT_IN:
        return model.strip()
    is_id = re.fullmatch(r"[\w.-]+(/[\w.-]+)?", model.strip(), re.ASCII)
    return "hub" if is_id and not is_local(model) else "folder"

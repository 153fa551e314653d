"""What a server is told by its environment: one record, read with clear errors.

docs/deploy.md has the same in a table.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from explainer.app.work.limits import allowed_seconds, kept, most_waiting, processes
from explainer.base.budget import asked_budget
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.loading.offer import ANY, BUILT_IN, Offer, offered
from explainer.models.loading.offer import VARIABLE as MODELS

CORPORA_VARIABLE = "EXPLAINER_CORPORA"
GRACE_VARIABLE, DEFAULT_GRACE = "EXPLAINER_GRACE", 30
LOG_VARIABLE = "EXPLAINER_LOG"
LONGEST = 6
"""Digits of a number at most."""


@dataclass(frozen=True)
class ServerSettings:
    """What a server offers, and its bounds."""

    models: Offer
    """Which models it offers (EXPLAINER_MODELS)."""
    seconds: int
    """Seconds that an answer may take by estimate (EXPLAINER_SECONDS)."""
    processes: int
    """Processes that compute beside it (EXPLAINER_PROCESSES)."""
    waiting: int
    """Sessions that may wait for an answer at once (EXPLAINER_WAITING)."""
    memory: int | None
    """Bytes that an answer may take (EXPLAINER_MEMORY); None for a share of what is free."""
    kept: int
    """Bytes of models, answers and pictures that each process keeps (EXPLAINER_KEPT)."""
    corpora: Path | None
    """The folder of its runs (EXPLAINER_CORPORA)."""
    grace: int
    """Seconds that running answers have when the server is told to end (EXPLAINER_GRACE)."""
    log: Path | None
    """The file of its log (EXPLAINER_LOG); None for the standard error."""


def settings() -> ServerSettings:
    """The settings by the environment as it is; raises ExplainerError for the first bad one."""
    return ServerSettings(
        models=offered(),
        seconds=allowed_seconds(),
        processes=processes(),
        waiting=most_waiting(),
        memory=asked_budget(),
        kept=kept(),
        corpora=corpora(),
        grace=_grace(),
        log=_log(),
    )


def corpora() -> Path | None:
    """The folder of the server's runs; raises ExplainerError where there is none of that name."""
    given = os.environ.get(CORPORA_VARIABLE, "").strip()
    if not given:
        return None
    try:
        folder = Path(given).expanduser().resolve()
        next(folder.iterdir(), None)
    except (OSError, RuntimeError, ValueError) as error:
        # Others need not know how the disk of a server is laid out.
        name = f"names {quote(given)}, which" if offered().any else "names what"
        why = f" ({error.strerror})" if isinstance(error, OSError) and offered().any else ""
        raise ExplainerError(
            f"The environment variable {CORPORA_VARIABLE} {name} is no folder that can be "
            f"read{why}: set it to the folder that runs lie in."
        ) from error
    return folder


def restrict_models(address: str | None = None, hosts: Iterable[str] = ()) -> bool:
    """Where nothing says which models are offered and others can reach the server: the built-in
    ones alone, for this process and those that it starts. Whether that was so.

    `address` and `hosts` are what Streamlit will be told, if it is not yet: where it listens, and
    by which names browsers may ask for it.
    """
    if os.environ.get(MODELS, "").strip():
        return False
    if address is None:
        address, hosts = st.get_option("server.address"), st.get_option("server.allowedHosts")
    if not _is_public(address, hosts or ()):
        return False
    os.environ[MODELS] = BUILT_IN
    return True


def restricted_said() -> str:
    """What is said at the start where `restrict_models` has."""
    return (
        "The built-in models only are offered, because others than this machine can reach the "
        f"server: {MODELS}={ANY} offers all, {MODELS}=FOLDER those of a folder too."
    )


def _is_public(address: str | None, hosts: Iterable[str]) -> bool:
    """Whether others than this machine can ask: it listens for them, or has a name for them, behind
    a proxy. None is Streamlit's own address, which is everywhere."""
    return not all(map(_is_here, (address or "", *hosts)))


def _is_here(host: str) -> bool:
    name = host.strip().strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _grace() -> int:
    given = os.environ.get(GRACE_VARIABLE, "").strip() or str(DEFAULT_GRACE)
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST):
        raise ExplainerError(
            f"The environment variable {GRACE_VARIABLE} is {quote(given)}: set it to a whole "
            "number of seconds, or leave it out."
        )
    return int(given)


def _log() -> Path | None:
    given = os.environ.get(LOG_VARIABLE, "").strip()
    if not given:
        return None
    try:
        path = Path(given).expanduser().absolute()
        path.open("a").close()
    except (OSError, RuntimeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no possible path"
        raise ExplainerError(
            f"The environment variable {LOG_VARIABLE} names {quote(given)}, which cannot be "
            f"written ({why}): set it to a file in a folder that is there, or leave it out."
        ) from error
    return path

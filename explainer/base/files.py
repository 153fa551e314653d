"""Write a file whole or not at all: nobody ever finds half of it, whatever stops the writing."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote, shown

LONGEST_PATH = 150
"""Characters of a path that a message echoes."""


def write_whole(file: Path, content: str | bytes) -> None:
    """Put `content` (text as UTF-8) in `file`, which holds it all or is as it was before.

    Raises ExplainerError where that cannot be done: no such folder, no right, no room.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        # A link stays one: what it leads to is replaced.
        target = file.resolve()
    except (OSError, ValueError) as error:  # links in a ring; a name with NUL
        raise cannot_write(file, error) from error
    partial = target.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        with partial.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(OSError):  # a new file has no rights to keep
            shutil.copymode(target, partial)
        partial.replace(target)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise cannot_write(file, error) from error


def given_path(name: str, value: Any) -> Path:
    """The path that a caller gave; raises ExplainerError for what is none."""
    if isinstance(value, str | Path) and str(value) and "\0" not in str(value):
        with suppress(UnicodeEncodeError):  # half a character
            os.fsencode(value)
            return Path(value)
    raise ExplainerError(f"The {name} is {shown(value)}: give a path.")


def is_plain(file: Path) -> bool:
    """Whether there is such a file; a name that is too long for one is none's, and of a folder that
    is closed nobody knows."""
    try:
        return file.is_file()
    except OSError:
        return False


def check_plain(file: Path, mend: str = "take it away, or choose another folder") -> None:
    """Refuse what is there and is no plain file: a pipe or device may never come to its end."""
    try:
        other = file.exists() and not file.is_file()
    except OSError:  # who reads it says why
        return
    if other:
        raise ExplainerError(f"{named(file)} is no plain file: {mend}.")


def cannot_write(place: Path, error: OSError | ValueError) -> ExplainerError:
    """What to tell whoever asked for a file or folder that cannot be written."""
    reason = getattr(error, "strerror", None) or error
    return ExplainerError(
        f"{named(place)} cannot be written ({reason}): make room or give the "
        "right to write there, or name another place with --out."
    )


def named(place: Path | str) -> str:
    """A path in quotes, its end kept where it is too long to be shown whole."""
    path = str(place)
    return quote(path if len(path) <= LONGEST_PATH else f"…{path[-LONGEST_PATH:]}", 200)

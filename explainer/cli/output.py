"""Where a result goes: the terminal, or a file that is never seen half written."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Literal, get_args

from explainer.base.errors import ExplainerError
from explainer.base.files import cannot_write, named, write_whole
from explainer.base.quote import quote

Format = Literal["table", "json", "svg", "pdf", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
NOT_FOR_TERMINALS = {"html": "An HTML page", "pdf": "A PDF"}


def format_of(out: Path | None) -> Format:
    """The format that a file's ending asks for; a table where it asks for none."""
    ending = out.suffix.lower().lstrip(".") if out else ""
    return next((known for known in FORMATS if known == ending), "table")


def check_output(out: Path | None, chosen: Format) -> None:
    """Refuse, before anything is computed, a place that cannot take the result."""
    if out is None:
        if chosen in NOT_FOR_TERMINALS and sys.stdout.isatty():
            raise ExplainerError(
                f"{NOT_FOR_TERMINALS[chosen]} cannot be read in a terminal: name a file with --out."
            )
        return
    try:
        in_folder, is_folder = out.parent.is_dir(), out.is_dir()
    except OSError as error:  # a name that is too long, among others
        raise cannot_write(out, error) from error
    if not in_folder:
        raise ExplainerError(
            f"There is no folder {quote(str(out.parent))} to write to: create it, or name another "
            "file with --out."
        )
    if is_folder:
        raise ExplainerError(f"{quote(str(out))} is a folder: name a file in it with --out.")
    if out.is_file() or not out.exists():  # a device or pipe takes text without its folder
        _check_writable(out, out.resolve().parent)


def check_folder(out: Path) -> None:
    """Refuse, before anything is computed, a place that cannot be the folder of results."""
    try:
        taken = out.exists() and not out.is_dir()
    except OSError as error:
        raise cannot_write(out, error) from error
    if taken:
        raise ExplainerError(f"{named(out)} is no folder: name one with --out.")
    whole = out.absolute()
    _check_writable(out, next(p for p in (whole, *whole.parents) if p.exists()))


def _check_writable(out: Path, folder: Path) -> None:
    """Refuse `out` where nothing can be put in `folder`."""
    if not os.access(folder, os.W_OK | os.X_OK):
        raise cannot_write(out, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def put(written: str | bytes, out: Path | None) -> None:
    """Write to `out` (text as UTF-8), or print where it is None.

    Raises ExplainerError where the file cannot be written.
    """
    data = written.encode() if isinstance(written, str) else written
    if out is None:
        if isinstance(written, str):
            sys.stdout.write(written)
        else:
            sys.stdout.buffer.write(data)
        return
    try:
        # A device or pipe takes it as it comes.
        device = out.exists() and not out.is_file()
        if device:
            out.write_bytes(data)
    except OSError as error:
        raise cannot_write(out, error) from error
    if not device:
        write_whole(out, data)
    print(f"wrote {out}", file=sys.stderr)

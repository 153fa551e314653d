"""Where a result goes: the terminal, or a file that is never seen half written."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal, get_args

from explainer.errors import ExplainerError
from explainer.quote import quote

Format = Literal["table", "json", "svg", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)


def format_of(out: Path | None) -> Format:
    """The format that a file's ending asks for; a table where it asks for none."""
    ending = out.suffix.lower().lstrip(".") if out else ""
    return next((known for known in FORMATS if known == ending), "table")


def check_output(out: Path | None, chosen: Format) -> None:
    """Refuse, before anything is computed, a place that cannot take the result."""
    if out is None:
        if chosen == "html" and sys.stdout.isatty():
            raise ExplainerError("An HTML page is too long for a terminal: name a file with --out.")
        return
    if not out.parent.is_dir():
        raise ExplainerError(
            f"There is no folder {quote(str(out.parent))} to write to: create it, or name another "
            "file with --out."
        )
    if out.is_dir():
        raise ExplainerError(f"{quote(str(out))} is a folder: name a file in it with --out.")


def put(written: str, out: Path | None) -> None:
    """Write to `out`, or print where it is None.

    Raises ExplainerError where the file cannot be written.
    """
    if out is None:
        sys.stdout.write(written)
        return
    # A device or pipe takes text as it comes; a file is written beside and moved into place.
    plain = out.is_file() or not out.exists()
    target = out.resolve() if plain else out
    partial = target.with_name(f".{target.name}.{os.getpid()}") if plain else target
    try:
        partial.write_text(written, encoding="utf-8")
        if plain:
            partial.replace(target)
    except OSError as error:
        if plain:
            partial.unlink(missing_ok=True)
        raise ExplainerError(
            f"The file {quote(str(out))} cannot be written ({error.strerror}): name another "
            "with --out."
        ) from error
    print(f"wrote {out}", file=sys.stderr)

"""A disk that is full, or of which nothing may be written, ends no import of what computes.

torch makes a folder for what it compiles as soon as it is imported as a whole, and transformers
imports it so. Nothing here is compiled by it: where no such folder can be made, one that is there
does as well.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

VARIABLE = "TORCHINDUCTOR_CACHE_DIR"
"""Where torch keeps it, and looks for a folder for it."""


def without_scratch() -> None:
    """Before torch is imported: name it a folder that is there, where none can be made."""
    if os.environ.get(VARIABLE):
        return
    try:
        with tempfile.TemporaryDirectory():
            return
    except OSError:  # no place for anything, or none for a folder
        os.environ[VARIABLE] = str(Path(__file__).parent)

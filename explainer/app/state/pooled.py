"""A model's name on the pages: as one loads it, and of an encoder without a head how it pools.

`NAME#mean` and `NAME#cls` are the encoder NAME, used as a sentence encoder: two models, and so two
names wherever a model is chosen, kept or written into a link.
"""

from __future__ import annotations

from explainer.models import version as files
from explainer.models.pooling import MODES, Mode

MARK = "#"
SAYS: dict[Mode, str] = {"mean": "the mean of all tokens", "cls": "[CLS]"}
SHORT: dict[Mode, str] = {"mean": "mean", "cls": "[CLS]"}


def parts(name: str) -> tuple[str, Mode | None]:
    """What `load_model` takes: the name, and the pooling where one was chosen."""
    name = name.strip()
    alone, mark, mode = name.rpartition(MARK)
    if not mark or mode not in MODES or files.is_local(name):
        return name, None
    return alone, mode


def pooled(name: str, mode: Mode) -> str:
    """The name for the encoder of this name, or of another pooling of it."""
    return f"{parts(name)[0]}{MARK}{mode}"


def named(name: str) -> str:
    """How people read it."""
    alone, mode = parts(name)
    return alone if mode is None else f"{alone} ({SHORT[mode]})"


def version(name: str) -> str:
    """`models.version.version` of the files behind a name."""
    return files.version(parts(name)[0])


def is_local(name: str) -> bool:
    """`models.version.is_local` of the files behind a name."""
    return files.is_local(parts(name)[0])


def normalised(name: str) -> str:
    """`models.version.normalised`, for each pooling another one."""
    alone, mode = parts(name)
    found = files.normalised(alone)
    return found if mode is None else pooled(found, mode)

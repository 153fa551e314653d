"""Which models may be loaded here: all, or the built-in ones and those in folders that are allowed.

A server for others is told so by EXPLAINER_MODELS. What is not offered is refused in one sentence,
the same whatever lies there: a name leads to a look at the disk only where its path, as it is
spelt, is within a folder that is allowed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from explainer.base.errors import ExplainerError
from explainer.base.files import is_plain
from explainer.base.quote import quote

VARIABLE = "EXPLAINER_MODELS"
BUILT_IN, ANY = "builtin", "any"
OLDER = {"all": ANY, "": ANY}
"""What else says that all may be loaded."""
MOST_LISTED = 200
CONFIG = "config.json"


@dataclass(frozen=True)
class Offer:
    """The built-in models, and those in `folders` (full paths without links); all for None."""

    folders: tuple[Path, ...] | None = None
    spelt: tuple[Path, ...] = ()
    """The folders as they were given, which may lead there by links."""

    @property
    def any(self) -> bool:
        """Whether all may be loaded: other folders, and models of the Hub."""
        return self.folders is None

    @property
    def said(self) -> str:
        """What is offered, at the end of a sentence."""
        if self.any:
            return "built-in models, folders of this machine and models of the Hub"
        return (
            "built-in models and the model folders of its list"
            if self.folders
            else ("built-in models only")
        )

    def place(self, name: str) -> Path | None:
        """The folder that `name` stands for, by its full path, if it lies with all its files in one
        that is allowed; None for all else."""
        try:
            path = Path(os.path.normpath(Path(name.strip()).absolute()))
            if not any(path.is_relative_to(one) for one in (*(self.folders or ()), *self.spelt)):
                return None
            folder = path.resolve()
            if not (folder.is_dir() and self._inside(folder)):
                return None
            # Of what lies in the folder links alone can lead out of it.
            links = (
                one for depth in ("*", "*/*") for one in folder.glob(depth) if one.is_symlink()
            )
            return folder if all(self._inside(one.resolve()) for one in links) else None
        except (OSError, RuntimeError, ValueError):  # no possible path, or one that goes in circles
            return None

    def listed(self) -> tuple[Path, ...]:
        """The model folders that are offered by their paths: those that are allowed themselves, and
        those that lie directly in one."""
        found: dict[Path, None] = {}
        for folder in self.folders or ():
            try:
                inside = sorted(folder.iterdir())
            except OSError:  # it has gone; nothing in it can be loaded
                continue
            for one in (folder, *inside):
                if is_plain(one / CONFIG) and self.place(str(one)) is not None:
                    found[one] = None
        return tuple(found)[:MOST_LISTED]

    def _inside(self, path: Path) -> bool:
        return any(path.is_relative_to(folder) for folder in self.folders or ())


def offered() -> Offer:
    """What EXPLAINER_MODELS says: all where it says nothing. Raises ExplainerError for what is
    neither 'builtin' nor 'any' nor folders that are there."""
    return read_offer(os.environ.get(VARIABLE, ""))


@lru_cache(maxsize=16)
def read_offer(given: str) -> Offer:
    """The offer by the words of EXPLAINER_MODELS; raises ExplainerError as `offered` does."""
    word = given.strip().lower()
    word = OLDER.get(word, word)
    if word == ANY:
        return Offer()
    if word == BUILT_IN:
        return Offer(())
    spelt = []
    for part in filter(str.strip, given.split(os.pathsep)):
        try:
            folder = Path(part.strip()).expanduser().absolute()
            is_there = folder.is_dir()
        except (OSError, RuntimeError, ValueError):
            is_there = False
        if not is_there:
            raise ExplainerError(
                f"The environment variable {VARIABLE} is {quote(given)}, in which "
                f"{quote(part.strip())} is no folder: set it to '{BUILT_IN}', to '{ANY}', or to "
                f"folders with {quote(os.pathsep)} between them, or leave it out."
            )
        spelt.append(folder)
    return Offer(tuple(folder.resolve() for folder in spelt), tuple(spelt))

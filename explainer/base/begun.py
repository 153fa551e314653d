"""The folder of a run, that of a corpus or of an evaluation: whose it is, before anything is in it.

`run.json` says what the run is. The same run goes on there, and no other writes there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from explainer.base.errors import ExplainerError
from explainer.base.files import named, write_whole
from explainer.base.quote import listed

RUN = "run.json"


def begun(
    folder: Path,
    described: dict[str, Any],
    read: Callable[[Path], dict[str, Any]],
    results: Sequence[str],
    free: Collection[str] = (),
) -> dict[str, Any]:
    """What the run in `folder` is, in plain values: a new folder gets what is `described`.

    `read` reads and checks a `run.json` that is there, `results` are what a run puts beside it, and
    what it says of `free` may be another than what is described. Raises ExplainerError for the
    folder of another run, and for results that do not say of which run they are.
    """
    if not (folder / RUN).exists():
        for name in results:
            if (folder / name).exists():
                raise ExplainerError(
                    f"The folder {named(folder)} holds {name} without {RUN}: choose an empty "
                    "folder."
                )
        # ASCII, because the name of a file need not be Unicode.
        write_whole(folder / RUN, json.dumps(described, indent=1) + "\n")
        return described
    known = read(folder)
    names = {*known, *described} - {*free}
    if differs := sorted(name for name in names if known.get(name) != described.get(name)):
        raise ExplainerError(
            f"The folder {named(folder)} holds another run (its {RUN} differs in "
            f"{listed(differs)}): choose another folder, or give the same input, model and options "
            "to go on with that run."
        )
    return known

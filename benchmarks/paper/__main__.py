"""What runs of `evaluate` show of the paper's claims, and what the project keeps of it.

Run `python -m benchmarks.paper RUNS`, folders that `python -m explainer evaluate` filled; without
them what is stored is read. With `--write` all that comes of them is written: assets/evaluation, in
place of what is there of the same models, the figures in docs/figures, and what stands between
marks in docs/reproduction.md. Of a run of your own file (`--file`) only the document is written.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.paper.document import DOCUMENT, sections
from benchmarks.paper.figures import write_figures
from benchmarks.paper.stored import Evidence, measured, read, store
from docs.marks import filled


def main() -> None:
    """Parse the command line, print every section and write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="*", help="default: what is stored")
    parser.add_argument("--write", action="store_true", help="store, draw and write it")
    options = parser.parse_args()
    for found in measured(*options.runs) if options.runs else [read()]:
        texts = sections(written(found) if options.write else found)
        for name, text in texts.items():
            print(f"## {name}\n\n{text}\n")


def written(found: Evidence) -> Evidence:
    """Write what comes of this evidence; what the document then shows."""
    shown = found
    if not found.name:
        shown = store(found)
        write_figures(shown.numbers, shown.forms)
    DOCUMENT.write_text(filled(DOCUMENT, sections(shown)), encoding="utf-8")
    return shown


if __name__ == "__main__":
    main()

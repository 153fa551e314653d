"""The tables of protocols in docs/reproduction.md: methods down, measures across, task by task.

Run `python -m benchmarks.evidence RUNS`, a folder that `evaluate --protocols` filled; without it
the stored table is read. With `--write` what was found is stored in assets/evaluation.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from explainer.base.assets import EVALUATION
from explainer.evaluation.evidence.protocols import PROTOCOLS_FILE, markdown, protocol_table

KEPT = ("words",)
"""Protocols whose table is stored here; the others' have files of their own."""


def main() -> None:
    """Parse the command line, print the tables and store what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="?", help="default: what is stored")
    parser.add_argument("--write", action="store_true", help="store it")
    options = parser.parse_args()
    if options.runs is None:
        table = pd.read_csv(EVALUATION / PROTOCOLS_FILE)
    else:
        table = protocol_table(options.runs)
        table = table[table["protocol"].isin(KEPT)]
    print(markdown(table))
    if options.write:
        table.to_csv(EVALUATION / PROTOCOLS_FILE, index=False, float_format="%.4f")


if __name__ == "__main__":
    main()

"""What of a pattern stays when it should go, and when it should not: the table of the documents.

Run `python -m benchmarks.sanity --out FOLDER` (options: --help). The sanity protocol is run over
the first sentences of some tasks of both built-in models, as `run_protocols` does it, which goes on
where it was stopped; then every condition has a row. Intervals are over controllers, which several
sentences of a task share. `python -m benchmarks.evidence FOLDER --write` stores it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.evidence import overall
from explainer import Run, Sentences, load_model, run_protocols
from explainer.evaluation.evidence.protocols.measured import protocol_table
from explainer.evaluation.evidence.protocols.report import markdown
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.protocols.sanity import SANITY

TASKS = ("sva-obj", "sva-pp", "reflexive-gender", "sentiment")


def main() -> None:
    """Run what is not there yet, and print a table for each model."""
    parser = argparse.ArgumentParser(description="Does a pattern go when it should?")
    parser.add_argument("--out", type=Path, required=True, help="folder of the measurements")
    parser.add_argument("--n", type=int, default=20, help="sentences of each task (default: 20)")
    parser.add_argument("--tasks", nargs="*", default=list(TASKS))
    options = parser.parse_args()
    models = dict.fromkeys(
        "sentiment" if one == "sentiment" else "agreement" for one in options.tasks
    )
    loaded = {name: load_model(name) for name in models}
    for task in options.tasks:
        name = "sentiment" if task == "sentiment" else "agreement"
        run = Run(name, Sentences(task=task), EvaluationOptions())
        run_protocols(run, loaded[name], options.n, options.out / task, (SANITY.name,))
    print(markdown(overall(protocol_table(options.out))))


if __name__ == "__main__":
    main()

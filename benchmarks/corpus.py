"""What a corpus costs: sentences a second by workers, memory, and beside integrated gradients.

Run `python -m benchmarks.corpus` (options: --help). Each run of `corpus` is a process of its own,
with its start and the loading of the model in what it takes; processor seconds are those of all its
processes, the peak is that of the largest. Runs under Ray, where it is installed, begin and end it;
its processes belong to no one that could be asked for their seconds and memory, so the clock is all
that is told. The ratio is what explaining a sentence takes, with one thread, in what the encoder
alone takes under autograd at the same 24 trapezoid points, in turn over the same sentences.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.engine import Job
from explainer import Settings, TaskSource, load_model
from explainer.base.extras import has
from explainer.corpus.tables import records_of
from explainer.question.masks.word import masked_word
from explainer.question.sentence import read_sentence

FIXED = Settings(rule="trapezoid")
TASK = "sva-obj"
UNDER = ("processes", "ray") if has("ray") else ("processes",)


@dataclass(frozen=True)
class Taken:
    """Seconds on the clock and of processors, and the largest process in bytes."""

    clock: float
    processor: float
    peak: int


def main() -> None:
    """Measure and print."""
    options = _options()
    print(f"{TASK} under agreement, the default settings")
    print(
        "sentences     under   workers     clock   sentences/s   processor   a sentence      peak"
    )
    for n in options.sentences:
        for under in options.under:
            for workers in options.workers:
                print(_line(n, under, workers), flush=True)
    if options.beside:
        print(f"\nbeside the encoder alone: {_ratio(options.beside, options.repeats):.2f}")


def _line(n: int, under: str, workers: int) -> str:
    taken = _run(n, under, workers)
    line = f"{n:9,} {under:>9} {workers:9} {taken.clock:8.1f} s {n / taken.clock:12.2f}"
    if under == "ray":
        return line
    processor = f"{taken.processor:9.1f} s {taken.processor / n:10.3f} s"
    return f"{line} {processor} {taken.peak / 1e6:6.0f} MB"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time a corpus by workers.")
    parser.add_argument("--sentences", nargs="*", type=int, default=[1000, 5000])
    parser.add_argument("--workers", nargs="*", type=int, default=[1, 2])
    parser.add_argument(
        "--under",
        nargs="*",
        choices=UNDER,
        default=UNDER,
        help="who computes (both, where Ray is installed)",
    )
    parser.add_argument(
        "--beside",
        type=int,
        default=20,
        metavar="N",
        help="sentences for the ratio (20; 0: without it)",
    )
    parser.add_argument("--repeats", type=int, default=3, help="rounds of that (3)")
    return parser.parse_args()


def _run(n: int, under: str, workers: int) -> Taken:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "explainer", "corpus", TASK, "--n", str(n)]
        more = ["--workers", str(workers), "--out", str(Path(folder) / "out")]
        if under == "ray":
            more += ["--ray", "local"]
        start = time.perf_counter()
        process = subprocess.Popen([*command, *more], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)  # with its workers
        clock = time.perf_counter() - start
        if process.returncode or status:
            raise SystemExit(
                f"The run of {n:,} sentences by {workers} workers under {under} failed."
            )
    return Taken(clock, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def _ratio(n: int, repeats: int) -> float:
    """The median over rounds of the engine's processor seconds in the encoder's."""
    torch.set_num_threads(1)
    model = load_model()
    rows = list(TaskSource(TASK, n).rows())
    jobs = []
    for row in rows:
        sentence = read_sentence(model, row.text)
        asked = masked_word(model, sentence, str(row.correct), str(row.wrong))
        jobs.append(Job(model, sentence, asked, FIXED))
    found = []
    for count in range(repeats + 1):
        start = time.process_time()
        for job in jobs:
            job.encoder_gradients()
        between = time.process_time()
        records_of(model, rows, FIXED, None, 2**31)
        if count:  # the first round warms up
            found.append((time.process_time() - between) / (between - start))
    return statistics.median(found)


if __name__ == "__main__":
    main()

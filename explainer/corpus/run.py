"""Run a corpus: every row of the input explained once, whatever stops and starts the run.

The input is read in order and cut into parts of K rows. A part that is there is passed over. With
several workers each is a process that computes whole parts, with one thread, so that the tables do
not depend on how many there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from explainer import __version__
from explainer.base.budget import given_budget
from explainer.base.checks import whole
from explainer.base.cores import cores
from explainer.base.errors import ExplainerError
from explainer.base.files import given_path
from explainer.base.quote import shown
from explainer.corpus.cluster import LOCAL, Cluster
from explainer.corpus.folder import MEMORY, Folder, held
from explainer.corpus.pool import Pool
from explainer.corpus.results import Corpus
from explainer.corpus.row import Row
from explainer.corpus.schema import VERSION
from explainer.corpus.source import FileSource, Source, TaskSource
from explainer.corpus.staged import Staged
from explainer.corpus.tables import records_of
from explainer.influence.together import Asked
from explainer.models.model import Model
from explainer.models.registry import load_model
from explainer.models.threads import threads, use_threads
from explainer.results.settings import Settings, given_settings

PART_SIZE = 200
MOST_WORKERS = 256
MOST = 10**9
"""Words of a sentence, and rows of a part: no input has so many."""
TRIED = 20
"""Rows that are read to see whether the model fits the input at all."""

Progress = Callable[[int, int], None]
Part = tuple[int, list[Row]]


def run_corpus(
    model: str,
    source: Source | Path | str,
    out: Path | str,
    *,
    settings: Settings | None = None,
    words: int | None = None,
    workers: int | None = 1,
    ray: str | None = None,
    part_size: int = PART_SIZE,
    memory: int | str | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Corpus:
    """Explain every row of `source`, and keep the tables in the folder `out`.

    `model` is what `load_model` takes; `source` is a file (a sentence a line; CSV, TSV, JSON lines
    or Parquet with a column `text` and, where wanted, `pair`, `correct`, `wrong`, `label`, `other`,
    `group` and `id`) or a `TaskSource`. A run that was stopped goes on when it is asked for again
    with the same input, model and options, and at most one part of `part_size` rows for each of the
    `workers` is computed twice; None is a worker for each core, on a GPU one. `ray` is "local" or
    the address of a Ray cluster, which sees `out` and the model's folder by the same paths; None is
    processes of this machine. `words` keeps the patterns of so many words of each sentence;
    `memory` is each worker's, as in `explain`. A row that cannot be explained is kept with the
    reason, and the others go on. `progress` hears how many rows of all are done.

    Raises ExplainerError for an input, model or folder that does not serve: nothing is overwritten.
    """
    source = _given_source(source)
    out = given_path("argument out", out)
    if progress is not None and not callable(progress):
        raise ExplainerError(
            f"The argument progress is {shown(progress)}: give a function of two numbers, or None."
        )
    settings = given_settings(settings)
    words = None if words is None else whole("number of words", words, 1, MOST)
    if workers is not None:
        workers = whole("number of workers", workers, 1, MOST_WORKERS)
    part_size = whole("size of a part", part_size, 1, MOST)
    pool = _given_pool(model, workers, device, ray)
    loaded = load_model(model, device=device)
    described = source.described
    _check_fits(loaded, source)
    budget = given_budget(memory, loaded.adapter.device)
    run: dict[str, Any] = {
        "kind": "corpus",
        "schema": VERSION,
        "version": __version__,
        "model": {**asdict(loaded.info), "fingerprint": loaded.fingerprint},
        "input": described,
        "settings": asdict(settings),
        "words": words,
        "part_size": part_size,
        MEMORY: budget,
    }
    with held(out):
        folder = Folder.begun(out, json.loads(json.dumps(run)))
        _compute(folder, source, loaded, settings, pool, progress)
    return Corpus(folder)


def _compute(
    folder: Folder,
    source: Source,
    model: Model,
    settings: Settings,
    pool: Pool | Cluster,
    progress: Progress | None,
) -> None:
    run, staged = folder.described, Staged(folder)
    size, total = run["part_size"], run["input"]["rows"]
    for _ in staged.taken():
        pass  # what Ray has computed before a stop
    missing = set(range(-(-total // size))) - folder.done()
    count = Corpus(folder).rows_done

    def hear(rows: int) -> None:
        if progress is not None:
            progress(min(count + rows, total), total)

    hear(0)
    parts = (part for part in parts_of(source, size) if part[0] in missing)
    lengths: Generator[int]
    if isinstance(pool, Cluster):
        lengths = pool.computed(staged, missing, parts, settings)
    elif pool.workers > 1:
        lengths = pool.computed(folder, parts, settings)
    else:
        lengths = _computed_here(folder, parts, model, settings, hear)
    with closing(lengths):  # an interruption ends those who compute, and not much later
        for length in lengths:
            count += length
            hear(0)
    staged.remove()


def _computed_here(
    folder: Folder,
    parts: Iterator[Part],
    model: Model,
    settings: Settings,
    hear: Callable[[int], None],
) -> Generator[int]:
    run = folder.described
    with one_thread():
        for number, rows in parts:
            records = records_of(model, rows, settings, run["words"], run[MEMORY], hear)
            folder.write(number, records)
            yield len(rows)


def _given_pool(model: str, workers: int | None, device: str, ray: str | None) -> Pool | Cluster:
    """Who computes. Raises ExplainerError for what cannot."""
    if ray is None:
        by_themselves = cores() if device == "cpu" else 1
        return Pool(model, by_themselves if workers is None else workers, device)
    if device != "cpu":
        raise ExplainerError(
            f"Workers under Ray compute on processors, and the device is {shown(device)}: leave it "
            "out, or run without Ray."
        )
    if ray == LOCAL and workers is None:
        workers = cores()
    return Cluster(ray, model, workers)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread, as every worker does: sums come out the same to the last bit, and
    processes make more of the cores than threads where sentences are short."""
    before = threads()
    use_threads(1)
    try:
        yield
    finally:
        use_threads(before)


def parts_of(source: Source, size: int) -> Iterator[Part]:
    """The rows of a source, `size` at a time, with the part's number."""
    rows = source.rows()
    number = 0
    while part := list(islice(rows, size)):
        yield number, part
        number += 1


def _given_source(source: Any) -> Source:
    if isinstance(source, FileSource | TaskSource):
        return source
    if isinstance(source, str | Path):
        return FileSource(given_path("argument source", source))
    raise ExplainerError(
        f"The argument source is {shown(source)}: give the path of a file or a TaskSource."
    )


def _check_fits(model: Model, source: Source) -> None:
    """Refuse an input of whose first rows the model can be asked none."""
    first: ExplainerError | None = None
    for row in islice(source.rows(), TRIED):
        try:
            question = row.question()
            assert question.contrast is not None
            Asked.read(model, question.text, question.pair, question.contrast)
        except ExplainerError as error:
            first = first or ExplainerError(f"{error} (row {row.number + 1:,})")
        else:
            return
    raise ExplainerError(
        f"None of the first rows can be asked of the model {shown(model.info.name)}: {first}"
    )

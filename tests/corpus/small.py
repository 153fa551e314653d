"""A small corpus, run, or computed as if by Ray: what its tests share."""

import json
from pathlib import Path

from pyarrow import parquet

from explainer import Settings
from explainer.corpus.folder import TABLES
from explainer.corpus.run import run_corpus
from explainer.corpus.scorer import Scorer

SETTINGS = Settings(points=3, rule="trapezoid")
TEXTS = [
    "the farmers [MASK] old .",
    "the farmers that the assistant loves [MASK] old .",
    "no mask here .",
    "the assistant [MASK] old .",
    "the old assistant that the farmers love [MASK] .",
    "[MASK] [MASK]",
    "the farmers that the farmers love [MASK] old .",
    "the assistant that [MASK] .",
]


def written(path: Path) -> Path:
    """The corpus as a file."""
    rows = [
        {"text": text, "correct": "are", "wrong": "is", "group": f"g{n % 2}", "id": f"row {n}"}
        for n, text in enumerate(TEXTS)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def ran(model, source, out, **more):
    chosen = {"settings": SETTINGS, "part_size": 3, "memory": "1 GB"}
    return run_corpus(str(model), source, out, **chosen | more)


def contents(out):
    """Every file of the tables, byte for byte."""
    return {
        str(file.relative_to(out)): file.read_bytes()
        for table in TABLES
        for file in sorted((Path(out) / table).glob("*"))
    }


def scorer(model, staged):
    return Scorer(str(model), staged.folder.described, SETTINGS, str(staged.begun))


def compute(staged, model, numbers, committed=True):
    """What Ray does: it writes computed parts and then, where it comes so far, that they are."""
    for folder in (staged.computed, staged.committed):
        folder.mkdir(exist_ok=True)
    work = scorer(model, staged)
    table = parquet.read_table(staged.given)
    for number in numbers:
        one = table.filter(table["part"].to_numpy() == number)
        parquet.write_table(work(one), staged.computed / f"x_{number}-0.parquet")
        end = ".parquet" if committed else ".pending.parquet"
        parquet.write_table(one.select(["part"]), staged.committed / f"x_{number}{end}")

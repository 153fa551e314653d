"""A small corpus, run: what its tests share."""

import json
from pathlib import Path

from explainer import Settings
from explainer.corpus.folder import TABLES
from explainer.corpus.run import run_corpus

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

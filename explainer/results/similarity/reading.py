"""A similarity matrix read back from its record: everything is checked, and named by its place."""

from __future__ import annotations

from typing import Any

from explainer.base import checks
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.results.reading.record import model_of, settings_of, words_of
from explainer.results.reading.values import array, entries, number, numbers
from explainer.results.similarity.matrix import KIND, SCHEMA, SimilarityMatrix
from explainer.results.similarity.side import Side

FIELDS = (
    *("schema", "kind", "model", "settings", "first", "second", "scores", "cosine"),
    *("first_to_reference", "second_to_reference", "references"),
)


def restored(data: Any) -> SimilarityMatrix:
    """The matrix of a record; raises ExplainerError with the field that is wrong."""
    record = checks.keys("record", data, FIELDS)
    checks.one_of("record's kind", record["kind"], (KIND,))
    if checks.whole("record's schema", record["schema"], 0) != SCHEMA:
        raise ExplainerError(
            f"The record has the schema {shown(record['schema'])}, but only schema {SCHEMA} of a "
            f"{KIND} can be read: use the version of the program that wrote it."
        )
    first, second = (_side(name, record[name]) for name in ("first", "second"))
    return SimilarityMatrix(
        model=model_of(record["model"]),
        settings=settings_of(record["settings"]),
        first=first,
        second=second,
        scores=array("scores", record["scores"], (len(first.tokens), len(second.tokens))),
        **{name: number(name, record[name]) for name in FIELDS[-4:]},
    )


def _side(name: str, value: Any) -> Side:
    found = checks.keys(
        f"record's {name}", value, ("text", "tokens", "words", "to_reference", "points")
    )
    tokens = tuple(
        checks.text(f"record's {name}.tokens[{place}]", token)
        for place, token in enumerate(
            entries(f"{name}.tokens", found["tokens"], "a list of strings")
        )
    )
    words = words_of(found["words"], len(tokens), f"{name}.words")
    return Side(
        text=checks.text(f"record's {name}.text", found["text"]),
        tokens=tokens,
        words=words,
        to_reference=numbers(f"{name}.to_reference", found["to_reference"], len(tokens)),
        points=checks.whole(f"record's {name}.points", found["points"], 1),
    )

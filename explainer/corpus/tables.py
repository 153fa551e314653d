"""What a part of a run computes: rows of the input become rows of the three tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

from explainer.api import explain_many
from explainer.base.allocator import give_back
from explainer.base.errors import ExplainerError
from explainer.corpus.row import Row
from explainer.corpus.schema import Table
from explainer.models.model import Model
from explainer.question.quantity import Question
from explainer.results.explanation import Explanation
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP
from explainer.results.settings import Settings

GIVE_BACK = 20
"""Rows after which memory that is free is given back: else what lies between grows, run by run."""
LONGEST_TEXT = 1000
"""Characters of a text that the table of errors keeps."""

Record = dict[str, Any]
Records = dict[Table, list[Record]]


def records_of(
    model: Model,
    rows: Sequence[Row],
    settings: Settings,
    words: int | None,
    memory: int,
    progress: Callable[[int], None] | None = None,
) -> Records:
    """The records of each table; `progress` hears how many rows are done."""
    found: Records = {"sentences": [], "patterns": [], "errors": []}
    questions = [_question(row) for row in rows]
    fit = [one for one in questions if isinstance(one, Question)]
    answers = explain_many(model, fit, settings=settings, words=words, memory=memory)
    for done, (row, asked) in enumerate(zip(rows, questions, strict=True), start=1):
        answer = next(answers) if isinstance(asked, Question) else asked
        if isinstance(answer, ExplainerError):
            found["errors"].append(error_of(row, answer))
        else:
            found["sentences"].append(_sentence(row, answer))
            found["patterns"] += _patterns(row, answer)
        if done % GIVE_BACK == 0:
            give_back()
        if progress is not None:
            progress(done)
    return found


def _question(row: Row) -> Question | ExplainerError:
    try:
        return row.question()
    except ExplainerError as error:
        return error


def error_of(row: Row, error: ExplainerError) -> Record:
    """What the table of errors holds of a row that cannot be explained."""
    text = row.text[:LONGEST_TEXT]
    return {**_named(row), "line": row.line, "text": text, "reason": " ".join(str(error).split())}


def _named(row: Row) -> dict[str, Any]:
    return {"number": row.number, "id": row.name}


def _sentence(row: Row, found: Explanation) -> dict[str, Any]:
    target = found.target
    return {
        **_named(row),
        "group": row.group,
        "text": row.text,
        "pair": row.pair,
        "tokens": list(found.tokens),
        "words": [-1 if word is None else word for word in found.words or ()],
        "targets": list(target.positions),
        "correct": target.correct,
        "wrong": target.wrong,
        "unit": target.unit,
        "value": target.value,
        "baseline_value": target.baseline_value,
        "gap": found.completeness_gap,
        "points": found.points_used,
        "influence": list(found.influence),
        "right": None if target.wrong is None else target.value > 0,
    }


def _patterns(row: Row, found: Explanation) -> list[dict[str, Any]]:
    return [
        {
            **_named(row),
            "rank": rank,
            "source": pattern.source,
            "token": pattern.token,
            "influence": pattern.influence,
            "node_influence": pattern.embedding_influence,
            "path_influence": pattern.attention_influence,
            "steps": list(_steps(pattern)),
        }
        for rank, pattern in enumerate(found.patterns)
    ]


def _steps(pattern: Pattern) -> list[dict[str, Any]]:
    parts = zip_longest(pattern.components, pattern.attention_parts)
    return [
        {
            "layer": layer,
            "from": pattern.nodes[layer],
            "to": pattern.nodes[layer + 1],
            "head": None if component == SKIP else component,
            "node_influence": pattern.embedding_trail[layer],
            "influence": pattern.attention_trail[layer],
            "value": by.value if by else None,
            "key": by.key if by else None,
            "query": by.query if by else None,
        }
        for layer, (component, by) in enumerate(parts)
    ]

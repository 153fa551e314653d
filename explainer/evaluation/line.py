"""A line of a run's records: whether it holds what was once written, field by field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import takewhile
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from explainer.base.errors import ExplainerError
from explainer.evaluation.methods import METHODS
from explainer.evaluation.reading.cases import MOST
from explainer.evaluation.record import Record
from explainer.results.target import LOGITS
from explainer.tasks import Case
from explainer.tasks.lexicon import lexeme

Line = dict[str, Any]
"""Plain values: a record, or a sentence that was left out and why; and what a run is."""
UNWRITTEN = ("attention_candidates", "attention_parts", "candidate_parts")
"""Fields that a record leaves out."""
PLAIN: dict[Any, set[type]] = {str: {str}, int: {int}, float: {int, float}}
"""What JSON makes of values of these types; truths are no numbers."""
LARGEST = 1e15
"""Logits, shares, seconds and counts are smaller; what is larger was not written by a run."""
MOST_PATHS = 10**300
CHOICES = {
    "outcomes": ("method", "level", "words", "mode", "replacement"),
    "carried": ("method", "level", "words"),
}
"""What there is one of each in a record."""
Check = Callable[[Any], bool]


def left_out(case: Case, number: int, why: ExplainerError) -> Line:
    """The line of a sentence that cannot be asked about."""
    return {"task": case.kind, "number": number, "text": case.text, "left_out": str(why)}


def with_unit(line: Line) -> Line:
    """The line; a sentence's record from before there were units, with that of all of then."""
    is_record = "outcomes" in line or "measurements" in line
    return {"unit": LOGITS, **line} if is_record else line


def with_cluster(line: Line) -> Line:
    """The line; one from before there were clusters, with the one that it stood for.

    It is the word that the answer depends on, put together from its pieces where a tokenizer marks
    them with ##, or where no token is that word its own text.
    """
    if "controller" not in line or "cluster" in line:
        return line
    at, tokens = line["controller"], line.get("tokens")
    if at is None:
        return {**line, "cluster": line.get("text")}
    if type(at) is int and type(tokens) is list and 0 <= at < len(tokens):
        first, *others = map(str, tokens[at:])
        pieces = takewhile(lambda piece: piece.startswith("##"), others)
        word = first.lstrip("Ġ▁") + "".join(piece.removeprefix("##") for piece in pieces)
        return {**line, "cluster": lexeme(word)}
    return line


def wrong_field(line: Line) -> str | None:
    """The first field that a line lacks or that is not of its type; None if all is well."""
    return wrong_of(line, Record) or (None if "left_out" in line else _uneven(line))


def wrong_of(line: Line, record: type, but: tuple[str, ...] = ()) -> str | None:
    """The same for lines that a class of records has written, one with a `number`.

    Fields named in `but` are checked elsewhere.
    """
    checks = LEFT_OUT if "left_out" in line else _fields(record)
    for name, fits in checks.items():
        if name not in but and (name not in line or not fits(line[name])):
            return name
    return None if 0 <= line["number"] < MOST else "number"


def _paths(value: Any) -> bool:
    """Two counts of paths, which may be larger than other numbers."""
    return (
        type(value) is list
        and [*map(type, value)] == [int, int]
        and 0 <= min(value) <= max(value) <= MOST_PATHS
    )


def _uneven(record: Line) -> str | None:
    """The first field of a record that does not go with the others."""
    layers = len(record["skip_flow"])
    if len(record["influence"]) != len(record["tokens"]):
        return "influence"
    if not layers or len(record["signed_skip_flow"]) != layers:
        return "signed_skip_flow"
    for pattern in record["patterns"]:
        if (len(pattern["nodes"]), len(pattern["components"])) != (layers + 1, layers):
            return "patterns"
        source = pattern.get("source")  # not a field, but the first of the nodes
        if type(source) is not int or not 0 <= source < len(record["tokens"]):
            return "patterns"
    for part, names in CHOICES.items():
        chosen = {tuple(item[name] for name in names) for item in record[part]}
        if len(chosen) < len(record[part]) or not METHODS.keys() >= {one[0] for one in chosen}:
            return part
    return None


@cache
def _fields(of: Any) -> dict[str, Check]:
    """Checks for the fields of a class whose instances were written as JSON."""
    hints = get_type_hints(of)
    return {
        f.name: _paths if f.name == "paths" else _check(hints[f.name])
        for f in fields(of)
        if f.name not in UNWRITTEN
    }


@cache
def _check(hint: Any) -> Check:
    """Whether a value that JSON gave is of a type."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint in (int, float):
        return lambda value: type(value) in PLAIN[hint] and abs(value) <= LARGEST
    if hint is str:
        return lambda value: type(value) is str
    if isinstance(hint, type) and is_dataclass(hint):
        checks = _fields(hint)
        return lambda value: (
            type(value) is dict
            and all(name in value and check(value[name]) for name, check in checks.items())
        )
    if origin is Literal:
        return lambda value: type(value) is str and value in parts
    if origin in (Union, UnionType):
        any_of = tuple(map(_check, parts))
        return lambda value: any(check(value) for check in any_of)
    if origin is tuple and parts[-1] is Ellipsis and parts[0] in PLAIN:
        kinds, numbers = PLAIN[parts[0]], parts[0] is not str
        return lambda value: (
            type(value) is list
            and kinds.issuperset(map(type, value))
            and not (numbers and max(map(abs, value), default=0) > LARGEST)
        )
    if origin is tuple and parts[-1] is Ellipsis:
        each = _check(parts[0])
        return lambda value: type(value) is list and all(map(each, value))
    return lambda value: type(value) is hint


LEFT_OUT = {
    **dict.fromkeys(("task", "text", "left_out"), _check(str)),
    "number": _check(int),
}
"""What the line of a sentence that was left out holds."""

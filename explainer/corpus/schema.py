"""The tables that a corpus run writes: their columns, what they hold, and the schema's version.

All influence is in the unit that the sentence's row names. Positions are those of tokens, layers
and heads count from 0.
"""

from __future__ import annotations

import json
from typing import Any, Literal

import pyarrow as pa

Table = Literal["sentences", "patterns", "errors"]
VERSION = 1
META = b"influence-patterns"
"""Under this key of a file's metadata stand the table's name, the version and the run."""


def _field(name: str, kind: pa.DataType, what: str, nullable: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"description": what})


def _list(of: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("item", of, nullable=False))


STEP = pa.struct(
    [
        _field("layer", pa.int32(), "the block"),
        _field("from", pa.int32(), "position of the step's start in the block's input"),
        _field("to", pa.int32(), "position of its end in the block's output"),
        _field("head", pa.int32(), "the head that carries it; null for the skip connection", True),
        _field("node_influence", pa.float64(), "what passes the nodes up to here"),
        _field("influence", pa.float64(), "what heads and skips up to here carry"),
        _field("value", pa.float64(), "of it, by the head's value; null for skip", True),
        _field("key", pa.float64(), "by its key", True),
        _field("query", pa.float64(), "by its query", True),
    ]
)
NUMBER = _field("number", pa.int64(), "the row's place in the input, from 0")
ID = _field("id", pa.string(), "the row's id, or its number where it has none")

FIELDS: dict[Table, list[pa.Field]] = {
    "sentences": [
        NUMBER,
        ID,
        _field("group", pa.string(), "which rows are of one form, as the input says", True),
        _field("text", pa.string(), "the text"),
        _field("pair", pa.string(), "the second text", True),
        _field("tokens", _list(pa.string()), "the tokens that the model reads"),
        _field("words", _list(pa.int32()), "the word of each token; -1 for those that are added"),
        _field("targets", _list(pa.int32()), "the positions at which Q is read"),
        _field("correct", pa.string(), "the answer that Q speaks for"),
        _field("wrong", pa.string(), "its rival; null where there is none, or several", True),
        _field("unit", pa.string(), "what Q and influence are in"),
        _field("value", pa.float64(), "Q of the text"),
        _field("baseline_value", pa.float64(), "Q of the baseline"),
        _field("gap", pa.float64(), "the quadrature's error: the sum of influence is off by this"),
        _field("points", pa.int32(), "points of the path that were computed"),
        _field("influence", _list(pa.float64()), "of each token"),
        _field("right", pa.bool_(), "whether Q is above 0; null where there is no rival", True),
    ],
    "patterns": [
        NUMBER,
        ID,
        _field("rank", pa.int32(), "0 for the strongest word of the sentence"),
        _field("source", pa.int32(), "position of the token that the pattern begins at"),
        _field("token", pa.string(), "the token"),
        _field("influence", pa.float64(), "all influence of the token"),
        _field("node_influence", pa.float64(), "what the pattern's nodes carry of it"),
        _field("path_influence", pa.float64(), "what its heads and skips carry of it"),
        _field("steps", _list(STEP), "one for each block, from the first"),
    ],
    "errors": [
        NUMBER,
        ID,
        _field("line", pa.int64(), "where the row begins in the file, from 1"),
        _field("text", pa.string(), "the text, cut after 1,000 characters"),
        _field("reason", pa.string(), "why there is no explanation of it"),
    ],
}


def schema(table: Table, run: str) -> pa.Schema:
    """The schema of a table of the run with this checksum."""
    known = {"table": table, "version": VERSION, "run": run}
    return pa.schema(FIELDS[table], metadata={META: json.dumps(known).encode()})


def known_of(found: pa.Schema) -> dict[str, Any]:
    """What a file's metadata say of its table; nothing where it is none of ours."""
    try:
        known = json.loads((found.metadata or {}).get(META, b"{}"))
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}

"""Read an explanation back from its record: everything is checked, and named by its place in it.

A record that `to_dict` wrote is one; where a file was damaged or written by hand, the sentence
says which field is wrong, as `patterns[3].nodes`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explainer.base import checks
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.results.explanation import SCHEMA, Explanation
from explainer.results.logits import LARGEST
from explainer.results.model_info import ModelInfo
from explainer.results.pattern import CANDIDATES, PARTS, RECORDED, HeadParts, Pattern
from explainer.results.reduced import PRECISIONS, Reduced
from explainer.results.route import SKIP, Component
from explainer.results.settings import Settings, completed
from explainer.results.target import Target
from explainer.results.total_flow import TotalFlow

MOST_WORDS = 1_000_000
REQUIRED = (
    *("schema", "model", "tokens", "target", "settings", "influence", "completeness_gap"),
    "patterns",
)


def record_of(text: str) -> dict[str, Any]:
    """The record that a JSON text holds; raises ExplainerError for what is no JSON."""
    try:
        found: dict[str, Any] = json.loads(checks.text("record", text))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ExplainerError):
            raise
        raise ExplainerError(
            f"The record {shown(text)} is not JSON: give what to_json wrote."
        ) from error
    return found


def restored(data: Any) -> Explanation:
    """The explanation of a record; raises ExplainerError with the field that is wrong."""
    if isinstance(data, dict) and "schema" in data:
        _check_schema(data["schema"])  # before its fields, which another schema may have others of
    optional = ("points_used", "flow", "words", "reduced", "strongest")
    record = checks.keys("record", data, REQUIRED, optional)
    model = _model(record["model"])
    tokens = tuple(
        checks.text(f"record's tokens[{place}]", token)
        for place, token in enumerate(_list("tokens", record["tokens"], "a list of strings"))
    )
    if not tokens:
        raise ExplainerError("The record has no tokens: give what to_dict wrote.")
    target = _target(record["target"], len(tokens))
    influence = _numbers("influence", record["influence"], len(tokens))
    every = _list("patterns", record["patterns"], "a list of patterns")
    settings = _settings(record["settings"])
    return Explanation(
        model=model,
        tokens=tokens,
        target=target,
        settings=settings,
        influence=influence,
        completeness_gap=_number("completeness_gap", record["completeness_gap"]),
        # Without it, in older files, every point was used.
        points_used=checks.whole(
            "record's points_used", record.get("points_used", settings.points), 1, settings.points
        ),
        patterns=tuple(
            _pattern(f"patterns[{place}]", fields, model, tokens, target, record["schema"])
            for place, fields in enumerate(every)
        ),
        flow=_flow(record.get("flow"), model, len(tokens)),
        words=_words(record.get("words"), len(tokens)),
        reduced=_reduced(record.get("reduced")),
        strongest=_strongest(record.get("strongest")),
    )


def _check_schema(came: Any) -> None:
    if not 1 <= checks.whole("record's schema", came, 0) <= SCHEMA:
        raise ExplainerError(
            f"The record has the schema {shown(came)}, but only schemas 1 to {SCHEMA} can be read: "
            "use the version of the program that wrote it."
        )


def _list(name: str, value: Any, wanted: str) -> checks.Plain:
    return checks.items(f"record's {name}", value, wanted)


def _number(name: str, value: Any) -> float:
    return checks.number(f"record's {name}", value, -LARGEST, LARGEST, "a number of logits")


def _long(name: str, value: Any, length: int, what: str) -> checks.Plain:
    """A list with `length` entries."""
    wanted = f"a list of {length} {what}"
    found = _list(name, value, wanted)
    if len(found) != length:
        raise ExplainerError(f"The record's {name} has {len(found)} entries: give {wanted}.")
    return found


def _numbers(name: str, value: Any, length: int) -> tuple[float, ...]:
    every = _long(name, value, length, "numbers")
    return tuple(_number(f"{name}[{place}]", one) for place, one in enumerate(every))


def _model(value: Any) -> ModelInfo:
    required = [f.name for f in fields(ModelInfo) if f.default is MISSING]
    found = checks.keys("record's model", value, required, ("head",))
    return ModelInfo(**found)


def _target(value: Any, n_tokens: int) -> Target:
    found = checks.keys("record's target", value, [f.name for f in fields(Target)])
    wrong = found["wrong"]
    return Target(
        position=checks.whole("record's target.position", found["position"], 0, n_tokens - 1),
        correct=checks.text("record's target.correct", found["correct"]),
        wrong=None if wrong is None else checks.text("record's target.wrong", wrong),
        value=_number("target.value", found["value"]),
        baseline_value=_number("target.baseline_value", found["baseline_value"]),
    )


def _settings(value: Any) -> Settings:
    if isinstance(value, dict):
        value = completed(value)
    return Settings(**checks.keys("record's settings", value, [f.name for f in fields(Settings)]))


def _pattern(
    name: str, value: Any, model: ModelInfo, tokens: Sequence[str], target: Target, schema: int
) -> Pattern:
    optional = () if schema == 1 else (PARTS, *CANDIDATES)
    found = checks.keys(f"record's {name}", value, RECORDED, optional)
    last = len(tokens) - 1
    source = checks.whole(f"record's {name}.source", found["source"], 0, last)
    token = checks.text(f"record's {name}.token", found["token"])
    if token != tokens[source]:
        raise ExplainerError(
            f"The record's {name}.token is {shown(token)}, but token {source} is "
            f"{shown(tokens[source])}: give the token at its source."
        )
    listed = _long(f"{name}.nodes", found["nodes"], model.layers + 1, "positions")
    nodes = tuple(
        checks.whole(f"record's {name}.nodes[{place}]", node, 0, last)
        for place, node in enumerate(listed)
    )
    if (nodes[0], nodes[-1]) != (source, target.position):
        raise ExplainerError(
            f"The record's {name}.nodes lead from {nodes[0]} to {nodes[-1]}: let them lead from "
            f"the source {source} to the target {target.position}."
        )
    components = _components(f"{name}.components", found["components"], nodes, model)
    candidates, candidate_parts = _candidates(name, found, model)
    return Pattern(
        token=token,
        influence=_number(f"{name}.influence", found["influence"]),
        nodes=nodes,
        embedding_influence=_number(f"{name}.embedding_influence", found["embedding_influence"]),
        embedding_trail=_numbers(f"{name}.embedding_trail", found["embedding_trail"], model.layers),
        components=components,
        attention_influence=_number(f"{name}.attention_influence", found["attention_influence"]),
        attention_trail=_numbers(f"{name}.attention_trail", found["attention_trail"], model.layers),
        attention_candidates=candidates,
        attention_parts=_parts(f"{name}.{PARTS}", found[PARTS], components)
        if PARTS in found
        else (),
        candidate_parts=candidate_parts,
    )


def _components(
    name: str, value: Any, nodes: Sequence[int], model: ModelInfo
) -> tuple[Component, ...]:
    every: list[Component] = []
    for step, one in enumerate(_long(name, value, model.layers, "components")):
        if isinstance(one, str):
            checks.one_of(f"record's {name}[{step}]", one, (SKIP,))
            if nodes[step] != nodes[step + 1]:
                raise ExplainerError(
                    f"The record's {name}[{step}] is 'skip' from token {nodes[step]} to "
                    f"{nodes[step + 1]}, which a skip connection cannot: give a head."
                )
            every.append(SKIP)
        else:
            every.append(checks.whole(f"record's {name}[{step}]", one, 0, model.heads - 1))
    return tuple(every)


def _parts(name: str, value: Any, components: Sequence[Component]) -> tuple[HeadParts | None, ...]:
    wanted = "entries: null for skip, value, key and query for a head"
    every: list[HeadParts | None] = []
    for step, one in enumerate(_long(name, value, len(components), wanted)):
        if (one is None) != (components[step] == SKIP):
            raise ExplainerError(
                f"The record's {name}[{step}] is {shown(one)} by {shown(components[step])}: give "
                "null for skip, and value, key and query for a head."
            )
        every.append(None if one is None else HeadParts(*_numbers(f"{name}[{step}]", one, 3)))
    return tuple(every)


def _candidates(
    name: str, found: dict[str, Any], model: ModelInfo
) -> tuple[tuple[tuple[float, ...], ...], tuple[tuple[HeadParts, ...], ...]]:
    """What skip and every head would carry on each step, and every head's parts; or nothing."""
    known = [field for field in CANDIDATES if field in found]
    if not known:
        return (), ()
    if len(known) == 1:
        both = " and ".join(CANDIDATES)
        raise ExplainerError(f"The record's {name} has only {known[0]}: give {both}, or neither.")
    influences, parts = (
        [
            (f"{name}.{field}[{step}]", row)
            for step, row in enumerate(_long(f"{name}.{field}", found[field], model.layers, "rows"))
        ]
        for field in CANDIDATES
    )
    return (
        tuple(_numbers(place, row, 1 + model.heads) for place, row in influences),
        tuple(
            tuple(
                HeadParts(*_numbers(f"{place}[{head}]", one, 3))
                for head, one in enumerate(_long(place, row, model.heads, "heads"))
            )
            for place, row in parts
        ),
    )


def _words(value: Any, n_tokens: int) -> tuple[int | None, ...] | None:
    if value is None:
        return None
    every = _long("words", value, n_tokens, "numbers, or null for what is no word")
    return tuple(
        None if word is None else checks.whole(f"record's words[{place}]", word, 0, MOST_WORDS)
        for place, word in enumerate(every)
    )


def _strongest(value: Any) -> int | None:
    return None if value is None else checks.whole("record's strongest", value, 1)


def _reduced(value: Any) -> Reduced | None:
    if value is None:
        return None
    found = checks.keys("record's reduced", value, [f.name for f in fields(Reduced)])
    return Reduced(
        checks.one_of("record's reduced.precision", found["precision"], PRECISIONS[1:]),
        _number("reduced.gap", found["gap"]),
    )


def _flow(value: Any, model: ModelInfo, n: int) -> TotalFlow | None:
    if value is None:
        return None
    found = checks.keys("record's flow", value, ("skip", "heads"))
    layers = model.layers
    return TotalFlow(
        _array("flow.skip", found["skip"], (layers, n)),
        _array("flow.heads", found["heads"], (layers, model.heads, n, n)),
    )


def _array(name: str, value: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Finite numbers in nested lists of this shape."""
    try:
        came = np.asarray(value if isinstance(value, list | tuple | np.ndarray) else None)
    except (ValueError, OverflowError, RecursionError):  # lists of unlike lengths, among others
        came = np.asarray(None)
    if came.dtype.kind not in "iuf" or came.shape != shape:
        wanted = " × ".join(map(str, shape))
        raise ExplainerError(
            f"The record's {name} is no table of {wanted} numbers: give what to_dict wrote."
        )
    numbers = came.astype(np.float64)
    if not (np.abs(numbers) <= LARGEST).all():  # nothing is below a NaN
        raise ExplainerError(
            f"The record's {name} holds numbers that are not finite or too large: give what "
            "to_dict wrote."
        )
    return numbers

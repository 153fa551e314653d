"""The patterns of a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explainer.base import checks
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed, shown
from explainer.results.model_info import ModelInfo
from explainer.results.pattern import CANDIDATES, PARTS, RECORDED, HeadParts, Pattern
from explainer.results.reading.values import exactly, number, numbers
from explainer.results.route import SKIP, Component
from explainer.results.target import Target


def pattern_of(
    name: str, value: Any, model: ModelInfo, tokens: Sequence[str], target: Target, schema: int
) -> Pattern:
    """The pattern that a record of this `schema` has under `name`, of these tokens."""
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
    every = exactly(f"{name}.nodes", found["nodes"], model.layers + 1, "positions")
    nodes = tuple(
        checks.whole(f"record's {name}.nodes[{place}]", node, 0, last)
        for place, node in enumerate(every)
    )
    if nodes[0] != source or nodes[-1] not in target.positions:
        raise ExplainerError(
            f"The record's {name}.nodes lead from {nodes[0]} to {nodes[-1]}: let them lead from "
            f"the source {source} to the target {listed(target.positions)}."
        )
    components = _components(f"{name}.components", found["components"], nodes, model)
    candidates, candidate_parts = _candidates(name, found, model)
    return Pattern(
        token=token,
        influence=number(f"{name}.influence", found["influence"]),
        nodes=nodes,
        embedding_influence=number(f"{name}.embedding_influence", found["embedding_influence"]),
        embedding_trail=numbers(f"{name}.embedding_trail", found["embedding_trail"], model.layers),
        components=components,
        attention_influence=number(f"{name}.attention_influence", found["attention_influence"]),
        attention_trail=numbers(f"{name}.attention_trail", found["attention_trail"], model.layers),
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
    for step, one in enumerate(exactly(name, value, model.layers, "components")):
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
    for step, one in enumerate(exactly(name, value, len(components), wanted)):
        if (one is None) != (components[step] == SKIP):
            raise ExplainerError(
                f"The record's {name}[{step}] is {shown(one)} by {shown(components[step])}: give "
                "null for skip, and value, key and query for a head."
            )
        every.append(None if one is None else HeadParts(*numbers(f"{name}[{step}]", one, 3)))
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
            for step, row in enumerate(
                exactly(f"{name}.{field}", found[field], model.layers, "rows")
            )
        ]
        for field in CANDIDATES
    )
    return (
        tuple(numbers(place, row, 1 + model.heads) for place, row in influences),
        tuple(
            tuple(
                HeadParts(*numbers(f"{place}[{head}]", one, 3))
                for head, one in enumerate(exactly(place, row, model.heads, "heads"))
            )
            for place, row in parts
        ),
    )

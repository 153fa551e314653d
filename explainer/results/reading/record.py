"""Read an explanation back from its record: everything is checked, and named by its place in it.

A record that `to_dict` wrote is one; where a file was damaged or written by hand, the sentence
says which field is wrong, as `patterns[3].nodes`.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import Any

from explainer.base import checks
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.results.explanation import BESIDE, SCHEMA, Explanation
from explainer.results.model_info import ModelInfo
from explainer.results.reading.patterns import pattern_of
from explainer.results.reading.values import array, entries, exactly, number, numbers
from explainer.results.reduced import PRECISIONS, Reduced
from explainer.results.settings import Settings, completed
from explainer.results.target import LOGITS, UNITS, Target, ascending, checked_reads
from explainer.results.texts import Texts
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
    optional = ("points_used", "flow", "words", "reduced", "strongest", "texts", *BESIDE)
    record = checks.keys("record", data, REQUIRED, optional)
    model = model_of(record["model"])
    tokens = tuple(
        checks.text(f"record's tokens[{place}]", token)
        for place, token in enumerate(entries("tokens", record["tokens"], "a list of strings"))
    )
    if not tokens:
        raise ExplainerError("The record has no tokens: give what to_dict wrote.")
    target = _target(record["target"], len(tokens), record["schema"])
    influence = numbers("influence", record["influence"], len(tokens))
    every = entries("patterns", record["patterns"], "a list of patterns")
    settings = settings_of(record["settings"])
    return Explanation(
        model=model,
        tokens=tokens,
        target=target,
        settings=settings,
        influence=influence,
        completeness_gap=number("completeness_gap", record["completeness_gap"]),
        # Without it, in older files, every point was used.
        points_used=checks.whole(
            "record's points_used", record.get("points_used", settings.points), 1, settings.points
        ),
        patterns=tuple(
            pattern_of(f"patterns[{place}]", fields, model, tokens, target, record["schema"])
            for place, fields in enumerate(every)
        ),
        flow=_flow(record.get("flow"), model, len(tokens)),
        words=_words(record.get("words"), len(tokens)),
        reduced=_reduced(record.get("reduced")),
        strongest=_strongest(record.get("strongest")),
        texts=_texts(record.get("texts"), len(tokens)),
    )


def _check_schema(came: Any) -> None:
    if not 1 <= checks.whole("record's schema", came, 0) <= SCHEMA:
        raise ExplainerError(
            f"The record has the schema {shown(came)}, but only schemas 1 to {SCHEMA} can be read: "
            "use the version of the program that wrote it."
        )


def model_of(value: Any) -> ModelInfo:
    """The model that a record is of."""
    required = [f.name for f in fields(ModelInfo) if f.default is MISSING]
    found = checks.keys("record's model", value, required, ("head",))
    return ModelInfo(**found)


def _target(value: Any, n_tokens: int, schema: int) -> Target:
    # Before schema 3 there was one position, and all was in logits.
    names = [f.name for f in fields(Target) if f.name != "reads"]
    if schema < 3:
        names = ["position", *(name for name in names if name not in ("positions", "unit"))]
    found = checks.keys("record's target", value, names, () if schema < 3 else ("reads",))
    wrong, positions = found["wrong"], [found["position"]] if schema < 3 else found["positions"]
    return Target(
        positions=ascending("record's target.positions", positions, n_tokens - 1),
        correct=checks.text("record's target.correct", found["correct"]),
        wrong=None if wrong is None else checks.text("record's target.wrong", wrong),
        value=number("target.value", found["value"]),
        baseline_value=number("target.baseline_value", found["baseline_value"]),
        unit=checks.one_of("record's target.unit", found.get("unit", LOGITS), UNITS),
        reads=checked_reads("record's target.reads", found.get("reads", ())),
    )


def settings_of(value: Any, name: str = "settings") -> Settings:
    """The settings that a record has under `name`, which may be from before there were all."""
    if isinstance(value, dict):
        value = completed(value)
    return Settings(**checks.keys(f"record's {name}", value, [f.name for f in fields(Settings)]))


def _words(value: Any, n_tokens: int) -> tuple[int | None, ...] | None:
    return None if value is None else words_of(value, n_tokens)


def words_of(value: Any, n_tokens: int, name: str = "words") -> tuple[int | None, ...]:
    """The word of each token, as a record has it under `name`."""
    every = exactly(name, value, n_tokens, "numbers, or null for what is no word")
    return tuple(
        None if word is None else checks.whole(f"record's {name}[{place}]", word, 0, MOST_WORDS)
        for place, word in enumerate(every)
    )


def _texts(value: Any, n_tokens: int) -> Texts | None:
    if value is None:
        return None
    every = exactly("texts", value, n_tokens, "0, 1, or null for what is in neither text")
    return tuple(
        None if text is None else checks.whole(f"record's texts[{place}]", text, 0, 1)
        for place, text in enumerate(every)
    )


def _strongest(value: Any) -> int | None:
    return None if value is None else checks.whole("record's strongest", value, 1)


def _reduced(value: Any) -> Reduced | None:
    if value is None:
        return None
    found = checks.keys("record's reduced", value, [f.name for f in fields(Reduced)])
    return Reduced(
        checks.one_of("record's reduced.precision", found["precision"], PRECISIONS[1:]),
        number("reduced.gap", found["gap"]),
    )


def _flow(value: Any, model: ModelInfo, n: int) -> TotalFlow | None:
    if value is None:
        return None
    found = checks.keys("record's flow", value, ("skip", "heads"))
    layers = model.layers
    return TotalFlow(
        array("flow.skip", found["skip"], (layers, n)),
        array("flow.heads", found["heads"], (layers, model.heads, n, n)),
    )

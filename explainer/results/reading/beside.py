"""What stands beside an explanation in its record, read back: scores, and stability.

What a record says twice, such as a verdict beside the checks that it follows from, has to agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from explainer.base import checks
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.results.beside.found import Beside
from explainer.results.beside.stability import Stability, StabilityCheck
from explainer.results.beside.word_scores import WordScores
from explainer.results.explanation import BESIDE
from explainer.results.pattern import Pattern
from explainer.results.reading.patterns import pattern_of
from explainer.results.reading.record import restored, settings_of
from explainer.results.reading.values import entries, number, numbers
from explainer.results.route import Level

SCORES, STABILITY = BESIDE
CHECK = ("varied", "settings", "pattern", "completeness_gap", "difference")
KEPT = ("nodes_kept", "components_kept")
NEAR = 1e-9
"""How far a share may be off what it is computed from: the number has been written and read."""

ReadPattern = Callable[[str, Any], Pattern]


def beside_of(data: Any) -> Beside:
    """What is beside the explanation of a record; raises ExplainerError with the wrong field."""
    explanation = restored(data)
    tokens = explanation.tokens

    def pattern(name: str, value: Any) -> Pattern:
        return pattern_of(
            name, value, explanation.model, tokens, explanation.target, data["schema"]
        )

    scores = None
    if data.get(SCORES) is not None:
        found = checks.keys("record's scores", data[SCORES], ("method", "scores"))
        values = numbers("scores.scores", found["scores"], len(tokens))
        scores = WordScores(found["method"], tokens, values)
    every: Any = ()
    if data.get(STABILITY) is not None:
        every = entries(STABILITY, data[STABILITY], "a list of words")
    return Beside(
        scores,
        tuple(_stability(f"{STABILITY}[{at}]", value, pattern) for at, value in enumerate(every)),
    )


def _stability(name: str, value: Any, read: ReadPattern) -> Stability:
    wanted = ("token", "source", "settings", "pattern", "verdict", "checks")
    found = checks.keys(f"record's {name}", value, wanted)
    listed = entries(f"{name}.checks", found["checks"], "a list of checks")
    asked = [
        checks.keys(f"record's {name}.checks[{at}]", one, (*CHECK, *KEPT))
        for at, one in enumerate(listed)
    ]
    stability = Stability(
        read(f"{name}.pattern", found["pattern"]),
        settings_of(found["settings"], f"{name}.settings"),
        tuple(_check(f"{name}.checks[{at}]", one, read) for at, one in enumerate(asked)),
    )
    own = {level: stability.verdict(level) for level in get_args(Level)}
    for field, said in (
        ("token", stability.pattern.token),
        ("source", stability.pattern.source),
        ("verdict", own),
    ):
        if type(found[field]) is not type(said) or found[field] != said:
            raise _differs(f"{name}.{field}", found[field], said)
    for at, (one, check) in enumerate(zip(asked, stability.checks, strict=True)):
        shares = stability.nodes_kept(check), stability.components_kept(check)
        for field, share in zip(KEPT, shares, strict=True):
            place = f"{name}.checks[{at}].{field}"
            if abs(number(place, one[field]) - share) > NEAR:
                raise _differs(place, one[field], share)
    return stability


def _check(name: str, found: dict[str, Any], read: ReadPattern) -> StabilityCheck:
    other = found["pattern"]
    return StabilityCheck(
        found["varied"],
        settings_of(found["settings"], f"{name}.settings"),
        None if other is None else read(f"{name}.pattern", other),
        number(f"{name}.completeness_gap", found["completeness_gap"]),
        number(f"{name}.difference", found["difference"]),
    )


def _differs(name: str, came: Any, said: Any) -> ExplainerError:
    return ExplainerError(
        f"The record's {name} is {shown(came)}, but its patterns give {shown(said)}: give what "
        "to_dict wrote."
    )

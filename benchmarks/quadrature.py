"""What a quadrature rule leaves of the influences' error, and how many points it takes for that.

Run `python -m benchmarks.quadrature` (options: --help). For every rule it prints the points used,
the completeness gap as a share of |Q(x) − Q(b)|, the error of the words' influences, Σ|g − g*| as
a share of Σ|g*| with g* from many more points, and how many words of some influence have another
pattern than with those: under the default baseline by kind of sentence, without patterns under the
other baselines by model; and last the processor time of the adaptive rule beside the fixed one.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from explainer import Contrast, Settings, explain, load_model
from explainer.api import trace_text
from explainer.models.model import Model
from explainer.results.settings import Baseline

TASK = (
    ("the farmers that the assistant loves [MASK] old .", "are", "is"),
    ("the farmer that the assistants love [MASK] old .", "is", "are"),
    ("the keys to the cabinet [MASK] on the table .", "are", "is"),
    ("the pilot near the guards [MASK] tall .", "is", "are"),
    ("the old houses in our street [MASK] new roofs .", "have", "has"),
    ("the actor who can praise his sister can hurt [MASK] .", "himself", "herself"),
)
EVERYDAY = (
    ("my sister and her friends [MASK] at the station yesterday .", "were", "was"),
    ("nobody in the two teams [MASK] happy with the result .", "was", "were"),
    ("the weather in the mountains [MASK] changed since the summer began .", "has", "had"),
    ("she put the book on the [MASK] and went to bed .", "table", "door"),
    ("we took the last train home because the [MASK] was over .", "train", "car"),
    ("he [MASK] his friends to dinner last night .", "brought", "invited"),
)
LONG = (
    (
        "when the storm had passed , the men of the small village by the sea went down to the"
        " shore , where the boats that their fathers had built [MASK] lying on the sand , and"
        " nobody knew how many of them could still be used before the winter came .",
        *("were", "was"),
    ),
    (
        "the old farmers that the assistant loves and the bad boys that the teachers know and"
        " the new pilots near the tall guards in the garden of the house [MASK] young .",
        *("are", "is"),
    ),
)
REVIEWS = (
    ("a film as charming as it is clever .", "positive"),
    ("the plot is dull and the actors seem bored .", "negative"),
    ("not a bad film , but never a good one .", "negative"),
    ("unflinchingly honest and often very funny .", "positive"),
    ("i could not look away for a minute .", "positive"),
    ("too long , too loud and too proud of itself .", "negative"),
)
SAID = (
    ("the food was cold and the waiter was rude .", "negative"),
    ("thank you , this was the best day of the year .", "positive"),
    ("the meeting was moved to next tuesday .", "negative"),
)
LONG_REVIEWS = (
    (
        "i went to see this film with my family last week and , although the first half is "
        "slow and some of the jokes do not work at all , the second half is so warm and so "
        "well acted that we left the cinema happy and talked about it the whole way home .",
        "positive",
    ),
    (
        "the director wants to say something about love , money and the end of the world , "
        "but after two long hours of empty talk , bad music and worse acting nobody in the "
        "room could tell what it was , and most of us did not care any more .",
        "negative",
    ),
)
KINDS = {
    "task": (TASK, REVIEWS),
    "everyday": (EVERYDAY, SAID),
    "long": (LONG, LONG_REVIEWS),
}
RULES = (
    Settings(rule="riemann", points=50),
    *(Settings(rule="trapezoid", points=points) for points in (16, 24, 50)),
    Settings(rule="gauss-legendre", points=24),
    *(Settings(rule="adaptive", tolerance=share) for share in (0.05, 0.02, 0.01, 0.005)),
)
RULES_BY_BASELINE = (
    *(Settings(rule="trapezoid", points=points) for points in (24, 50, 100, 200)),
    Settings(rule="adaptive", tolerance=0.01),
)
REFERENCE: dict[Baseline, int] = {"mask": 300, "zero": 300, "pad": 1000}
"""Trapezoid points that g* is from."""
LEAST = 0.01
"""Words with this share of Σ|g*| or more have their patterns compared."""
ROUNDS = 5


@dataclass(frozen=True)
class Case:
    """A sentence and what is asked of it."""

    model: Model
    text: str
    contrast: Contrast


@dataclass(frozen=True)
class Found:
    """Points, gap and the words' error as shares; patterns that differ, of how many."""

    points: int
    gap: float
    error: float
    differ: int = 0
    compared: int = 0


def main() -> None:
    """Measure and print."""
    options = _options()
    models = (load_model("agreement"), load_model("sentiment"))
    by_kind = {
        kind: [
            case for model, some in zip(models, both, strict=True) for case in _cases(model, some)
        ]
        for kind, both in KINDS.items()
        if kind in options.kinds
    }
    print("| sentences | rule | points (most) | gap: median, largest | words: median, largest "
          "| other patterns |\n|---|---|---|---|---|---|")  # fmt: skip
    for kind, cases in by_kind.items():
        for rule, found in _compared(cases, RULES, patterns=True):
            differ, compared = (sum(getattr(f, n) for f in found) for n in ("differ", "compared"))
            print(f"| {kind} | {_row(rule, found)} | {differ} of {compared} |", flush=True)
    print("\n| model | baseline | rule | points (most) | gap: median, largest "
          "| words: median, largest |\n|---|---|---|---|---|---|")  # fmt: skip
    short = [case for kind in ("task", "everyday") for case in by_kind.get(kind, ())]
    for model in models:
        for baseline in options.baselines:
            rules = [replace(rule, baseline=baseline) for rule in RULES_BY_BASELINE]
            cases = [case for case in short if case.model is model]
            for rule, found in _compared(cases, rules, patterns=False):
                name = f"| {model.info.name} | {baseline} |"
                print(f"{name} {_row(rule, found)} |", flush=True)
    print()
    for kind, cases in by_kind.items():
        print(f"processor time beside 24 trapezoid points, {kind}: {_time(cases):.2f}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What quadrature rules leave, and what they cost.")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--baselines", nargs="*", default=["zero", "pad"], choices=list(REFERENCE))
    return parser.parse_args()


def _cases(model: Model, some: Iterable[tuple[str, ...]]) -> Iterator[Case]:
    for text, *asked in some:
        contrast = Contrast(label=asked[0]) if len(asked) == 1 else Contrast(asked[0], asked[1])
        yield Case(model, text, contrast)


def _compared(
    cases: Sequence[Case], rules: Sequence[Settings], *, patterns: bool
) -> Iterator[tuple[Settings, list[Found]]]:
    """What each rule finds in each of the cases."""
    points = REFERENCE[rules[0].baseline]
    finest = replace(rules[0], rule="trapezoid", points=points)
    exact = [_measured(case, finest, patterns) for case in cases]
    for rule in rules:
        pairs = zip(cases, exact, strict=True)
        yield rule, [_beside(_measured(case, rule, patterns), best) for case, best in pairs]


@dataclass(frozen=True)
class _Measured:
    influence: tuple[float, ...]
    difference: float
    points: int
    ways: Mapping[int, object]


def _measured(case: Case, settings: Settings, patterns: bool) -> _Measured:
    if not patterns:
        trace = trace_text(case.model, case.text, contrast=case.contrast, settings=settings)
        followed = trace.only
        difference = followed.value - followed.baseline_value
        return _Measured(followed.influence, difference, followed.points, {})
    asked = {name: getattr(case.contrast, name) for name in ("correct", "wrong", "label", "other")}
    found = explain(case.model, case.text, **asked, settings=settings)
    ways = {p.source: (p.nodes, p.components) for p in found.patterns}
    difference = found.target.value - found.target.baseline_value
    return _Measured(found.influence, difference, found.points_used, ways)


def _beside(found: _Measured, exact: _Measured) -> Found:
    total = sum(map(abs, exact.influence))
    off = sum(abs(g - best) for g, best in zip(found.influence, exact.influence, strict=True))
    strong = [word for word in exact.ways if abs(exact.influence[word]) >= LEAST * total]
    return Found(
        found.points,
        abs(sum(found.influence) - found.difference) / abs(found.difference),
        off / total,
        sum(found.ways.get(word) != exact.ways[word] for word in strong),
        len(strong),
    )


def _row(rule: Settings, found: Sequence[Found]) -> str:
    if rule.rule == "adaptive":
        counts = [f.points for f in found]
        name = f"adaptive, {100 * rule.tolerance:g} %"
        points = f"{statistics.mean(counts):.0f} ({max(counts)})"
    else:
        name, points = rule.rule, str(rule.points)
    shares = ([f.gap for f in found], [f.error for f in found])
    cells = [f"{100 * statistics.median(s):.2f}, {100 * max(s):.2f} %" for s in shares]
    return f"{name} | {points} | {cells[0]} | {cells[1]}"


def _time(cases: Sequence[Case]) -> float:
    """Processor time of explanations under the adaptive rule, as a share of 24 trapezoid points."""
    spent: dict[str, list[float]] = {"adaptive": [], "trapezoid": []}
    for _ in range(ROUNDS):
        for rule, times in spent.items():
            start = time.process_time()
            for case in cases:
                _measured(case, Settings(rule=rule), True)  # type: ignore[arg-type]
            times.append(time.process_time() - start)
    return min(spent["adaptive"]) / min(spent["trapezoid"])


if __name__ == "__main__":
    main()

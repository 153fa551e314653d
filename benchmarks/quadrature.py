"""How far the influences are from complete, by quadrature rule and number of points.

Run `python -m benchmarks.quadrature`. Over a few sentences it prints, for every rule and
number of points the median and the largest |Σ g − (Q(x) − Q(b))| in logits, and how many words'
influences have another sign than with the finest rule (words above 1 % of Σ|g| only); then, for
both built-in models, every baseline and several numbers of trapezoid points, the gaps again, the
largest as a share of |Q(x) − Q(b)|, and in how many sentences that share is over 5 %.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Sequence
from typing import get_args

from explainer import load_model
from explainer.api import trace_text
from explainer.influence.trace import Trace
from explainer.models.model import Model
from explainer.question.quantity import Contrast
from explainer.results.gap import gap_is_large
from explainer.results.settings import Baseline, Rule, Settings

SENTENCES = (
    ("the farmers that the assistant loves [MASK] old .", "are", "is"),
    ("the farmer that the assistants love [MASK] old .", "is", "are"),
    ("the keys to the cabinet [MASK] on the table .", "are", "is"),
    ("the pilot near the guards [MASK] tall .", "is", "are"),
    ("the old houses in our street [MASK] new roofs .", "have", "has"),
    ("the actor who can praise his sister can hurt [MASK] .", "himself", "herself"),
)
SAMPLES: tuple[tuple[Rule, int], ...] = (
    ("riemann", 50),
    ("riemann", 200),
    ("trapezoid", 8),
    ("trapezoid", 16),
    ("trapezoid", 24),
    ("trapezoid", 50),
    ("midpoint", 24),
    ("gauss-legendre", 8),
    ("gauss-legendre", 16),
    ("gauss-legendre", 24),
)
FINEST = Settings(rule="trapezoid", points=400)
REVIEWS = (
    ("a film as charming as it is clever .", "positive"),
    ("the plot is dull and the actors seem bored .", "negative"),
    ("not a bad film , but never a good one .", "negative"),
    ("unflinchingly honest and often very funny .", "positive"),
    ("i could not look away for a minute .", "positive"),
    ("too long , too loud and too proud of itself .", "negative"),
)
COUNTS = (24, 50, 100, 200)
"""Points of the trapezoid rule, for every baseline."""


def traced(model: Model, text: str, contrast: Contrast, settings: Settings) -> Trace:
    """The trace of one contrast."""
    return trace_text(model, text, contrast=contrast, settings=settings)


def flipped(trace: Trace, finest: Trace) -> int:
    """Words of some influence whose sign differs from that of the finest rule."""
    least = 0.01 * sum(map(abs, finest.influence))
    pairs = zip(trace.influence, finest.influence, strict=True)
    return sum(abs(exact) > least and g * exact < 0 for g, exact in pairs)


def by_rule(model: Model, asked: Sequence[tuple[str, Contrast]]) -> Iterator[str]:
    """A row for every rule and number of points, under the default baseline."""
    finest = [traced(model, *sentence, FINEST) for sentence in asked]
    differences = sorted(abs(trace.value - trace.baseline_value) for trace in finest)
    yield f"{len(asked)} sentences, |Q(x) − Q(b)| {differences[0]:.2f}–{differences[-1]:.2f}\n"
    yield "| rule | points | median gap | largest gap | signs that differ |"
    yield "|---|---|---|---|---|"
    for rule, points in SAMPLES:
        settings = Settings(rule=rule, points=points)
        traces = [traced(model, *sentence, settings) for sentence in asked]
        gaps = [abs(trace.completeness_gap) for trace in traces]
        signs = sum(flipped(*pair) for pair in zip(traces, finest, strict=True))
        yield f"| {rule} | {points} | {statistics.median(gaps):.4f} | {max(gaps):.4f} | {signs} |"


def by_baseline(model: Model, asked: Sequence[tuple[str, Contrast]]) -> Iterator[str]:
    """A row for every baseline and number of points of the trapezoid rule."""
    for baseline in get_args(Baseline):
        for points in COUNTS:
            settings = Settings(rule="trapezoid", points=points, baseline=baseline)
            traces = [traced(model, *sentence, settings) for sentence in asked]
            pairs = [(t.completeness_gap, t.value - t.baseline_value) for t in traces]
            gaps = [abs(gap) for gap, _ in pairs]
            shares = [100 * abs(gap / difference) for gap, difference in pairs]
            large = sum(gap_is_large(*pair) for pair in pairs)
            yield (
                f"| {model.info.name} | {baseline} | {points} | {statistics.median(gaps):.3f} | "
                f"{max(gaps):.3f} | {max(shares):.1f} % | {large} of {len(pairs)} |"
            )


def main() -> None:
    """Measure and print both tables."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    words = [(text, Contrast(correct, wrong)) for text, correct, wrong in SENTENCES]
    classes = [(text, Contrast(label=label)) for text, label in REVIEWS]
    agreement, sentiment = load_model("agreement"), load_model("sentiment")
    print("\n".join(by_rule(agreement, words)))
    print("\n| model | baseline | points | median gap | largest gap | largest share | over 5 % |")
    print("|---|---|---|---|---|---|---|")
    for model, asked in ((agreement, words), (sentiment, classes)):
        for line in by_baseline(model, asked):
            print(line, flush=True)


if __name__ == "__main__":
    main()

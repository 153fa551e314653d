"""How far the influences are from complete, by quadrature rule and number of points.

Run `python -m benchmarks.quadrature`. Over a few sentences it prints, for every rule and
number of points the median and the largest |Σ g − (Q(x) − Q(b))| in logits, and how many words'
influences have another sign than with the finest rule (words above 1 % of Σ|g| only).
"""

from __future__ import annotations

import argparse
import statistics

import torch

from explainer import load_model
from explainer.facade import follow
from explainer.models.model import Model
from explainer.quantity import masked_word
from explainer.sentence import read_sentence
from explainer.settings import Rule, Settings
from explainer.trace import Trace

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


def traced(model: Model, text: str, correct: str, wrong: str, settings: Settings) -> Trace:
    """The trace of one contrast."""
    sentence = read_sentence(model, text)
    with torch.no_grad():
        return follow(model, sentence, masked_word(model, sentence, correct, wrong), settings)


def flipped(trace: Trace, finest: Trace) -> int:
    """Words of some influence whose sign differs from that of the finest rule."""
    least = 0.01 * sum(map(abs, finest.influence))
    pairs = zip(trace.influence, finest.influence, strict=True)
    return sum(abs(exact) > least and g * exact < 0 for g, exact in pairs)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Print the error of each quadrature rule.")
    parser.add_argument("--model", default="agreement", help="built-in name or folder")
    model = load_model(parser.parse_args().model)
    finest = [traced(model, *sentence, FINEST) for sentence in SENTENCES]
    differences = sorted(abs(trace.value - trace.baseline_value) for trace in finest)
    print(f"{len(SENTENCES)} sentences, |Q(x) − Q(b)| {differences[0]:.2f}–{differences[-1]:.2f}\n")
    print("| rule | points | median gap | largest gap | signs that differ |")
    print("|---|---|---|---|---|")
    for rule, points in SAMPLES:
        settings = Settings(rule=rule, points=points)
        traces = [traced(model, *sentence, settings) for sentence in SENTENCES]
        gaps = [abs(trace.completeness_gap) for trace in traces]
        signs = sum(flipped(*pair) for pair in zip(traces, finest, strict=True))
        print(f"| {rule} | {points} | {statistics.median(gaps):.4f} | {max(gaps):.4f} | {signs} |")


if __name__ == "__main__":
    main()

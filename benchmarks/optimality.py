"""How far the greedy pattern is from the best one: beams of growing width, and every path.

Run `python -m benchmarks.optimality` (options: --help). For every word of sentences of each task,
the strongest pattern that a beam of width k finds is set beside the greedy one, k = 1: by nodes,
and with a head or skip for every step, which are chosen greedily along each of the beam's k ways.
In sentences of five tokens, for nodes alone, the beam is as wide as the graph too, so that the
best of all n^(L−1) ways is known. Printed: of how many words greedy finds a pattern as strong;
which part of the best pattern's influence the greedy one carries, as the mean over words with its
95 % interval over sentences, and the tenth of words where it is least; and the ratio of the sums,
in which strong words count most.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from explainer import load_model
from explainer.api import follow, trace_text
from explainer.evaluation.evidence.bootstrap import ratio, resampling
from explainer.evaluation.question import contrast_of
from explainer.evaluation.reading.cases import Sentences, cases_of
from explainer.influence.search.nodes import refine_nodes
from explainer.influence.search.refine import refine
from explainer.models.encode import without_gradients
from explainer.models.model import Model
from explainer.question.quantity import choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.route import Level
from explainer.results.settings import Settings
from explainer.tasks import KINDS, Case

SHORT = (
    ("farmers [MASK] old", "are", "is"),
    ("farmer [MASK] old", "is", "are"),
    ("children [MASK] here", "are", "is"),
    ("she [MASK] tired", "was", "were"),
    ("they [MASK] tired", "were", "was"),
    ("dogs [MASK] here", "are", "is"),
)
"""Five tokens with [CLS] and [SEP]."""
LEVELS: tuple[tuple[Level, str], ...] = (
    ("embedding", "nodes"),
    ("attention", "heads and skips"),
)
HEADING = (
    "| of | beam | words | as strong | greedy's part of the best, mean of words | lowest tenth | "
    "ratio of sums |\n|---|---|---|---|---|---|---|"
)
LEAST = 0.01
"""Words below this share of Σ|g| are left out: a ratio of next to nothing says nothing."""


@dataclass(frozen=True)
class Word:
    """One word in one sentence: both influences in logits, in the word's direction."""

    sentence: int
    greedy: float
    best: float


def words(
    model: Model, cases: Sequence[Case], width: int, settings: Settings
) -> dict[Level, list[Word]]:
    """Every word's greedy and best pattern by level."""
    found: dict[Level, list[Word]] = {level: [] for level, _ in LEVELS}
    for number, case in enumerate(cases):
        sentence = read_sentence(model, case.text)
        quantity = choose_quantity(model, sentence, contrast_of(model, case))
        with without_gradients():
            trace = follow(model, sentence, quantity, settings)
            greedy = refine(trace, sentence.tokens, 1)
            wide = refine(trace, sentence.tokens, width)
        least = LEAST * sum(map(abs, trace.influence))
        for pattern in greedy:
            if abs(pattern.influence) < least:
                continue
            sign = math.copysign(1.0, pattern.influence)
            ways = [other for other in wide if other.source == pattern.source]
            for level, _ in LEVELS:
                # A beam drops ways by what they carry so far, so it may even lose the greedy one.
                best = max(sign * way.value(level) for way in (pattern, *ways))
                found[level].append(Word(number, sign * pattern.value(level), best))
    return found


def all_ways(model: Model, cases: Sequence[Case], settings: Settings) -> list[Word]:
    """Every word's greedy way of nodes, and the best of all."""
    found = []
    for number, case in enumerate(cases):
        trace = trace_text(model, case.text, contrast=contrast_of(model, case), settings=settings)
        every = trace.n_tokens ** (trace.n_layers - 1)
        least = LEAST * sum(map(abs, trace.influence))
        for word, g in enumerate(trace.influence):
            if abs(g) >= least:
                with without_gradients():
                    (greedy,), best = (refine_nodes(trace, [word], top) for top in (1, every))
                sign = math.copysign(1.0, g)
                found.append(Word(number, sign * greedy.trail[-1], sign * best[0].trail[-1]))
    return found


def row(name: str, found: Sequence[Word]) -> str:
    """A row of the table, over words whose best pattern works in their direction."""
    found = [word for word in found if word.best > 0]
    greedy, best = (
        np.array([getattr(word, part) for word in found]) for part in ("greedy", "best")
    )
    shares = greedy / best
    sentences = np.array([word.sentence for word in found])
    of_sentence = np.eye(sentences.max() + 1)[sentences]  # [word, sentence]
    totals, counts = shares @ of_sentence, of_sentence.sum(axis=0)
    mean = ratio(resampling(len(totals)), totals, counts)
    same = np.mean(shares > 1 - 1e-6)
    return (
        f"| {name} | {len(found)} | {100 * same:.0f} % | {mean.value:.2f} [{mean.low:.2f}, "
        f"{mean.high:.2f}] | {np.quantile(shares, 0.1):.2f} | {greedy.sum() / best.sum():.2f} |"
    )


def table(
    model: Model, cases: Sequence[Case], widths: Sequence[int], settings: Settings
) -> Iterator[str]:
    """A row for every level and width."""
    yield HEADING
    by_width = [(width, words(model, cases, width, settings)) for width in widths]
    for level, name in LEVELS:
        for width, found in by_width:
            yield row(f"{name} | {width}", found[level])


def main() -> None:
    """Parse the command line and print the tables of both built-in models."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=4, help="sentences of each task (default: 4)")
    parser.add_argument("--widths", type=int, nargs="+", default=[4, 32])
    parser.add_argument("--points", type=int, default=24)
    options = parser.parse_args()
    settings = Settings(points=options.points, rule="trapezoid")
    print(f"{settings.points} {settings.rule} points, words with at least {LEAST:.0%} of Σ|g|")
    for name, tasks in (("agreement", KINDS), ("sentiment", ("sentiment",))):
        model = load_model(name)
        n = options.n * (1 if len(tasks) > 1 else 4)
        cases = [case for task in tasks for case in cases_of(Sentences(task=task), n)]
        print(f"\n{name}: {len(cases)} sentences of {len(tasks)} task(s)\n")
        print("\n".join(table(model, cases, options.widths, settings)))
    model = load_model("agreement")
    short = [Case(text, correct, wrong, "short", "all", "") for text, correct, wrong in SHORT]
    print(f"\nagreement: {len(short)} sentences of five tokens\n")
    print(HEADING)
    print(row("nodes | every way", all_ways(model, short, settings)))


if __name__ == "__main__":
    main()

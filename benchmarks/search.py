"""What each search finds, and what it costs: in stages and joint, by the width of the beam.

Run `python -m benchmarks.search` (options: --help). For every word with at least 1 % of Σ|g|, of
task sentences and of everyday ones, what the strongest pattern of heads and skips carries that a
search finds: as a part of what the strongest pattern carries that any of them finds (mean over
words with its 95 % interval over sentences, and the tenth of words where it is least), in how many
words it is that one, in how many it is weaker than the paper's search finds, the ratio of the sums
over words to those of the word's influences g, what the nodes alone carry beside the paper's
search, and the time of one thread for a whole explanation beside the paper's, each search in turn
on every sentence. Last, on small random models, beside the best of all ways.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from explainer import load_model
from explainer.api import follow
from explainer.evaluation.evidence.bootstrap import ratio, resampling
from explainer.evaluation.question import contrast_of
from explainer.evaluation.reading.cases import Sentences, cases_of
from explainer.influence.search.refine import refine
from explainer.influence.trace import Trace
from explainer.models.encode import without_gradients
from explainer.models.model import Model
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.pattern import Pattern
from explainer.results.settings import Settings
from explainer.tasks import KINDS
from tests.tiny import tiny_problem, traced

LEAST = 0.01
"""Words below this share of Σ|g| are left out: a ratio of next to nothing says nothing."""
SAME = 0.001
"""A pattern is stronger from this share of the other's strength on: less is rounding."""
EVERY_WAY = 10**6
EVERYDAY = {
    "agreement": (
        "my sister and her friends [MASK] at the station yesterday .",
        "the old houses in our street [MASK] new roofs .",
        "nobody in the two teams [MASK] happy with the result .",
        "she opened the window because the room was too [MASK] .",
        "paris is the [MASK] of france .",
        "we had to wait for the [MASK] in the rain for an hour .",
        "he forgot his [MASK] at home and could not get in .",
        "the children were playing in the [MASK] behind the school .",
        "my neighbours , who have a dog , [MASK] very quiet people .",
        "after the long winter everybody [MASK] glad to see the sun .",
    ),
    "sentiment": (
        "a warm and funny film that never loses its way .",
        "the jokes are not funny and the plot is a mess .",
        "not a bad film at all .",
        "i wanted to like it , but after an hour i fell asleep .",
        "the actors do what they can with a script that has no ideas .",
        "rarely has a simple story been told with so much care .",
        "two hours of my life that i will never get back .",
        "the music alone is worth the ticket .",
        "nothing here is new , but it is told with charm .",
        "it starts well and then goes nowhere .",
    ),
}
"""Sentences of no task, asked with the model's own contrast."""
HEADING = (
    "| search | part of the strongest, mean of words | lowest tenth | strongest | weaker than "
    "staged | of g | nodes alone | time |\n|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Search:
    """One search: so many patterns kept, and the beam of the joint one."""

    top_k: int = 1
    beam: int | None = None

    @property
    def name(self) -> str:
        """As the table has it."""
        if self.beam is not None:
            return f"joint, beam {self.beam}"
        return "staged" if self.top_k == 1 else f"staged, top {self.top_k}"

    def patterns(self, trace: Trace, tokens: tuple[str, ...]) -> dict[int, Pattern]:
        """The strongest pattern of heads and skips that is found for every word."""
        best: dict[int, Pattern] = {}
        for pattern in refine(trace, tokens, self.top_k, beam=self.beam):
            held = best.setdefault(pattern.source, pattern)
            if _strength(pattern, "attention") > _strength(held, "attention"):
                best[pattern.source] = pattern
        return best


PAPERS = Search()
SEARCHES = (
    *(Search(top_k) for top_k in (1, 4)),
    *(Search(beam=beam) for beam in (1, 2, 4, 8, 16, 64)),
)


@dataclass
class Found:
    """What a search found: by word what it carries, and its nodes alone; and its seconds."""

    carried: list[float] = field(default_factory=list)
    by_nodes: list[float] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Measured:
    """Every search on the same words: of which sentence each is, and its |g|."""

    searches: Sequence[Search]
    sentences: list[int] = field(default_factory=list)
    influence: list[float] = field(default_factory=list)
    found: dict[Search, Found] = field(default_factory=dict)
    traced: float = 0.0

    def add(self, number: int, trace: Trace, tokens: tuple[str, ...]) -> None:
        """Search one sentence in every way."""
        least = LEAST * sum(map(abs, trace.influence))
        words = [word for word, g in enumerate(trace.influence) if abs(g) >= least]
        self.sentences += [number] * len(words)
        self.influence += [abs(trace.influence[word]) for word in words]
        for search in self.searches:
            found = self.found.setdefault(search, Found())
            began = time.process_time()
            patterns = search.patterns(trace, tokens)
            found.seconds += time.process_time() - began
            found.carried += [_strength(patterns[word], "attention") for word in words]
            found.by_nodes += [_strength(patterns[word], "embedding") for word in words]

    def rows(self) -> Iterator[str]:
        """A row of the table for every search."""
        best = np.max([found.carried for found in self.found.values()], axis=0)
        told = best > 0
        sentences = np.array(self.sentences)[told]
        of_sentence = np.eye(sentences.max() + 1)[sentences]  # [word, sentence]
        counts = of_sentence.sum(axis=0)
        paper = self.found[PAPERS]
        for search, found in self.found.items():
            carried = np.array(found.carried)
            part = carried[told] / best[told]
            mean = ratio(resampling(len(counts)), part @ of_sentence, counts)
            weaker = carried < np.array(paper.carried) - SAME * np.abs(paper.carried)
            seconds = (self.traced + found.seconds) / (self.traced + paper.seconds)
            yield (
                f"| {search.name} | {mean.value:.2f} [{mean.low:.2f}, {mean.high:.2f}] "
                f"| {np.quantile(part, 0.1):.2f} | {np.mean(part > 1 - SAME):.0%} "
                f"| {np.mean(weaker):.0%} | {sum(carried) / sum(self.influence):.1%} "
                f"| {sum(found.by_nodes) / sum(paper.by_nodes):.2f} "
                + (f"| {seconds:.1f} |" if self.traced else "| – |")
            )


def _strength(pattern: Pattern, level: str) -> float:
    value = pattern.attention_influence if level == "attention" else pattern.embedding_influence
    return math.copysign(1.0, pattern.influence) * value


def sentences(name: str, model: Model, n: int) -> dict[str, list[tuple[str, Contrast]]]:
    """Texts with what is asked of them, `n` of every task, and the everyday ones."""
    tasks = KINDS if name == "agreement" else ("sentiment",)
    each = n if len(tasks) > 1 else 5 * n
    cases = [case for task in tasks for case in cases_of(Sentences(task=task), each)]
    return {
        "task sentences": [(case.text, contrast_of(model, case)) for case in cases],
        "everyday sentences": [(text, Contrast()) for text in EVERYDAY[name]],
    }


def searched(
    model: Model, asked: Sequence[tuple[str, Contrast]], settings: Settings
) -> tuple[Measured, int]:
    """Every search on these texts, and how many words they were."""
    measured = Measured(SEARCHES)
    for number, (text, contrast) in enumerate(asked):
        sentence = read_sentence(model, text)
        quantity = choose_quantity(model, sentence, contrast)
        with without_gradients():
            began = time.process_time()
            trace = follow(model, sentence, quantity, settings)
            measured.traced += time.process_time() - began
            measured.add(number, trace, sentence.tokens)
    return measured, len(measured.sentences)


def against_every_way(layers: int, models: int) -> tuple[Measured, int]:
    """The searches on small random models, whose ways can all be followed; and the words."""
    every = Search(beam=EVERY_WAY)
    measured = Measured((*(s for s in SEARCHES if (s.beam or s.top_k) <= 16), every))
    for seed in range(models):
        problem = tiny_problem(layers=layers, tokens=4, seed=seed)
        with without_gradients():
            measured.add(seed, traced(problem), tuple("abcd"))
    return measured, len(measured.sentences)


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=2, help="sentences of each task (default: 2)")
    parser.add_argument("--points", type=int, default=24)
    parser.add_argument("--models", type=int, default=20, help="small random models")
    options = parser.parse_args()
    torch.set_num_threads(1)
    settings = Settings(points=options.points, rule="trapezoid")
    print(f"{settings.points} {settings.rule} points, words with at least {LEAST:.0%} of Σ|g|")
    for name in EVERYDAY:
        model = load_model(name)
        for kind, asked in sentences(name, model, options.n).items():
            measured, words = searched(model, asked, settings)
            print(f"\n`{name}`, {len(asked)} {kind}, {words} words:\n\n{HEADING}")
            print("\n".join(measured.rows()), flush=True)
    for layers in (3, 4):
        measured, words = against_every_way(layers, options.models)
        of = f"{options.models} random models of {layers} blocks, 3 heads and 4 tokens"
        print(f"\n{of}, {words} words, the last row with every way:\n\n{HEADING}")
        print("\n".join(measured.rows()), flush=True)


if __name__ == "__main__":
    main()

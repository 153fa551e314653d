"""How far the greedy pattern is from the best one: beams of growing width, and every path.

Run `python -m benchmarks.optimality` (options: --help). For every word of sentences of each task,
the strongest pattern of nodes that a beam of width k finds is set beside the greedy one, k = 1.
In sentences of five tokens the beam is as wide as the graph, so that the best of all n^(L−1)
paths is known. Printed: of how many words greedy finds the same pattern, and which part of the
best patterns' influence the greedy ones carry.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from explainer import load_model
from explainer.facade import follow
from explainer.models.model import Model
from explainer.quantity import Contrast, choose_quantity
from explainer.refine import refine_nodes
from explainer.sentence import read_sentence
from explainer.settings import Settings
from explainer.tasks import KINDS, Case, generate

SHORT = (
    ("farmers [MASK] old", "are", "is"),
    ("farmer [MASK] old", "is", "are"),
    ("children [MASK] here", "are", "is"),
    ("she [MASK] tired", "was", "were"),
    ("they [MASK] tired", "were", "was"),
    ("dogs [MASK] here", "are", "is"),
)
"""Five tokens with [CLS] and [SEP]."""


@dataclass(frozen=True)
class Tally:
    """Over words: how many, in how many greedy has the best, and both influences in logits."""

    words: int = 0
    same: int = 0
    greedy: float = 0.0
    best: float = 0.0

    def with_word(self, greedy: float, best: float, same: bool) -> Tally:
        """One word more; influences in the word's direction."""
        return Tally(self.words + 1, self.same + same, self.greedy + greedy, self.best + best)

    def row(self, name: str) -> str:
        """As a row of a table."""
        return (
            f"| {name} | {self.words} | {100 * self.same / self.words:.1f} % | "
            f"{100 * self.greedy / self.best:.1f} % |"
        )


def tally(
    model: Model, cases: Sequence[Case], widths: Sequence[int], settings: Settings
) -> list[Tally]:
    """One tally for each width; width 0 stands for every path."""
    found = [Tally() for _ in widths]
    for case in cases:
        sentence = read_sentence(model, case.text)
        quantity = choose_quantity(model, sentence, Contrast(case.correct, case.wrong))
        with torch.no_grad():
            trace = follow(model, sentence, quantity, settings)
            for word, g in enumerate(trace.influence):
                if g == 0:
                    continue
                sign = math.copysign(1.0, g)
                (greedy,) = refine_nodes(trace, [word], 1)
                for place, width in enumerate(widths):
                    every = trace.n_tokens ** (trace.n_layers - 1)
                    best = refine_nodes(trace, [word], width or every)[0]
                    found[place] = found[place].with_word(
                        sign * greedy.trail[-1],
                        sign * best.trail[-1],
                        greedy.nodes == best.nodes,
                    )
    return found


def main() -> None:
    """Parse the command line and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=4, help="sentences of each task (default: 4)")
    parser.add_argument("--widths", type=int, nargs="+", default=[2, 4, 8, 16, 32])
    parser.add_argument("--points", type=int, default=Settings.points)
    options = parser.parse_args()
    model, settings = load_model("agreement"), Settings(points=options.points)
    heading = "words | same pattern | greedy's part of the best influence |\n|---|---|---|---|"

    cases = [case for kind in KINDS for case in generate(kind, options.n, 0, predicate="present")]
    print(
        f"{len(cases)} sentences of {len(KINDS)} tasks, {settings.points} {settings.rule} points\n"
    )
    print(f"| beam | {heading}")
    for width, found in zip(
        options.widths, tally(model, cases, options.widths, settings), strict=True
    ):
        print(found.row(str(width)))

    short = [Case(text, correct, wrong, "short", "all", "") for text, correct, wrong in SHORT]
    widths = [*options.widths, 0]
    print(f"\n{len(short)} sentences of five tokens\n\n| beam | {heading}")
    for width, found in zip(widths, tally(model, short, widths, settings), strict=True):
        print(found.row(str(width) if width else "every path"))


if __name__ == "__main__":
    main()

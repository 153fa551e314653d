"""How far the estimate of an explanation is from what it then takes.

Run `python -m benchmarks.estimate` (options: --help). Both are of one thread's processor time, so
that what else the machine does changes neither: the estimate by the pace that was measured here,
the explanation as it runs. `bar` is the largest difference between the share of the time that was
behind and the share that was told.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import Any

import torch

from benchmarks.lengths import network, text_of
from explainer import Settings, explain
from explainer.base.budget import given_budget
from explainer.base.checkpoint import checkpoints
from explainer.influence.effort.estimate import estimate
from explainer.influence.effort.pace import pace
from explainer.influence.effort.size import Size
from explainer.models.model import Model

CASES: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("agreement", 12, {}),
    ("agreement", 64, {}),
    ("agreement", 64, {"flow": True}),
    ("agreement", 128, {}),
    ("agreement", 128, {"words": 24}),
    ("agreement", 64, {"memory": "150 MB"}),
    ("agreement", 64, {"search": "joint"}),
    ("agreement", 32, {"rule": "adaptive", "points": 200}),
    ("large", 12, {}),
    ("large", 64, {}),
    ("large", 64, {"words": 24}),
)
"""The network of `lengths`, tokens, and what is asked and set beside the usual."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Hold estimates against what they are of.")
    parser.add_argument("--points", type=int, default=24, help="points on the path (24)")
    parser.add_argument("--top-k", type=int, default=1, help="patterns kept for a word (1)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    settings = Settings(points=options.points, rule="trapezoid", top_k=options.top_k)
    print("network      tokens   asked                  estimate      taken   ratio    bar")
    models = {name: network(name) for name in dict(case[:2] for case in CASES)}
    for name, n_tokens, asked in CASES:
        print(f"{name:12} {n_tokens:6}   {_measured(models[name], n_tokens, settings, asked)}")
    for name, model in models.items():
        print(f"{name}: {pace(model.adapter) / 1e9:.1f} G multiplications a second")


def _measured(model: Model, n_tokens: int, settings: Settings, asked: dict[str, Any]) -> str:
    chosen = {name: value for name, value in asked.items() if hasattr(settings, name)}
    settings = replace(settings, **chosen)
    how = {"memory": "2 GB", **{n: v for n, v in asked.items() if n not in chosen}}
    budget = given_budget(how["memory"])
    besides = {name: value for name, value in how.items() if name != "memory"}
    found = estimate(model, Size(n_tokens), settings, budget, **besides)
    heard: list[tuple[float, float]] = []
    start = time.process_time()
    with checkpoints(lambda: None, lambda done: heard.append((done, time.process_time() - start))):
        explain(model, text_of(n_tokens), correct="are", wrong="is", settings=settings, **how)
    taken = time.process_time() - start
    bar = max(abs(done - behind / taken) for done, behind in heard)
    said = ", ".join(f"{name} {value}" for name, value in asked.items()) or "all words"
    ratio = found.seconds / taken
    return f"{said:20} {found.seconds:8.2f} s {taken:8.2f} s {ratio:7.2f} {bar:6.2f}"


if __name__ == "__main__":
    main()

"""How an explanation's cost grows with length, layers, width, words and points; a table and a plot.

Run `python -m benchmarks.growth` (options: --help). Random BERTs; one size is changed at a time,
the others stay as in `BASE`. The yardstick is that of `lengths`: the encoder alone under autograd
at the same points. The floor is arithmetic: all products of matrices that an explanation needs when
nothing is made twice, counted while it runs, at the speed at which the yardstick, in the same run,
computes its own. With --out FILE the plot is written as SVG.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry
from transformers import BertConfig, BertForMaskedLM

from benchmarks.engine import Job
from benchmarks.lengths import text_of
from explainer import Settings, explain, load_model
from explainer.figures.canvas.palette import LIGHT
from explainer.figures.canvas.scene import Area, Disc, Item, Label, Line, Scene
from explainer.figures.canvas.svg import to_svg
from explainer.models.architectures.bert import adapt
from explainer.models.model import Model
from explainer.question.masks.word import masked_word
from explainer.question.sentence import read_sentence


@dataclass(frozen=True)
class Size:
    """What is explained: the heads are 64 wide, the feed-forward layers four times d_model."""

    tokens: int = 32
    layers: int = 6
    width: int = 384
    words: int | None = None
    points: int = 24


BASE = Size()
SWEEPS: dict[str, Sequence[int]] = {
    "tokens": (8, 16, 32, 64, 128, 256, 512),
    "layers": (2, 4, 8, 16, 24),
    "width": (128, 256, 512, 1024),
    "words": (1, 2, 4, 8, 16, 32, 64, 128),
    "points": (6, 12, 24, 48, 96),
}
WORDS_OF = 128
"""Tokens of the text of which more and more words are followed."""
PLENTY = "12 GB"
"""A memory budget with which nothing is made twice: for the floor's count."""


@dataclass(frozen=True)
class Found:
    """Seconds of the yardstick and of the engine, and 10⁹ operations in the products of each."""

    encoder: float
    engine: float
    encoder_products: float
    engine_products: float

    @property
    def floor(self) -> float:
        """Seconds that the engine's products would take at the yardstick's speed."""
        return self.encoder * self.engine_products / self.encoder_products


def main() -> None:
    """Measure, print and draw."""
    options = _options()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.read:
        kept = json.loads(options.read.read_text())
        found = {s: [(v, Found(**f)) for v, f in rows] for s, rows in kept.items()}
    else:
        found = {sweep: list(_measured(sweep, options)) for sweep in options.sweeps}
    if options.keep:
        kept = {s: [(v, asdict(f)) for v, f in rows] for s, rows in found.items()}
        options.keep.write_text(json.dumps(kept))
    for sweep, rows in found.items():
        print(f"\n| {sweep} | encoder | engine | ratio | floor's ratio |\n|---|---|---|---|---|")
        for value, row in rows:
            ratios = f"{row.engine / row.encoder:.2f} | {row.floor / row.encoder:.2f}"
            print(f"| {value} | {row.encoder:.2f} s | {row.engine:.2f} s | {ratios} |")
    if options.out:
        options.out.write_text(_drawn(found), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How cost grows with every size.")
    parser.add_argument("--sweeps", nargs="*", default=list(SWEEPS), choices=list(SWEEPS))
    parser.add_argument("--repeats", type=int, default=3, help="rounds; the median counts (3)")
    parser.add_argument("--threads", type=int, default=0, help="torch threads (torch's default)")
    parser.add_argument("--memory", default="2 GB", help="the engine's memory budget (2 GB)")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep the numbers as JSON")
    parser.add_argument("--read", type=Path, metavar="FILE", help="measure nothing, read those")
    parser.add_argument("--out", type=Path, metavar="FILE", help="draw them as SVG")
    return parser.parse_args()


def _measured(sweep: str, options: argparse.Namespace) -> Iterator[tuple[int, Found]]:
    base = replace(BASE, tokens=WORDS_OF) if sweep == "words" else BASE
    for value in SWEEPS[sweep]:
        size = replace(base, **{sweep: value})
        found = _of(size, options)
        print(f"{sweep} {value}: {found}", flush=True)
        yield value, found


def _of(size: Size, options: argparse.Namespace) -> Found:
    model = network(size)
    settings = Settings(points=size.points, rule="trapezoid")
    text = text_of(size.tokens)
    sentence = read_sentence(model, text)
    job = Job(model, sentence, masked_word(model, sentence, "are", "is"), settings)
    engine = partial(
        explain, model, text, correct="are", wrong="is", settings=settings, words=size.words
    )
    explained = partial(engine, memory=options.memory)
    times: tuple[list[float], list[float]] = ([], [])
    rounds = options.repeats if size.tokens <= 128 else 0
    for count in range(rounds + 1):
        first, second = _seconds(job.encoder_gradients), _seconds(explained)
        if count or not rounds:  # the first round warms up, where there are several
            times[0].append(first)
            times[1].append(second)
    return Found(
        encoder=statistics.median(times[0]),
        engine=statistics.median(times[1]),
        encoder_products=_products(job.encoder_gradients),
        engine_products=_products(partial(engine, memory=PLENTY)),
    )


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def network(size: Size) -> Model:
    """A random BERT of this size with the built-in tokenizer, for texts of up to 512 tokens."""
    model = load_model()
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=model.network.config.vocab_size,
        num_hidden_layers=size.layers,
        hidden_size=size.width,
        num_attention_heads=size.width // 64,
        intermediate_size=4 * size.width,
    )
    made = BertForMaskedLM._from_config(config, attn_implementation="eager")
    made = made.eval().requires_grad_(False)
    info = replace(
        model.info,
        name="random BERT",
        layers=size.layers,
        heads=size.width // 64,
        d_model=size.width,
    )
    return replace(model, info=info, network=made, adapter=adapt(made), max_tokens=512)


def _products(run: Callable[[], object]) -> float:
    """10⁹ operations in products of matrices."""
    with _Counter() as counter:
        run()
    return counter.operations / 1e9


class _Counter(TorchDispatchMode):
    """By PyTorch's own table; its FlopCounterMode takes no autograd inside of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = 0

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        given = kwargs or {}
        count = flop_registry.get(function._overloadpacket)
        if count is None:
            with self:  # what is made of other operations is counted by these
                parts = function.decompose(*args, **given)
            return function(*args, **given) if parts is NotImplemented else parts
        found = function(*args, **given)
        self.operations += count(*args, **given, out_val=found)
        return found


PANEL = (196.0, 176.0)
MARGIN = (52.0, 44.0)
GAP = 46.0
CURVES = (("engine", LIGHT.positive), ("floor", LIGHT.heads), ("encoder", LIGHT.muted))
NAMES = {
    "engine": "explanation (all words, both levels)",
    "floor": "its floor: every product once",
    "encoder": "encoder alone under autograd",
}


def _drawn(found: dict[str, list[tuple[int, Found]]]) -> str:
    """A panel for each size: seconds by size, both on logarithmic axes."""
    seconds = [getattr(row, name) for rows in found.values() for _, row in rows for name in NAMES]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    items: list[Item] = []
    for place, (sweep, rows) in enumerate(found.items()):
        left = MARGIN[0] + place * (PANEL[0] + GAP)
        items += _panel(left, sweep, rows, (low, high))
    width = MARGIN[0] + len(found) * (PANEL[0] + GAP)
    below = MARGIN[1] + PANEL[1] + 62
    x = MARGIN[0]
    for name, colour in CURVES:
        items.append(_segment((x, below), (x + 22, below), colour))
        items.append(Label(x + 30, below, NAMES[name], LIGHT.ink, 12.0, "start"))
        x += 290
    scene = Scene(width, below + 24, 1.0, (tuple(items),), (), 0)
    title = "Seconds by length, layers, width, words and points"
    return to_svg(scene, LIGHT.surface, title, "; ".join(NAMES.values()))


def _panel(
    left: float, sweep: str, rows: list[tuple[int, Found]], decades: tuple[int, int]
) -> Iterator[Item]:
    (low, high), top = decades, MARGIN[1]
    first, last = (math.log2(rows[end][0]) for end in (0, -1))

    def at(value: float, seconds: float) -> tuple[float, float]:
        across = (math.log2(value) - first) / (last - first)
        up = (math.log10(seconds) - low) / (high - low)
        return left + across * PANEL[0], top + (1 - up) * PANEL[1]

    yield Label(left, top - 22, sweep, LIGHT.ink, 13.0, "start", bold=True)
    for decade in range(low, high + 1):
        _, y = at(rows[0][0], 10.0**decade)
        yield Line(left, y, left + PANEL[0], y, LIGHT.faint)
        yield Label(left - 6, y, f"{10.0**decade:g} s", LIGHT.muted, 11.0, "end")
    for value, _ in rows:
        x, _ = at(value, 1.0)
        yield Label(x, top + PANEL[1] + 14, str(value), LIGHT.muted, 11.0)
    for name, colour in reversed(CURVES):
        spots = [at(value, getattr(row, name)) for value, row in rows]
        for start, end in pairwise(spots):
            yield _segment(start, end, colour)
        for x, y in spots:
            yield Disc(x, y, 2.8, colour, colour, 0.5)


def _segment(start: tuple[float, float], end: tuple[float, float], colour: str) -> Area:
    """A straight line 2 px wide."""
    (x0, y0), (x1, y1) = start, end
    long = math.hypot(x1 - x0, y1 - y0)
    across = (-(y1 - y0) / long, (x1 - x0) / long)
    return Area(
        np.array(
            [
                (x0 + across[0], y0 + across[1]),
                (x1 + across[0], y1 + across[1]),
                (x1 - across[0], y1 - across[1]),
                (x0 - across[0], y0 - across[1]),
            ]
        ),
        colour,
    )


if __name__ == "__main__":
    main()

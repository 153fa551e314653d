"""Pictures of fixed records, committed so that a reviewer sees a figure change.

`python -m tests.figures.drawings` (or `make drawings`) draws them again, in `drawings`; the test
beside compares. No model runs: `records` has what the models said once, rounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from explainer.figures import View, pattern_pair_svg, pattern_svg, similarity_svg
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.svg import to_svg
from explainer.figures.charts.cuts import CutPoint, KeptPoint, cuts_scene, kept_scene
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.svg import drawn_svg
from explainer.figures.patterns.ways.cut import Cut
from explainer.results.beside.word_scores import WordScores
from explainer.results.explanation import Explanation
from explainer.results.route import Edge
from explainer.results.similarity.matrix import SimilarityMatrix

HERE = Path(__file__).parent
FOLDER = HERE / "drawings"
COMMAND = "python -m tests.figures.drawings"
ATTRIBUTE = re.compile(r'="[^"]*"')
DIGITS = re.compile(r"-?\d+\.\d+")


def record(name: str) -> Explanation:
    """A committed explanation."""
    return Explanation.from_json((HERE / "records" / f"{name}.json").read_text(encoding="utf-8"))


def drawn(name: str, **choices: Any) -> str:
    """The pattern graph of a record, as wide as beside the inspector where nothing else is said."""
    return pattern_svg(record(name), **{"width": 800.0, **choices})


def without_influence() -> str:
    """A sentence that is its own baseline: no word has influence."""
    full = record("pilots")
    empty = replace(full, influence=(0.0,) * len(full.tokens), patterns=(), flow=None)
    return pattern_svg(empty, width=800.0)


def two_texts() -> str:
    """A record as if its words were of two texts, which a token stands between."""
    one = record("film")
    middle = len(one.tokens) // 2
    tokens = tuple("[SEP]" if at == middle else token for at, token in enumerate(one.tokens))
    last = len(tokens) - 1
    texts = tuple(
        None if at in (0, middle, last) else int(at > middle) for at in range(len(tokens))
    )
    patterns = tuple(p for p in one.patterns if p.source != middle)
    influence = tuple(0.0 if at == middle else g for at, g in enumerate(one.influence))
    found = replace(one, tokens=tokens, texts=texts, patterns=patterns, influence=influence)
    return pattern_svg(found, width=800.0)


def with_a_cut() -> str:
    """A head that was taken away, and Q before and after."""
    cut = Cut("Without head 7 of block 3", 3.61, Edge(3, 2, 7, 7), everywhere=True)
    return drawn_svg(replace(Drawn.of(record("farmers"), View(width=800.0)), cut=cut))


SCORES = {
    "alti": (0.017, 0.084, 0.264, 0.083, 0.064, 0.042, 0.073, 0.073, 0.196, 0.05, 0.055),
    "decompx": (
        -0.135,
        -0.137,
        2.151,
        -0.131,
        -0.364,
        -0.041,
        0.079,
        -0.23,
        -0.624,
        -0.255,
        -0.497,
    ),
}
"""What two methods say of the record "farmers"."""


def scored(method: str, **choices: Any) -> str:
    """Another method's scores in the place of influence."""
    scores = WordScores(method, record("farmers").tokens, SCORES[method])
    return drawn("farmers", scores=scores, **choices)


def word_by_word(**choices: Any) -> str:
    """Two texts that are compared."""
    text = (HERE / "records" / "texts.json").read_text(encoding="utf-8")
    return similarity_svg(SimilarityMatrix.from_json(text), **choices)


def cuts() -> str:
    """Six cuts, of which a pattern takes two."""
    numbers = ((2.6, 3.1, True), (0.4, 0.2, True), (0.1, 0.4, False), (-0.3, 0.1, False))
    points = [CutPoint(*one) for one in (*numbers, (-0.6, -0.8, False), (0.9, -0.1, False))]
    scene = cuts_scene(points, title="Influence and cuts", under="rank correlation 0.54")
    return to_svg(scene, palette(False).surface, "Influence and cuts", "A dot for every cut.")


def kept(dark: bool) -> str:
    """Three methods with two to nine nodes kept."""
    nan = float("nan")
    curves = {
        "influence pattern": [KeptPoint(2, 0.4, 0.3, 0.5), KeptPoint(9, 0.9, 0.8, 0.95)],
        "attention rollout": [KeptPoint(2, 0.1, 0.0, 0.3), KeptPoint(9, 0.6, 0.5, 0.7)],
        "random nodes": [KeptPoint(2, -0.1, nan, nan), KeptPoint(9, 0.2, nan, nan)],
    }
    scene = kept_scene(curves, title="Nodes kept", own="influence pattern", dark=dark)
    return to_svg(scene, palette(dark).surface, "Nodes kept", "A line for every method.")


DRAWINGS: dict[str, Callable[[], str]] = {
    "short": partial(drawn, "keys"),
    "dark": partial(drawn, "keys", dark=True, minimum_share=0, selected=2),
    "phone": partial(drawn, "keys", width=360.0),
    "nodes": partial(drawn, "keys", level="embedding", minimum_share=0),
    "step": partial(drawn, "farmers", place=Edge(3, 2, 7, 7)),
    "negative": partial(drawn, "farmer", minimum_share=0),
    "overlay": partial(drawn, "pilots", overlay="both"),
    "classifier": partial(drawn, "film", minimum_share=0),
    "texts": two_texts,
    "merged": partial(drawn, "pieces", merge_pieces=True, hide_special=True),
    "long": partial(drawn, "teachers"),
    "dense": partial(drawn, "teachers", minimum_share=0.01),
    "weak": partial(drawn, "teachers", minimum_share=0.5),
    "pair": lambda: pattern_pair_svg(record("farmers"), record("farmer")),
    "cut": with_a_cut,
    "empty": without_influence,
    "scores": partial(scored, "alti", hide_special=True),
    "cuts": cuts,
    "kept": partial(kept, dark=True),
    "matrix": word_by_word,
    "matrix-phone": partial(word_by_word, width=340.0, dark=True, selected=(6, 3)),
    "links": partial(word_by_word, kind="links", hide_special=True),
    "links-phone": partial(word_by_word, kind="links", width=340.0, dark=True, selected=(6, 3)),
    "scores-phone": partial(scored, "decompx", width=360.0, dark=True),
}


def rounded(svg: str) -> str:
    """The picture with all places to a tenth of a px, as it is committed; words stay."""

    def tenths(attribute: re.Match[str]) -> str:
        return DIGITS.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), attribute[0])

    return ATTRIBUTE.sub(tenths, svg)


def main() -> None:
    """Draw all pictures again, and no others."""
    for stale in FOLDER.glob("*.svg"):
        stale.unlink()
    for name, draw in DRAWINGS.items():
        (FOLDER / f"{name}.svg").write_text(rounded(draw()), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The tables and figures of the protocols "edges" and "paths" in docs/reproduction.md.

Run `python -m benchmarks.cuts`, which prints the tables from what `benchmarks.evidence` has stored;
with `--write` the figures are drawn in docs/figures. Means are of sentences, intervals resample the
nouns that answers depend on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pandas as pd

from explainer.base.assets import EVALUATION, ROOT
from explainer.evaluation.evidence.protocols.claims import said_of_cuts
from explainer.evaluation.evidence.protocols.measured import (
    OWN_DRAWN_MORE,
    POINTS_FILE,
    PROTOCOLS_FILE,
    read_protocols,
)
from explainer.evaluation.methods import METHODS, PATTERN
from explainer.evaluation.protocols.condition import PAIR, Condition
from explainer.evaluation.protocols.paths import EVERY
from explainer.evaluation.protocols.table import PROTOCOLS
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.scene import Scene
from explainer.figures.canvas.svg import to_svg
from explainer.figures.charts.cuts import cut_points, cuts_scene, kept_curves, kept_scene

FIGURES = ROOT / "docs" / "figures"
WHERE = ("pair", "mean", "baseline", "zero")
MEASURES = {
    "edges": ("rank correlation", "linear correlation", "own sign", "effect"),
    "paths": ("kept nodes", "kept steps", "cut nodes", "cut steps"),
}
OF = {"edges": ("edge", "node"), "paths": (EVERY,)}
"""What the tables are of."""


def main() -> None:
    """Parse the command line, print the tables and draw what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="draw the figures")
    options = parser.parse_args()
    rows = read_protocols(EVALUATION / PROTOCOLS_FILE)
    points = pd.read_csv(EVALUATION / POINTS_FILE)
    for model, of_model in rows[rows["protocol"].isin(MEASURES)].groupby("model", sort=False):
        print(f"\n## {model}\n")
        for protocol, found in of_model.groupby("protocol", sort=False):
            print("\n".join(tables(found, str(protocol))))
        if options.write:
            write_figures(str(model), of_model, points[points["model"] == model])


def tables(rows: pd.DataFrame, protocol: str) -> Iterator[str]:
    """As they stand in the document: a measure each, methods down, what is in place across."""
    for of in OF[protocol]:
        for measure in MEASURES[protocol]:
            found = rows[(rows["measure"] == measure) & (rows["of"] == of)]
            if found.empty:
                continue
            yield f"\n| {measure} | {' | '.join(f'{of}, {name}' for name in WHERE)} |"
            yield f"|---{'|---' * len(WHERE)}|"
            cells = {(row["method"], row["instead"]): _cell(row) for _, row in found.iterrows()}
            for method in found["method"].unique():
                label = PROTOCOLS[protocol].labels[method]
                of_method = [cells.get((method, name), "–") for name in WHERE]
                yield f"| {label} | {' | '.join(of_method)} |"


def _cell(row: pd.Series) -> str:
    """The value with its interval, sentences and lexemes."""
    said = f"{row['value']:.2f} [{row['low']:.2f}, {row['high']:.2f}] ({row['n']}"
    return f"{said}, {row['clusters']})"


def write_figures(model: str, rows: pd.DataFrame, points: pd.DataFrame) -> None:
    """The scatter and the curve of a model, as SVG."""
    edges = rows[rows["protocol"] == "edges"]
    if len(edges):
        title = f"Influence, and what cutting an edge does: {model}"
        under = said_of_cuts(edges, Condition("edge", PAIR))
        scene = cuts_scene(
            cut_points(points, "edge"), title=title, under=under, drawn=OWN_DRAWN_MORE
        )
        _draw(f"cuts-{model}", title, scene)
    kept = rows[rows["protocol"] == "paths"]
    if len(kept):
        title = f"Left of the answer with few nodes kept: {model}"
        curves = kept_curves(kept, "kept nodes", PAIR, PROTOCOLS["paths"].labels)
        _draw(f"kept-{model}", title, kept_scene(curves, title=title, own=METHODS[PATTERN].label))


def _draw(name: str, title: str, scene: Scene) -> None:
    svg = to_svg(scene, palette(False).surface, title, title)
    (FIGURES / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()

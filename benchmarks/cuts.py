"""The tables and figures of the protocols "edges" and "paths" in docs/reproduction.md.

Run `python -m benchmarks.cuts RUNS`, folders that `evaluate --protocols` filled; without one the
stored summary is read. With `--write` what was found is stored in docs/figures, and the figures are
drawn there. Means are of sentences, intervals resample the nouns that answers depend on.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from explainer.base.assets import ROOT
from explainer.evaluation.evidence.bootstrap import Estimate, ratio, resampling
from explainer.evaluation.methods import METHODS, PATTERN
from explainer.evaluation.protocols.cutting import INFLUENCE, PREDICTIONS
from explainer.evaluation.protocols.edges import GROUPS, OWN
from explainer.evaluation.protocols.paths import CUT, EVERY, NODES, WORDS
from explainer.evaluation.protocols.run import FOLDER, wrong_line
from explainer.evaluation.stored import read_records, read_run
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.scene import Scene
from explainer.figures.canvas.svg import to_svg
from explainer.figures.charts.cuts import CutPoint, KeptPoint, cuts_scene, kept_scene
from explainer.results.metrics import rank_correlation

ROWS, POINTS = "cuts.csv", "cuts-points.csv"
FIGURES = ROOT / "docs" / "figures"
WHERE = ("pair", "mean", "baseline", "zero")
COLUMNS = ("protocol", "model", "method", "measure", "condition", "value", "low", "high", "n")
STORED = 600
"""Points of a model that are kept for the scatter."""


def main() -> None:
    """Parse the command line, print the tables and write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="*", help="default: what is stored")
    parser.add_argument("--write", action="store_true", help="store it, and draw the figures")
    options = parser.parse_args()
    if not options.runs:
        rows, points = (pd.read_csv(FIGURES / name) for name in (ROWS, POINTS))
    else:
        rows, points = summarised(options.runs)
    for model in rows["model"].unique():
        print(f"\n## {model}\n")
        print("\n".join(tables(rows[rows["model"] == model])))
        of_model = points[points["model"] == model]
        print(f"\nOf {len(of_model)} cuts drawn at random, rank correlation {_rank(of_model):.2f}")
    if options.write:
        rows.to_csv(FIGURES / ROWS, index=False, float_format="%.4f")
        points.to_csv(FIGURES / POINTS, index=False, float_format="%.4f")
        write_figures(rows, points)


def summarised(runs: list[Path]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row for every method, measure and condition of each model; the points of the scatter."""
    values: dict[tuple[str, Any, Any, Any, Any], list[tuple[str, float]]] = defaultdict(list)
    points: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for folder in sorted(one for run in runs for one in run.glob(f"*/{FOLDER}/*")):
        model, protocol = read_run(folder)["model"], folder.name
        for line in read_records(folder, wrong_line):
            for one in line.get("measurements", ()):
                key = protocol, model, one["method"], one["measure"], one["condition"]
                if one["measure"].startswith("point"):
                    if one["condition"].startswith("edge"):
                        points[model, one["measure"]].append(one)
                elif one["value"] is not None:
                    values[key].append((line["cluster"], one["value"]))
    rows: list[tuple[object, ...]] = []
    for key, found in values.items():
        e = clustered(found)
        rows.append((*key, e.value, e.low, e.high, len(found)))
    dots: list[tuple[object, ...]] = []
    for model, measure in list(points):
        if measure == "point influence":
            pairs = zip(points[model, measure], points[model, "point effect"], strict=True)
            every = [(model, a["method"] == OWN, a["value"], b["value"]) for a, b in pairs]
            chosen = np.random.default_rng(0).permutation(len(every))[:STORED]
            dots.extend(every[place] for place in chosen)
    return (
        pd.DataFrame(rows, columns=list(COLUMNS)),
        pd.DataFrame(dots, columns=["model", "own", "influence", "lost"]),
    )


def clustered(found: list[tuple[str, float]]) -> Estimate:
    """The mean of sentences, with the interval of resampled clusters."""
    by_cluster = pd.DataFrame(found, columns=["cluster", "value"]).groupby("cluster")["value"]
    sums, sizes = by_cluster.sum().to_numpy(), by_cluster.size().to_numpy(dtype=float)
    return ratio(resampling(len(sums)), sums, sizes)


def _rank(points: pd.DataFrame) -> float:
    return rank_correlation(points["influence"].abs(), points["lost"].abs())


def tables(rows: pd.DataFrame) -> Iterator[str]:
    """As they stand in the document."""
    for kind in ("edge", "node"):
        where = [f"{kind}, {name}" for name in WHERE]
        yield from _table(rows, "rank correlation", where, PREDICTIONS)
        yield from _table(rows, "linear correlation", where, PREDICTIONS)
        yield from _table(rows, "own sign", where, PREDICTIONS)
        yield from _table(rows, "effect", where, GROUPS)
    where = [f"{name}, {EVERY}" for name in WHERE]
    labels = {name: METHODS[name].label for name in dict.fromkeys((*NODES, *CUT))}
    for measure in ("kept nodes", "kept steps", "cut nodes", "cut steps"):
        yield from _table(rows, measure, where, labels)


def _table(
    rows: pd.DataFrame, measure: str, conditions: list[str], labels: dict[str, str]
) -> Iterator[str]:
    chosen = rows[rows["measure"] == measure].set_index(["method", "condition"])
    if not len(chosen):
        return
    yield f"\n| {measure} | {' | '.join(conditions)} |"
    yield f"|---{'|---' * len(conditions)}|"
    for method, label in labels.items():
        places = [(method, condition) for condition in conditions]
        if any(place in chosen.index for place in places):
            cells = [_cell(chosen, place) for place in places]
            yield f"| {label} | {' | '.join(cells)} |"


def _cell(chosen: pd.DataFrame, place: tuple[str, str]) -> str:
    if place not in chosen.index:
        return "–"
    row = chosen.loc[place]
    return f"{row['value']:.2f} [{row['low']:.2f}, {row['high']:.2f}] ({row['n']})"


def write_figures(rows: pd.DataFrame, points: pd.DataFrame) -> None:
    """The scatter and the curve of each model, as SVG."""
    for model in rows["model"].unique():
        own = rows[rows["model"] == model].set_index(["method", "measure", "condition"])
        dots = points[points["model"] == model]
        rank = own.loc[(INFLUENCE, "rank correlation", "edge, pair")]
        linear = own.loc[(INFLUENCE, "linear correlation", "edge, pair")]
        title = f"Influence of edges and what cutting them does: {model}"
        under = (
            f"within sentences, sizes: rank correlation {rank['value']:.2f}, linear "
            f"{linear['value']:.2f} ({rank['n']} sentences); the minimal pair’s in its place"
        )
        chosen = [CutPoint(float(i), float(e), bool(o)) for _, o, i, e in dots.to_numpy()]
        _draw(f"cuts-{model}", title, cuts_scene(chosen, title=title, under=under))
        curves = dict(_curves(own))
        if curves:
            title = f"Left of the answer with few nodes kept: {model}"
            own_label = METHODS[PATTERN].label
            _draw(f"kept-{model}", title, kept_scene(curves, title=title, own=own_label))


def _curves(own: pd.DataFrame) -> Iterator[tuple[str, list[KeptPoint]]]:
    words = [f"{k} word{'s' if k > 1 else ''}" for k in WORDS] + [EVERY]
    for name in NODES:
        found = []
        for some in words:
            place = (name, "kept nodes", f"pair, {some}")
            if place in own.index:
                nodes, row = own.loc[("all", "nodes", some)]["value"], own.loc[place]
                found.append(KeptPoint(nodes, row["value"], row["low"], row["high"]))
        if found:
            yield METHODS[name].label, found


def _draw(name: str, title: str, scene: Scene) -> None:
    svg = to_svg(scene, palette(False).surface, title, title)
    (FIGURES / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()

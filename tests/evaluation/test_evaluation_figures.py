"""Figures of an evaluation, and what is said of them in a sentence."""

import math

import pandas as pd
import pytest

from explainer.evaluation.evidence.comparison import methods_summary
from explainer.evaluation.evidence.report import report
from explainer.evaluation.evidence.rivals import best_of
from explainer.evaluation.evidence.summary import summary
from explainer.evaluation.evidence.tables import tables_of
from explainer.figures.canvas.scene import Label, Line
from explainer.figures.canvas.text import width
from explainer.figures.charts.evaluation import methods_scene, skip_scene
from tests.evaluation.lines import (
    ALL_NODES,
    FEW,
    LINES,
    kept,
)


def test_figures_draw_no_bar_where_there_is_no_interval():
    labels = {"pattern": "influence pattern", "rollout": "attention rollout"}

    def bars(lines: list) -> int:
        table = summary(tables_of(lines))
        scenes = (
            methods_scene(table, "carried", labels, level="embedding", title="t"),
            skip_scene(table, title="t"),
        )
        items = [item for scene in scenes for group in scene.stages for item in group]
        for scene in scenes:
            assert all("nan" not in said for spot in scene.spots for said in spot.says)
            assert all(math.isfinite(spot.x) and math.isfinite(spot.y) for spot in scene.spots)
        return sum(isinstance(item, Line) and item.width in {3.0, 4.0} for item in items)

    assert bars(LINES) - bars(FEW) == 2 + 2


@pytest.mark.parametrize("px", [320, 360, 600])
def test_names_and_numbers_of_dots_are_whole_and_apart(px):
    table = summary(tables_of(kept(0.5, ("rollout", 1.0), ("conductance", 0.8))))
    labels = dict.fromkeys(table["method"].dropna(), "attention rollout, equal nodes")
    how = {"level": "embedding", "replacement": "zero", "title": "t", "px": px}
    scene = methods_scene(table, "retained Q", labels, whole=1.0, **how)
    items = [item for stage in scene.stages for item in stage]
    said = [item for item in items if isinstance(item, Label)]
    names = [label for label in said if label.text.startswith("attention rollout, equal nodes")]
    assert len(names) == 3
    whole = [item for item in items if isinstance(item, Line) and item.width == 1.5]
    for label in said:
        wide = width(label.text, label.size)
        left = label.x - {"start": 0.0, "middle": wide / 2, "end": wide}[label.anchor]
        assert -1 <= left <= left + wide <= px + 1
        for line in whole:
            if label.y - 6 < line.y1 and label.y + 6 > line.y0:
                assert not left - 4 < line.x0 < left + wide + 4


def test_rivals_that_tie_are_said_to_tie():
    names = ("rollout", "conductance", "random")
    says = report(tables_of(kept(0.5, *((name, 0.7) for name in names)))).findings[2].says
    assert "3 rivals at the same value leave most of Q of the rivals, 70.0\u00a0%" in says
    table = summary(tables_of(kept(0.5, ("rollout", 0.7), ("conductance", 0.7), ("random", 0.1))))
    best = best_of(table[table["quantity"] == "retained Q"])
    assert best is not None
    assert best.label == "attention rollout and layer conductance at the same value"
    lowest = best_of(table[table["quantity"] == "retained Q"], lowest=True)
    assert lowest is not None
    assert (lowest.tied, lowest.label) == (False, "random paths")


def test_a_figure_of_methods_is_said_in_one_sentence():
    table = summary(tables_of(kept(0.5, ("rollout", 0.7), ("conductance", 0.6)))).assign(
        low=math.nan, high=math.nan
    )
    asked = {**ALL_NODES, "replacement": "zero"}
    said = methods_summary(table, "retained Q", "Share of Q", **asked)
    assert said == (
        "Share of Q: 50.0\u00a0% with influence patterns, 70.0\u00a0% with the best rival, "
        "attention rollout."
    )
    alone = table[table["method"].isin(("pattern", "repl-skip"))]
    assert methods_summary(alone, "retained Q", "Share of Q", **asked) == (
        "Share of Q: 50.0\u00a0% with influence patterns."
    )


def test_the_best_rival_leaves_what_is_nearest_to_the_whole_models_q():
    table = summary(tables_of(kept(0.5, ("rollout", 1.4), ("conductance", 0.8))))
    said = methods_summary(table, "retained Q", "Share of Q", **ALL_NODES, replacement="zero")
    assert "with the best rival, layer conductance." in said
    labels = {name: name for name in table["method"].dropna().unique()}
    how = {"level": "embedding", "replacement": "zero", "title": "t"}
    scene = methods_scene(table, "retained Q", labels, **how)
    assert [spot.says[0] for spot in scene.spots] == ["conductance", "rollout", "pattern"]


def test_a_figure_of_cuts_says_what_as_large_cuts_leave():
    rows = pd.DataFrame(
        {
            "quantity": "removed Q",
            "level": "attention",
            "method": ["rollout", "random-cells", "pattern", "pattern-heads", "flow-heads"],
            "value": [0.9, 0.25, 0.1, 0.4, math.nan],
            "low": math.nan,
            "high": math.nan,
        }
    )
    said = methods_summary(rows, "removed Q", "Left without the paths", level="attention")
    assert said == (
        "Left: 10.0\u00a0% without influence patterns, 25.0\u00a0% without as many random heads "
        "and skips of every block, 40.0\u00a0% without their heads alone."
    )

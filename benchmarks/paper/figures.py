"""The figures of docs/reproduction.md that show the paper's first two findings."""

from __future__ import annotations

import pandas as pd

from explainer.base.assets import ROOT
from explainer.evaluation.evidence.bootstrap import FEWEST
from explainer.evaluation.evidence.consistency import MEASURES
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.scene import Scene
from explainer.figures.canvas.svg import to_svg
from explainer.figures.charts.evaluation import consistency_scene, skip_scene

FIGURES = ROOT / "docs" / "figures"


def write_figures(numbers: pd.DataFrame, forms: pd.DataFrame) -> None:
    """Draw them in docs/figures, as SVG."""
    for name, (title, scene) in scenes(numbers, forms).items():
        svg = to_svg(scene, palette(False).surface, title, title)
        (FIGURES / f"{name}.svg").write_text(svg, encoding="utf-8")


def scenes(numbers: pd.DataFrame, forms: pd.DataFrame) -> dict[str, tuple[str, Scene]]:
    """What the paper's first two findings rest on, with title, by the name of the file."""
    of_tasks = numbers[numbers["task"] != EVERY_TASK]
    skip = "Skip connections’ share of all influence, block by block"
    drawn = {"skip-by-block": (skip, skip_scene(of_tasks, title=skip))}
    for model, forms_of in forms.groupby("model", sort=False) if len(forms) else ():
        if (forms_of["measure"] == MEASURES[0]).sum() < FEWEST:
            continue
        title = f"Right answers and the entropy of patterns’ nodes, form by form: {model}"
        scene = consistency_scene(forms_of, MEASURES[0], title=title)
        drawn[f"consistency-{model}"] = title, scene
    return drawn

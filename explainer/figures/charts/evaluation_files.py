"""The figures of an evaluation as files: each as SVG for a paper, all on one interactive page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from explainer.base.files import cannot_write, write_whole
from explainer.figures.canvas.page import page
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.plotly import to_figure
from explainer.figures.canvas.scene import Scene
from explainer.figures.canvas.svg import to_svg
from explainer.figures.charts.evaluation import consistency_scene, methods_scene, skip_scene
from explainer.results.route import Level

if TYPE_CHECKING:
    import pandas as pd

LEVELS: tuple[tuple[Level, str], ...] = (
    ("embedding", "nodes"),
    ("attention", "heads and skips"),
)
TITLES = {
    "carried": "Share of influence that the paths carry",
    "retained accuracy": "Right answers that stay right with only the paths kept",
    "retained Q": "What is left of Q with only the paths kept",
    "removed Q": "What is left of Q without the paths",
}


def write_figures(
    folder: Path, numbers: pd.DataFrame, forms: pd.DataFrame, labels: Mapping[str, str]
) -> tuple[Path, ...]:
    """Write `figures/*.svg` and `figures.html` into the folder; the files written.

    Raises ExplainerError where one cannot be written.
    """
    try:
        (folder / "figures").mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(folder / "figures", error) from error
    scenes = dict(_scenes(numbers, forms, labels))
    files = []
    for name, (title, scene) in scenes.items():
        file = folder / "figures" / f"{name}.svg"
        write_whole(file, to_svg(scene, palette(False).surface, title, title))
        files.append(file)
    page = folder / "figures.html"
    write_whole(page, _page([scene for _, scene in scenes.values()]))
    return (*files, page)


def _scenes(
    numbers: pd.DataFrame, forms: pd.DataFrame, labels: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, Scene]]]:
    """Every figure's file name, title and scene."""
    every = numbers["task"] == "all tasks"
    for (model, task), rows in numbers.groupby(["model", "task"], sort=False):
        for quantity, (level, name) in product(TITLES, LEVELS):
            for replacement in _replacements(rows[rows["quantity"] == quantity]):
                where = f", {replacement} elsewhere" if replacement else ""
                title = f"{TITLES[quantity]}: {name}{where} ({model}, {task})"
                scene = methods_scene(
                    rows, quantity, labels, level=level, replacement=replacement, title=title
                )
                file = _file(f"{quantity} {level} {replacement or ''} {model} {task}")
                yield file, (title, scene)
    for signed in (False, True):
        title = f"Skip connections' share of all influence{', with its sign' if signed else ''}"
        scene = skip_scene(numbers[~every], signed=signed, title=title)
        yield _file(f"skip flow {'signed' if signed else ''}"), (title, scene)
    for measure in forms["measure"].unique() if len(forms) else ():
        title = f"Consistency of patterns and accuracy: {measure}"
        yield _file(measure), (title, consistency_scene(forms, measure, title=title))


def _replacements(rows: pd.DataFrame) -> list[str | None]:
    """Those that a quantity has values for; None where it does not depend on them."""
    return [name if isinstance(name, str) else None for name in rows["replacement"].unique()]


def _file(name: str) -> str:
    """Words as a file's name."""
    return "-".join("".join(c if c.isalnum() else " " for c in name).split()).lower()


def _page(scenes: list[Scene]) -> str:
    colours = palette(False)
    title = "Evaluation of influence patterns"
    said = "Dots are values, the bars through them 95 % intervals."
    return page(title, said, title, [to_figure(scene, colours) for scene in scenes], colours)

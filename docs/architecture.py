"""Draws the code: `python -m docs.architecture` writes what docs/architecture.md shows of it.

The picture of the wings, their table, the rule of imports and the way of a sentence all come from
the code; a test writes them again and compares.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any

import networkx as nx
import numpy as np

from docs.marks import filled
from explainer import Settings, explain, load_model
from explainer.figures.canvas.palette import LIGHT
from explainer.figures.canvas.scene import Area, Item, Label, Scene
from explainer.figures.canvas.svg import to_svg
from tests.wings import ARROWS, ROOT, RULE, imported, sources, wing

DOCUMENT = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "architecture.svg"

BOX = (128.0, 36.0)
GAP = (28.0, 40.0)
MARGIN = 20.0


def wings() -> nx.DiGraph:
    """Wing → wing, `imports` counting the import statements between them, from the code."""
    graph = nx.DiGraph()
    for module in sources():
        if module == "explainer":  # public names, each imported when it is asked for
            continue
        for name in imported(module, lazy=True) & sources().keys():
            first, second = wing(module), wing(name)
            graph.add_node(first)
            if first != second and not any((module, name) == arrow for arrow in ARROWS):
                before = graph.get_edge_data(first, second, {"imports": 0})["imports"]
                graph.add_edge(first, second, imports=before + 1)
    return graph


def places(graph: nx.DiGraph) -> dict[str, tuple[int, int]]:
    """Each wing's row and column: as far down as its imports let it, the chain in the middle.

    Of a row's wings the one with the most arrows stands in the middle. `figures` stands by itself
    to the right, below those that draw, so that its long arrow passes beside the chain.
    """
    found: dict[str, tuple[int, int]] = {}
    rows = [*reversed([*nx.topological_generations(graph.reverse())])]
    for row, names in enumerate(rows):
        beside = sorted(set(names) - {"figures"}, key=lambda name: (-graph.degree(name), name))
        found |= {name: (row, at) for name, at in zip(beside, (1, 2, 0), strict=False)}
    drawing = [found[name][0] for name in graph.predecessors("figures")]
    return found | {"figures": (max(drawing) + 1, 3)}


def picture() -> str:
    """The wings as boxes and their imports as arrows, without those that a longer way implies."""
    graph = wings()
    needed = nx.transitive_reduction(graph)
    at = places(needed)
    width = 2 * MARGIN + 4 * BOX[0] + 3 * GAP[0]
    rows = 1 + max(row for row, _ in at.values())
    height = 2 * MARGIN + rows * BOX[1] + (rows - 1) * GAP[1]
    arrows = [
        item for first, second in sorted(needed.edges) for item in _arrow(at[first], at[second])
    ]
    boxes = [item for name, place in at.items() for item in _box(name, *_corner(*place))]
    scene = Scene(width, height, 1.0, (tuple(arrows), tuple(boxes)), (), 0)
    said = "; ".join(f"{first} imports {second}" for first, second in sorted(needed.edges))
    return to_svg(scene, LIGHT.surface, "The wings and their imports", said)


def _corner(row: int, column: int) -> tuple[float, float]:
    return MARGIN + column * (BOX[0] + GAP[0]), MARGIN + row * (BOX[1] + GAP[1])


def _box(name: str, x: float, y: float) -> Iterator[Item]:
    width, height = BOX
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    yield Area(np.array(corners), LIGHT.surface, LIGHT.positive, 1.5)
    yield Label(x + width / 2, y + height / 2, name, LIGHT.ink, 14.0, bold=True)


def _arrow(first: tuple[int, int], second: tuple[int, int]) -> Iterator[Item]:
    """From the lower edge of one box to the upper edge of another.

    To another column more than a row away it leaves or reaches the middle column's box at its side.
    """
    (x0, y0), (x1, y1) = _corner(*first), _corner(*second)
    start = (x0 + BOX[0] / 2, y0 + BOX[1])
    end = (x1 + BOX[0] / 2, y1)
    if first[1] != second[1] and second[0] - first[0] > 1:
        to_right = second[1] > first[1]
        if first[1] == 1:
            start = (x0 + BOX[0] * to_right, y0 + BOX[1] / 2)
        else:
            end = (x1 + BOX[0] * (not to_right), y1 + BOX[1] / 2)
    long = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    along = ((end[0] - start[0]) / long, (end[1] - start[1]) / long)
    across = (-along[1], along[0])
    neck = (end[0] - 9 * along[0], end[1] - 9 * along[1])

    def beside(point: tuple[float, float], by: float) -> tuple[float, float]:
        return (point[0] + by * across[0], point[1] + by * across[1])

    line = (beside(start, 0.8), beside(neck, 0.8), beside(neck, -0.8), beside(start, -0.8))
    yield Area(np.array(line), LIGHT.muted)
    yield Area(np.array((end, beside(neck, 4.5), beside(neck, -4.5))), LIGHT.muted)


def table() -> str:
    """Every wing and folder, with the first sentence of its docstring."""
    rows = ["| Wing | What is in it |", "|---|---|"]
    for folder in sorted(path.parent for path in ROOT.glob("explainer/*/**/__init__.py")):
        name = folder.relative_to(ROOT).as_posix()
        said = ast.get_docstring(sources()[name.replace("/", ".")])
        if said is None:
            raise SystemExit(f"{name}/__init__.py has no docstring: say what is in the folder.")
        rows.append(f"| `{name}` | {said.split(chr(10))[0]} |")
    return "\n".join(rows)


def rule() -> str:
    """The rule of imports as the tests read it."""
    return f"```\n{RULE.strip()}\n```"


def way() -> str:
    """The wings that a sentence passes: calls from one wing into another, in order of arrival.

    Followed while `explain` and `figure` run on the built-in model; calls into `base` are left out.
    """
    model = load_model("agreement")
    with followed() as calls:
        explanation = explain(model, "the cats [MASK] old .", settings=Settings(points=2))
        explanation.figure()
    rows = ["| From | it calls | which says of itself |", "|---|---|---|"]
    for caller, module, function in calls:
        said = inspect.getdoc(getattr(import_module(module), function)) or ""
        said = said.split("\n")[0].replace("|", "\\|")
        name = f"{module}.{function}".removeprefix("explainer.")
        rows.append(f"| `{caller}` | `{name}` | {said} |")
    return "\n".join(rows)


@contextmanager
def followed() -> Iterator[list[tuple[str, str, str]]]:
    """Collects what is called of another wing: the caller's wing, the module and its function.

    Methods are left out: what a record or a model says of itself is no step of the way.
    """
    calls: list[tuple[str, str, str]] = []

    def see(frame: FrameType, event: str, _: Any) -> None:
        module, function = _module(frame), frame.f_code.co_qualname
        if event != "call" or module is None or not function.isidentifier() or function[0] == "_":
            return
        caller = _calling(frame)
        if caller is None or wing(caller) == wing(module) or wing(module) == "base":
            return
        if not any(call[1:] == (module, function) for call in calls):
            calls.append((wing(caller), module, function))

    sys.setprofile(see)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def _module(frame: FrameType) -> str | None:
    """The module of the product whose code runs in the frame."""
    name = frame.f_globals.get("__name__", "")
    return name if name in sources() and "<" not in frame.f_code.co_filename else None


def _calling(frame: FrameType) -> str | None:
    """The product's module nearest above the frame."""
    above = frame.f_back
    while above is not None:
        if (name := _module(above)) is not None:
            return name
        above = above.f_back
    return None


SECTIONS: dict[str, Callable[[], str]] = {"wings": table, "rule": rule, "way": way}


if __name__ == "__main__":
    made = {name: section() for name, section in SECTIONS.items()}
    DOCUMENT.write_text(filled(DOCUMENT, made), encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")

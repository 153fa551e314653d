"""The page's result as a few lines of Python."""

from __future__ import annotations

from dataclasses import fields

from explainer import Settings
from explainer.figures import View
from explainer.ui.compute import Request

DRAWN = ("level", "minimum_share", "overlay", "selected", "place", "merge_pieces", "hide_special")
"""What of a view changes the picture for a paper (and not only its colours or its size)."""


def snippet(request: Request, view: View) -> str:
    """A script that prints the explanation of `request` as the JSON that the page saves, and
    writes the picture that the page shows to a file."""
    given = ("correct", "wrong", "label", "other")
    arguments = [
        f"    {name}={value!r},\n"
        for name in given
        if (value := getattr(request, name)) is not None
    ]
    changed = _changed(request.settings, Settings(), [field.name for field in fields(Settings)])
    if changed:
        arguments.append(f"    settings=Settings({', '.join(changed)}),\n")
    names = ["Settings", "explain", "load_model"] if changed else ["explain", "load_model"]
    drawing = ", ".join(["explanation", *_changed(view, View(), DRAWN)])
    imports = [
        f"from explainer import {', '.join(names)}\n",
        "from explainer.figures import pattern_svg\n",
    ]
    if view.place is not None:
        imports.append(f"from explainer.pattern import {type(view.place).__name__}\n")
    return (
        "from pathlib import Path\n"
        "\n"
        f"{''.join(imports)}"
        "\n"
        f"explanation = explain(\n"
        f"    load_model({request.model!r}),\n"
        f"    {request.text!r},\n"
        f"{''.join(arguments)}"
        "    flow=True,\n"
        ")\n"
        "print(explanation.to_json(indent=1))\n"
        f"svg = pattern_svg({drawing})\n"
        'Path("pattern.svg").write_text(svg, encoding="utf-8")\n'
    )


def _changed(
    chosen: Settings | View, default: Settings | View, names: list[str] | tuple[str, ...]
) -> list[str]:
    """What is not the default, as keyword arguments."""
    return [
        f"{name}={value!r}"
        for name in names
        if (value := getattr(chosen, name)) != getattr(default, name)
    ]

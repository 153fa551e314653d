"""The page's result as a few lines of Python."""

from __future__ import annotations

from dataclasses import fields

from explainer import Settings
from explainer.ui.compute import Request


def snippet(request: Request) -> str:
    """A script that prints the explanation of `request` as the JSON that the page saves."""
    given = ("correct", "wrong", "label", "other")
    arguments = [
        f"    {name}={value!r},\n"
        for name in given
        if (value := getattr(request, name)) is not None
    ]
    changed = [
        f"{field.name}={value!r}"
        for field in fields(Settings)
        if (value := getattr(request.settings, field.name)) != field.default
    ]
    if changed:
        arguments.append(f"    settings=Settings({', '.join(changed)}),\n")
    names = ["Settings", "explain", "load_model"] if changed else ["explain", "load_model"]
    return (
        f"from explainer import {', '.join(names)}\n"
        "\n"
        f"explanation = explain(\n"
        f"    load_model({request.model!r}),\n"
        f"    {request.text!r},\n"
        f"{''.join(arguments)}"
        "    flow=True,\n"
        ")\n"
        "print(explanation.to_json(indent=1))\n"
    )

"""The page's result as a few lines of Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from explainer import Contrast, Settings, SimilarityPaths
from explainer.app.compute import Request
from explainer.app.state.pooled import parts
from explainer.figures import SimilarityView, View

DRAWN = ("level", "minimum_share", "overlay", "selected", "place", "merge_pieces", "hide_special")
"""What of a view changes the picture for a paper (and not only its colours or its size)."""
MATRIX_DRAWN = ("kind", "merge_pieces", "hide_special", "selected")
"""The same of two texts word by word."""
WAYS_DRAWN = ("level", "minimum_share", "merge_pieces", "hide_special")
"""The same of the ways of a pair of words."""
PAIR_DRAWN = ("level", "minimum_share", "overlay", "selected", "merge_pieces")
"""The same of a picture of two."""


Chosen = View | SimilarityView | Contrast


def snippet(request: Request, view: View) -> str:
    """A script that prints the explanation of `request` as the JSON that the page saves, and
    writes the picture that the page shows to a file."""
    drawing = ["explanation", *_changed(view, View(), DRAWN)]
    names = [] if view.place is None else [type(view.place).__name__]
    load, loads, scores = _load_call(request.model), "", ""
    if view.scores is not None:
        loads, load = f"model = {load}\n", "model"
        scores = f"scores = {_scores_call(request, view.scores.method)}"
        names += ["Contrast"] if request.contrast != Contrast() else []
        names += ["word_scores"]
        drawing += ["scores=scores"]
    return (
        "from pathlib import Path\n"
        "\n"
        f"{_imports(request, *names)}"
        "from explainer.figures import pattern_svg\n"
        "\n"
        f"{loads}explanation = {_call(request, load)}{scores}"
        "print(explanation.to_json(indent=1))\n"
        f"svg = pattern_svg({', '.join(drawing)})\n"
        'Path("pattern.svg").write_text(svg, encoding="utf-8")\n'
    )


def pair_snippet(first: Request, second: Request, view: View) -> str:
    """A script that prints both explanations as the JSON that the compare page saves, and writes
    the picture of both to a file.

    The settings of both are the same there; `view` is that of the first.
    """
    if first.model == second.model:
        models = {first.model: "model"}
    else:
        models = {first.model: "model1", second.model: "model2"}
    loads = "".join(f"{name} = {_load_call(model)}\n" for model, name in models.items())
    calls = "".join(
        f"{name} = {_call(request, models[request.model])}"
        for name, request in (("first", first), ("second", second))
    )
    drawing = ["first", "second", f"sentences={(first.text, second.text)!r}"]
    drawing += _changed(view, View(), PAIR_DRAWN)
    given = "".join(f"    {argument},\n" for argument in drawing)
    return (
        "import json\n"
        "from pathlib import Path\n"
        "\n"
        f"{_imports(first)}"
        "from explainer.figures import pattern_pair_svg\n"
        "\n"
        f"{loads}{calls}"
        'both = {"first": first.to_dict(), "second": second.to_dict()}\n'
        "print(json.dumps(both, indent=1, ensure_ascii=False))\n"
        f"svg = pattern_pair_svg(\n{given})\n"
        'Path("comparison.svg").write_text(svg, encoding="utf-8")\n'
    )


def matrix_snippet(request: Request, view: SimilarityView) -> str:
    """A script that prints two texts word by word as the JSON that the page saves, and writes the
    picture that the page shows to a file."""
    drawing = ["matrix", *_changed(view, SimilarityView(), MATRIX_DRAWN)]
    call = _of_both(request, "similarity_matrix")
    return _printed("matrix", call, f"similarity_svg({', '.join(drawing)})", "word-by-word.svg")


def paths_snippet(request: Request, paths: SimilarityPaths, view: View) -> str:
    """The same of the ways of a pair."""
    tokens = (list(paths.first_tokens), list(paths.second_tokens))
    drawing = ["paths", *_changed(view, View(), WAYS_DRAWN)]
    call = _of_both(request, "similarity_paths", *map(str, tokens))
    return _printed("paths", call, f"similarity_paths_svg({', '.join(drawing)})", "pair.svg")


def words_snippet(request: Request, sentences: tuple[str, str], view: View) -> str:
    """A script that prints two words' explanations, each in one of the `sentences`, as the JSON
    that the page saves, and writes the picture of both to a file."""
    asked = request.contrast
    arguments = [f"    {asked.correct!r},\n", f"    {asked.wrong!r},\n"]
    arguments += [] if asked.mask is None else [f"    mask={asked.mask},\n"]
    arguments += _settings(request)
    arguments += [] if request.words is None else [f"    words={request.words},\n"]
    drawing = ["found.correct", "found.wrong", f"sentences={sentences!r}"]
    drawing += _changed(view, View(), PAIR_DRAWN)
    given = "".join(f"    {argument},\n" for argument in drawing)
    changed = ["Settings"] if request.settings != Settings() else []
    return (
        "from pathlib import Path\n"
        "\n"
        f"from explainer import {', '.join([*changed, 'explain_words', 'load_model'])}\n"
        "from explainer.figures import pattern_pair_svg\n"
        "\n"
        f"found = explain_words(\n    {_load_call(request.model)},\n    {request.text!r},\n"
        f"{''.join(arguments)}    flow=True,\n)\n"
        "print(found.to_json(indent=1))\n"
        f"svg = pattern_pair_svg(\n{given})\n"
        'Path("words.svg").write_text(svg, encoding="utf-8")\n'
    )


def _of_both(request: Request, function: str, *more: str) -> tuple[str, str]:
    """The imports, and the call of a function of two texts."""
    names = sorted(
        [*(["Settings"] if request.settings != Settings() else []), "load_model", function]
    )
    arguments = (_load_call(request.model), repr(request.text), repr(request.pair), *more)
    given = [*(f"    {one},\n" for one in arguments), *_settings(request)]
    return ", ".join(names), f"{function}(\n{''.join(given)})\n"


def _printed(name: str, call: tuple[str, str], drawing: str, file: str) -> str:
    """A script that prints what a call gives as JSON, and writes its picture."""
    names, made = call
    return (
        "from pathlib import Path\n"
        "\n"
        f"from explainer import {names}\n"
        f"from explainer.figures import {drawing.partition('(')[0]}\n"
        "\n"
        f"{name} = {made}"
        f"print({name}.to_json(indent=1))\n"
        f"svg = {drawing}\n"
        f'Path("{file}").write_text(svg, encoding="utf-8")\n'
    )


def _load_call(model: str) -> str:
    """The call of `load_model` for a model as the pages name it."""
    name, pooling = parts(model)
    return f"load_model({name!r}{'' if pooling is None else f', pooling={pooling!r}'})"


def _imports(request: Request, *others: str) -> str:
    changed = ["Settings"] if request.settings != Settings() else []
    return f"from explainer import {', '.join([*others, *changed, 'explain', 'load_model'])}\n"


def _call(request: Request, model: str) -> str:
    """The call of `explain`, with what differs from its defaults."""
    asked = [field.name for field in fields(Contrast)]
    arguments = _pair(request)
    arguments += [f"    {given},\n" for given in _changed(request.contrast, Contrast(), asked)]
    arguments += _settings(request)
    if request.words is not None:
        arguments.append(f"    words={request.words},\n")
    return f"explain(\n    {model},\n    {request.text!r},\n{''.join(arguments)}    flow=True,\n)\n"


def _scores_call(request: Request, method: str) -> str:
    """The call of `word_scores`, with what differs from its defaults."""
    asked = [field.name for field in fields(Contrast)]
    contrast = ", ".join(_changed(request.contrast, Contrast(), asked))
    arguments = _pair(request)
    arguments += [f"    contrast=Contrast({contrast}),\n"] if contrast else []
    arguments += _settings(request)
    given = f"    model,\n    {request.text!r},\n    {method!r},\n{''.join(arguments)}"
    return f"word_scores(\n{given})\n"


def _pair(request: Request) -> list[str]:
    """The second text as an argument, where there is one."""
    return [] if request.pair is None else [f"    pair={request.pair!r},\n"]


def _settings(request: Request) -> list[str]:
    """The settings as an argument, where they are not the usual ones."""
    changed = [f"{name}={value!r}" for name, value in request.settings.changed.items()]
    return [f"    settings=Settings({', '.join(changed)}),\n"] if changed else []


def _changed(chosen: Chosen, default: Chosen, names: Sequence[str]) -> list[str]:
    """What is not the default, as keyword arguments."""
    return [
        f"{name}={value!r}"
        for name in names
        if (value := getattr(chosen, name)) != getattr(default, name)
    ]

"""The corpus page's picture as a few lines of Python."""

from __future__ import annotations

from explainer.app.corpus.choices import EXAMPLE, RUN
from explainer.app.corpus.sources import Known
from explainer.app.corpus.state import LINKED
from explainer.corpus.common import Chosen
from explainer.tasks import TASKS

EXAMPLE_TASK, EXAMPLE_ROWS = "sva-obj", 120


def snippet(known: Known, chosen: Chosen, share: int) -> str:
    """A script that explains the sentences, where that is still to be done, and draws them."""
    of = LINKED.get().of
    names, how = ["common_pattern"], ""
    changed = [f"{name}={value!r}" for name, value in known.settings.changed.items()]
    if of.startswith(RUN):
        names += ["Corpus"]
        how = f"corpus = Corpus.open({of.removeprefix(RUN)!r})\n"
    else:
        names += ["run_corpus", *(["Settings"] if changed else [])]
        source = "'sentences.csv'"
        if of in TASKS or of == EXAMPLE:
            names += ["TaskSource"]
            task, n = (of, LINKED.get().n) if of in TASKS else (EXAMPLE_TASK, EXAMPLE_ROWS)
            source = f"TaskSource({task!r}, {n})"
        given = [repr(known.model), source, "'corpus'"]
        given += [f"settings=Settings({', '.join(changed)})"] if changed else []
        arguments = "".join(f"    {argument},\n" for argument in given)
        how = f"corpus = run_corpus(\n{arguments})\n"
    which = [
        f"{name}={value!r}"
        for name in ("group", "right", "word")
        if (value := getattr(chosen, name)) is not None
    ]
    return (
        "from pathlib import Path\n"
        "\n"
        f"from explainer import {', '.join(sorted(names))}\n"
        "from explainer.figures import common_svg\n"
        "\n"
        f"{how}"
        f"common = common_pattern({', '.join(['corpus', *which])})\n"
        f"svg = common_svg(common, threshold={share / 100!r})\n"
        'Path("common.svg").write_text(svg, encoding="utf-8")\n'
    )

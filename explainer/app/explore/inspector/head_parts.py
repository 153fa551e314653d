"""How the head of the selected step carries it: by its value, its key and its query."""

from __future__ import annotations

from html import escape

import streamlit as st

from explainer import Explanation
from explainer.app.widgets.glossary import words
from explainer.app.widgets.head_parts import named, says_parts
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import short_amount
from explainer.figures.canvas import wording
from explainer.results.step import Step


def head_parts(explanation: Explanation, step: Step) -> None:
    """A small bar, a sentence and how to read it; nothing for a skip."""
    if step.parts is None:
        return
    said = says_parts(explanation, step.edge, step.parts)
    st.html(parts_bar(named(step.edge, step.parts), said))
    meaning = words("value, key and query", "attention")
    st.markdown(plain(said), help=f"{plain(_how_to_read(explanation, step))}\n\n{meaning}")


def parts_bar(values: dict[str, float], said: str) -> str:
    """Every part by name, in the unit of Q, as HTML: a bar for it to the right of a line or, where
    it is below 0, to its left, and under the bars its name and number. `said` is for who cannot see
    it.

    No Plotly figure: a browser would draw a second one with every new sentence.
    """
    total = sum(map(abs, values.values())) or 1.0
    below = [name for name, value in values.items() if value < 0]
    above = [name for name in values if name not in below]

    def bar(name: str) -> str:
        return f'<i class="{_look(name, values)}" style="width:{_share(values[name], total)}"></i>'

    bars = "".join(map(bar, reversed(below))) + "<b></b>" + "".join(map(bar, above))
    names = "".join(
        f'<span><i class="{_look(name, values)}"></i>{name} {escape(short_amount(value, 3))}</span>'
        for name, value in values.items()
    )
    return (
        f'<div class="ipe-parts" role="img" aria-label="{escape(said)}">'
        f"<div>{bars}</div><p>{names}</p></div>"
    )


def _look(name: str, values: dict[str, float]) -> str:
    return f"ipe-part-{name} ipe-part-{'against' if values[name] < 0 else 'for'}"


def _share(value: float, total: float) -> str:
    return f"{100 * abs(value) / total:.2f}%"


def _how_to_read(explanation: Explanation, step: Step) -> str:
    edge = step.edge
    source, target = (wording.name(explanation, at) for at in (edge.source, edge.target))
    itself = edge.source == edge.target
    looks = f" Query: “{source}” itself looks elsewhere." if itself else ""
    return (
        f"How to read it: influence comes to “{source}” as a change of what it says. Value: "
        f"{'the head passes the change on' if itself else f'“{target}” takes the change over'}. "
        f"Key: the change draws more attention to “{source}”, or less; either can be for the "
        f"answer or against it.{looks} What is left of the line is below 0."
    )

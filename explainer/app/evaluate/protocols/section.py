"""The section about protocols, the same for each of them: its question, the verdict on what is
claimed, two figures, all numbers, and the command that makes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from explainer import ExplainerError
from explainer.app.evaluate.asking import Asked, asking_row, run_row, status
from explainer.app.evaluate.choices import OF, Inquiry
from explainer.app.evaluate.figures import ICONS
from explainer.app.evaluate.protocols import live
from explainer.app.evaluate.protocols.figures import draw, measures_of, protocol_figures
from explainer.app.evaluate.protocols.found import REDRAWN, Found, stored
from explainer.app.evaluate.protocols.live import ProtocolMeasurement
from explainer.app.evaluate.snippet import protocol_command
from explainer.app.evaluate.state import INQUIRY, LINKED, QUESTION
from explainer.app.widgets import running as runs
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.frame.viewport import column_width, columns
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.saving.files import File, save_button, save_files
from explainer.evaluation.evidence.protocols.claims import judged
from explainer.evaluation.evidence.protocols.grid import Grid, conditions, grid, standing
from explainer.evaluation.evidence.protocols.measured import unit_of
from explainer.evaluation.evidence.protocols.report import READING
from explainer.evaluation.evidence.verdicts import Verdict
from explainer.evaluation.protocols.condition import INSTEAD, Condition
from explainer.evaluation.protocols.paths import EVERY
from explainer.evaluation.protocols.protocol import Protocol
from explainer.evaluation.protocols.table import PROTOCOLS

OF_NAMES = {"edge": "An edge", "node": "A head at its node"}
IN_ITS_PLACE = (
    "What stands in the place of what is cut or erased, the fairest first: the other sentence of "
    "the minimal pair gives what the model knows. Zero, the paper’s choice, lies off the data."
)
MEASURED = {
    "words": "Comprehensiveness: how much less probable the right answer is without the strongest "
    "words; sufficiency: with them alone. The controller is the word that the answer depends on.",
    "paths": "Faithfulness: 100 % where all is left of what the sentence does to the answer, 0 % "
    "where nothing is. More than 100 % is no better.",
    "edges": "Within a sentence, how influence goes with what cutting does: by order (rank "
    "correlation), in proportion (linear correlation), by size or with its sign.",
    "sanity": "How much of a word’s pattern is found again: its nodes between start and end, or "
    "its steps with their heads and skips; and whether the order of influence g stays.",
}
"""What the measures of a protocol are."""
FEW = (
    "To measure now. Of all tasks: so many together. Fewer than ten different nouns are too few "
    "for an interval."
)


def protocol_section(width: float) -> None:
    """Controls, the way to measure, and what is found."""
    asked = asking_row("few", FEW)
    if asked is None:
        return
    st.segmented_control(
        "Protocol",
        list(PROTOCOLS),
        required=True,
        label_visibility="collapsed",
        format_func=lambda name: PROTOCOLS[name].label,
        **INQUIRY.bound("protocol", "default"),
    )
    inquiry = LINKED.get()

    def start() -> None:
        settings = QUESTION.choices().settings
        about = asked.model, asked.task, LINKED.get().few, LINKED.get().protocol
        live.start(*about, settings, asked.upload)

    running = _measurement(asked, inquiry.protocol)
    run_row(asked, running, live.KEPT, start)
    protocol = PROTOCOLS[inquiry.protocol]
    known = _known(asked, inquiry.protocol)
    measured = None if running is None or running.running else running.results()
    found = _chosen(known, measured, inquiry)
    _say(asked, running, known, found)
    control = measured is None and known.redrawn is not None
    st.subheader(_typeset(protocol.asks), anchor=False)
    if found is None:
        st.caption(_typeset(protocol.control))
        return
    _shown(protocol, found, control, width)


def _measurement(asked: Asked, protocol: str) -> ProtocolMeasurement | None:
    """The session's run, if it is of this model, task and protocol; another one is stopped."""
    found = runs.kept(live.KEPT)
    if not isinstance(found, ProtocolMeasurement):
        return None
    if (found.model, found.task, found.protocol) == (asked.model, asked.task, protocol):
        return found
    found.running = False
    return None


@dataclass(frozen=True)
class _Known:
    """The project's `own` results, and those with weights drawn anew; not `readable` where the
    files are damaged."""

    own: Found | None
    redrawn: Found | None
    readable: bool


def _known(asked: Asked, protocol: str) -> _Known:
    """What is stored of what is asked for; what cannot be read is said on the page."""
    try:
        every = stored()
    except ExplainerError as error:
        show_error(error, asked.messages)
        return _Known(None, None, readable=False)
    own = every.of(asked.model, asked.task, protocol)
    control = None if own is None else every.of(f"{REDRAWN}{asked.model}", asked.task, protocol)
    return _Known(own, control, readable=True)


def _chosen(known: _Known, measured: Found | None, inquiry: Inquiry) -> Found | None:
    """What is shown: measured just now, else stored, with weights drawn anew where that is on."""
    if measured is not None:
        return measured
    return known.redrawn if known.redrawn is not None and inquiry.redrawn else known.own


def _say(
    asked: Asked, running: ProtocolMeasurement | None, known: _Known, shown: Found | None
) -> None:
    """Where what is shown comes from, or what to do where nothing is."""
    if running is not None and not running.running:
        said = None if shown is None else shown.said
        both = known.own is not None and shown not in (known.own, known.redrawn)
        status(running, said, live.KEPT, asked.messages, both)
    elif shown is not None:
        asked.messages.caption(plain(shown.said))
    elif running is None and known.readable:
        asked.messages.info("There are no results of this model yet: measure now.")


def _shown(protocol: Protocol, found: Found, control: bool, width: float) -> None:
    """The verdict first, then what it rests on."""
    said, why = st.empty(), st.empty()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure, condition = _choices(protocol, found)
        if control:
            st.toggle(
                "Weights drawn anew",
                help="A control: the same of a model in which every weight is drawn at random, so "
                "that what is left is no sign of anything learnt.",
                **INQUIRY.bound("redrawn"),
            )
        _save(protocol, found)
    if not measure:
        said.info("No sentence has a number yet.")
        return
    verdict = _verdict(found.rows, measure, condition)
    if verdict is not None:
        word = f"{ICONS[verdict.word]} **{verdict.word.capitalize()}**"
        said.markdown(f"{word}: {_typeset(f'{verdict.test}. {verdict.why}')}")
    why.caption(_typeset(protocol.control))
    figures = protocol_figures(protocol, found, measure, condition, column_width(width))
    for number, (place, figure) in enumerate(zip(columns(width), figures, strict=False)):
        with place:
            draw(f"protocol_{number}", figure)
    with st.expander("All measures in numbers"):
        _numbers(found.rows, condition)
    st.caption("These numbers are made by")
    st.code(_command(protocol, found), language="bash", wrap_lines=True)


def _choices(protocol: Protocol, found: Found) -> tuple[str, Condition]:
    """Which measure is shown, and under which condition."""
    inquiry, known = LINKED.get(), measures_of(protocol, found)
    if not known:
        return "", Condition()
    measure = inquiry.measured if inquiry.measured in known else known[0]
    if inquiry.measured not in ("", measure):
        LINKED.show(replace(LINKED.shown(), measured=""))
    change = INQUIRY.change
    st.selectbox(
        "Measured by",
        width=230,
        help=MEASURED[protocol.name],
        format_func=lambda name: protocol.quantities[name].of(unit_of(found.rows)).short,
        **INQUIRY.show_option("measured", known, measure, lambda name: change(measured=name)),
    )
    if protocol.changes:
        return measure, Condition()
    there = conditions(found.rows)
    of = EVERY if protocol.name == "paths" else ""
    if protocol.name == "edges":
        of = inquiry.of
        st.segmented_control(
            "What is cut",
            OF,
            required=True,
            format_func=OF_NAMES.__getitem__,
            **INQUIRY.bound("of", "default"),
        )
    instead = [one.instead for one in there if one.of == of and one.instead]
    if not instead:
        return measure, Condition(of)
    chosen = inquiry.instead if inquiry.instead in instead else instead[0]
    if chosen != inquiry.instead:
        LINKED.show(replace(LINKED.shown(), instead=chosen))
    st.selectbox(
        "In its place",
        width=230,
        help=IN_ITS_PLACE,
        format_func=lambda name: INSTEAD[name].replace("'", "’"),
        **INQUIRY.show_option("instead", instead, chosen, lambda name: change(instead=name)),
    )
    return measure, Condition(of, chosen)


def _verdict(rows: pd.DataFrame, measure: str, condition: Condition) -> Verdict | None:
    """On what is claimed of the measure; where nothing is, on the protocol's first claim."""
    found = dict(judged(rows, condition))
    return found.get(measure, next(iter(found.values()), None))


def numbers_table(found: Grid) -> str:
    """The grid as a table that scrolls by itself where the page is narrow, by keyboard too."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in found.heads)
    rows = "".join(
        f'<tr><th scope="row">{escape(found.label(method))}</th>'
        + "".join(f"<td>{_cell(found, method, measure)}</td>" for measure in found.measures)
        + "</tr>"
        for method in found.methods
    )
    return (
        '<div class="ipe-numbers" tabindex="0" role="region" aria-label="All measures in numbers">'
        f"<table><tr>{head}</tr>{rows}</table></div>"
    )


def _cell(found: Grid, method: str, measure: str) -> str:
    said = escape(found.cells.get((method, measure), "–"))
    if method in found.best.get(measure, ()):
        return f"<b>{said}</b>"
    return f"{said} ★" if method in found.level.get(measure, ()) else said


def _typeset(said: str) -> str:
    """Text for the page, with the apostrophe of print."""
    return plain(said.replace("'", "’"))


def _numbers(rows: pd.DataFrame, condition: Condition) -> None:
    """Every method by every measure."""
    found = grid(rows, condition)
    stands = standing(found)
    if stands is not None:
        st.markdown(plain(stands))
    st.html(numbers_table(found))
    st.caption(plain(" ".join((READING, *(f"{note}." for note in found.notes)))))


def _command(protocol: Protocol, found: Found) -> str:
    model = str(found.rows["model"].iloc[0])
    return protocol_command(model, found.tasks, found.n, protocol.name, found.settings)


def _save(protocol: Protocol, found: Found) -> None:
    """The numbers as files, and the command."""
    with save_button() as is_open:
        if is_open:
            tables = {protocol.name: found.rows}
            if len(found.points):
                tables[f"{protocol.name}-cuts"] = found.points
            files = (
                File(
                    f"{name.capitalize()} (CSV)",
                    f"{name}.csv",
                    "text/csv",
                    partial(table.to_csv, index=False),
                )
                for name, table in tables.items()
            )
            save_files(files, _command(protocol, found), "bash")

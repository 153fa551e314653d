"""Which model is asked, and with which settings of the computation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from explainer.app import compute
from explainer.app.compute.request import FIRST
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.state.pooled import named
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import plain
from explainer.base.quote import listed
from explainer.models.loading.offer import offered
from explainer.models.model import Model
from explainer.models.presets import NOT_STATED, Listing
from explainer.question.pair import takes_pair
from explainer.results.settings import BASELINES, MAX_POINTS, RULES, SEARCHES, fewest_points

TOLERANCES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
SEARCH_NAMES = {"joint": "all at once (joint)", "staged": "nodes first (staged)"}
BASELINE_NAMES = {"mask": "[MASK] at every place", "zero": "zero vector", "pad": "[PAD]"}


TASK_NAMES = {
    "masked-lm": "masked LM",
    "classification": "classifier",
    "tagging": "tagger",
    "question-answering": "question answering",
    "similarity": "sentence encoder",
}
OWN_MODEL = (
    "From the list, or a folder or Hugging Face id of your own BERT: type it. What is to be "
    "downloaded comes from the Hugging Face Hub, once."
)


def model_field(on: Editor[Choices], *, in_row: bool = False) -> None:
    """The model by name, folder or hub id; the list says what each is, and where.

    On a server that offers a few it says so, in a row of fields (`in_row`) in its help alone; and
    where these are the built-in ones, nothing can be typed.
    """
    offer = offered()
    listed = {listing.name: listing for listing in compute.listings()}
    current = on.choices().model
    options = [*listed] if current in listed else [current, *listed]
    st.selectbox(
        "Model",
        accept_new_options=offer.any or bool(offer.folders),
        format_func=lambda name: model_label(listed[name]) if name in listed else named(name),
        help=OWN_MODEL if offer.any else f"This server offers its {offer.said}.",
        **on.show_option("model", options, current, partial(_model_changed, on)),
    )
    if not (offer.any or in_row):
        st.caption(f"This server offers its {offer.said}.")


def model_label(listing: Listing) -> str:
    """A model of the list: its name, task and layers, its MB, and the licence of what is to be
    downloaded. Its heads and width are told once it is chosen (`kind_note`)."""
    layers, megabytes = listing.size.split(" × ")[0], listing.size.split(", ")[-1]
    licence = listing.licence or f"licence {NOT_STATED}"
    where = f"to download, {licence}" if listing.kind == "preset" else "on this machine"
    task = TASK_NAMES.get(listing.task, listing.task)
    return f"{listing.name} · {task}, {layers} · {megabytes} {where}"


def kind_note(loaded: Model) -> str:
    """What a model is and what can be asked of it, in Markdown."""
    info = loaded.info
    size = f"{info.layers} layers × {info.heads} heads × {info.d_model}"
    if info.task == "masked-lm":
        return f"A masked LM, {size}: asked is one word at [MASK] against another."
    if info.task == "question-answering":
        return (
            f"A model for question answering, {size}: asked is an answer in the passage, which is "
            "the second text, against another or none."
        )
    if loaded.pooling is not None:
        return f"A sentence encoder, {size}: asked is how near a second text is in meaning."
    names = listed(loaded.labels, most=6)
    if info.task == "tagging":
        return f"A tagger, {size}: asked is the tag of a word against another ({plain(names)})."
    both = "It reads one text, or two together." if takes_pair(loaded) else "It reads one text."
    if info.head == "values":
        many = "its value" if len(loaded.labels) == 1 else f"one of its values ({plain(names)})"
        return f"A model that gives numbers, {size}: asked is {many}. {both}"
    asked = "against another" if info.head == "choice" else "by itself, or against another"
    return f"A classifier, {size}: asked is a class {asked} ({plain(names)}). {both}"


def _model_changed(on: Editor[Choices], name: str | None) -> None:
    if name and name.strip():
        on.put(replace(on.choices().unselected, model=name.strip()))


def settings_popover(on: Editor[Choices], *, follows: bool = False, quiet: bool = False) -> None:
    """How the path is sampled, and where the page `follows` words, which; behind one button.

    A `quiet` one stands in a line of text.
    """
    with st.popover(
        "Settings",
        icon=":material/tune:",
        type="tertiary" if quiet else "secondary",
        width="content" if quiet else "stretch",
        key="settings",
    ):
        chosen = on.choices()
        left, right = st.columns(2)
        adaptive = chosen.rule == "adaptive"
        left.number_input(
            "Points at most" if adaptive else "Points on the path",
            fewest_points(chosen.rule),
            MAX_POINTS,
            help=f"{words('points', 'completeness gap')}\n\nMore points make the gap smaller and "
            "take longer.",
            **on.show("points", chosen.settings.points, lambda points: on.change(points=points)),
        )
        right.selectbox(
            "Rule",
            help="How the points lie and weigh: adaptive adds them where they are needed, until "
            "the completeness gap is small enough; riemann is what the paper's code does.",
            **on.show_option("rule", RULES, chosen.rule, partial(_rule_changed, on)),
        )
        if adaptive:
            st.select_slider(
                "Gap at most, as a share of Q(x) − Q(b)",
                sorted({*TOLERANCES, chosen.tolerance}),
                format_func=lambda share: f"{100 * share:g} %",
                **on.bound("tolerance"),
            )
        left.selectbox(
            "Baseline",
            format_func=BASELINE_NAMES.__getitem__,
            help=words("baseline"),
            **on.bound_option("baseline", BASELINES),
        )
        right.number_input(
            "Patterns kept (top k)",
            1,
            50,
            help=f"How many each word has at most, of different nodes.\n\n{words('pattern')}",
            **on.show("top_k", min(50, chosen.top_k), lambda k: on.change(top_k=k)),
        )
        left.selectbox(
            "Search",
            format_func=SEARCH_NAMES.__getitem__,
            help=f"{words('search')}\n\nJoint finds stronger patterns.",
            **on.bound_option("search", SEARCHES),
        )
        right.number_input(
            "Followed (beam)",
            1,
            50,
            disabled=chosen.search == "staged",
            help=f"{words('beam')}\n\nMore find stronger ones and take longer.",
            **on.show("beam", min(50, chosen.beam), lambda width: on.change(beam=width)),
        )
        st.toggle(
            "[CLS] and [SEP] keep their embedding in the baseline", **on.bound("keep_special")
        )
        if follows:
            st.toggle(
                f"Follow all words, and not only the strongest {FIRST}",
                help=words("followed"),
                **on.bound("all_words"),
            )


def _rule_changed(on: Editor[Choices], rule: str) -> None:
    on.change(rule=rule, points=None)  # what is usual of one rule is not of another

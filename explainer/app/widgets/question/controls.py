"""The widgets: model, contrast, settings of the computation, and what the graph shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from explainer import ExplainerError, Prediction
from explainer.app.compute import calls as compute
from explainer.app.explore import state
from explainer.app.state.choices import Choices
from explainer.app.state.editor import UNSET, Editor
from explainer.app.widgets.markdown import plain
from explainer.figures import LEVELS, OVERLAYS
from explainer.models.model import Model
from explainer.question.contrast import contrast_id
from explainer.question.labels import asked_classes, class_number
from explainer.question.sentence import read_sentence
from explainer.results.settings import BASELINES, MAX_POINTS, RULES

LEVEL_NAMES = {"attention": "Heads and skips", "embedding": "Nodes"}
OVERLAY_NAMES = {"none": "None", "skip": "Skip", "heads": "Heads", "both": "Both"}
BASELINE_NAMES = {"mask": "[MASK] at every place", "zero": "zero vector", "pad": "[PAD]"}


def model_field(on: Editor = state.EDITOR) -> None:
    """The model by name, folder or hub id."""
    listed = [listing.name for listing in compute.listings()]
    current = on.choices().model
    options = listed if current in listed else [current, *listed]
    st.selectbox(
        "Model",
        accept_new_options=True,
        help="A name from the list, or a folder or Hugging Face id of your own BERT: type it.",
        **on.show_option("model", options, current, partial(_model_changed, on)),
    )


def _model_changed(on: Editor, name: str | None) -> None:
    if name and name.strip():
        on.put(replace(on.choices().unselected, model=name.strip(), label=None, other=None))


def word_contrast(
    loaded: Model, predicted: tuple[Prediction, ...], on: Editor = state.EDITOR
) -> None:
    """The word to explain and its rival, from the top predictions or typed."""
    chosen = on.choices()
    likely = [p.asked for p in predicted if p.asked is not None]
    own = _own_choice(loaded, chosen, predicted)
    for name, label, column in zip(
        ("correct", "wrong"),
        ("Why this word", "rather than"),
        st.columns(2, gap="small"),
        strict=True,
    ):
        value = getattr(chosen, name)
        # No probabilities in the labels: where typed words are allowed, Streamlit hands back a
        # label that the next sentence has changed as if somebody had typed it.
        column.selectbox(
            f"{label} · {plain(own[name])}" if name in own else label,
            format_func=partial(_or_unset, "the model’s choice"),
            accept_new_options=True,
            **on.show_option(name, _with(value, likely), value, partial(_word_changed, on, name)),
        )


def _own_choice(
    loaded: Model, chosen: Choices, predicted: tuple[Prediction, ...]
) -> dict[str, str]:
    """What the model takes where no word is chosen: its best predictions that are still free."""
    given = {name: getattr(chosen, name) for name in ("correct", "wrong")}
    taken = {_number(loaded, chosen.text, word) for word in given.values() if word is not None}
    free = [p.word for p in predicted if p.asked is not None and p.id not in taken]
    empty = [name for name, word in given.items() if word is None]
    return dict(zip(empty, free, strict=False))


def _number(loaded: Model, text: str, word: str) -> int | None:
    """The token that a word is in the sentence; what is wrong with either is said elsewhere."""
    try:
        return contrast_id(loaded, read_sentence(loaded, text), word)
    except ExplainerError:
        return None


def _word_changed(on: Editor, name: str, word: str | None) -> None:
    word = word.strip() if word else None
    on.put(on.choices().unselected)
    on.change(**{name: word or None})


def class_contrast(loaded: Model, on: Editor = state.EDITOR) -> None:
    """The class to explain and its rival."""
    if loaded.info.head != "choice":
        rest = "nothing"
    else:
        rest = "all others" if len(loaded.labels) != 2 else "the other one"
    classes = asked_classes(loaded)
    for name, label, unset, column in zip(
        ("label", "other"),
        ("Why this class", "rather than"),
        ("the model’s prediction", rest),
        st.columns(2, gap="small"),
        strict=True,
    ):
        value = _class_option(loaded, classes, getattr(on.choices(), name))
        column.selectbox(
            label,
            format_func=partial(_or_unset, unset),
            **on.show_option(name, _with(value, classes), value, partial(_word_changed, on, name)),
        )


def _class_option(loaded: Model, classes: Sequence[str], label: str | None) -> str | None:
    """The option for a label that a link may name by its number or in another case."""
    if label is None:
        return None
    try:
        return classes[class_number(loaded, label)]
    except ExplainerError:
        return label


def _or_unset(unset: str, option: str) -> str:
    return unset if option == UNSET else option


def _with(value: str | None, options: Sequence[str]) -> list[str]:
    """No choice, the options, and a value that is neither (what is wrong with it is said above)."""
    found = [UNSET, *options]
    return found if value is None or value in found else [*found, value]


def settings_popover(on: Editor = state.EDITOR) -> None:
    """How the path is sampled, behind one button."""
    with st.popover("Settings", icon=":material/tune:", width="stretch", key="settings"):
        chosen = on.choices()
        left, right = st.columns(2)
        fewest = 2 if chosen.rule in ("trapezoid", "riemann") else 1
        left.number_input(
            "Points on the path",
            fewest,
            MAX_POINTS,
            help="More points make the completeness gap smaller and take longer.",
            **on.bound("points"),
        )
        right.selectbox(
            "Rule",
            help="How the points lie and weigh; riemann is what the paper's code does.",
            **on.show_option("rule", RULES, chosen.rule, partial(_rule_changed, on)),
        )
        left.selectbox(
            "Baseline",
            format_func=BASELINE_NAMES.__getitem__,
            help="The empty input that the path starts from.",
            **on.bound_option("baseline", BASELINES),
        )
        right.number_input(
            "Patterns kept (top k)",
            1,
            50,
            help="How many partial patterns are followed per word; 1 is the paper's greedy search.",
            **on.show("top_k", min(50, chosen.top_k), lambda k: on.change(top_k=k)),
        )
        st.toggle(
            "[CLS] and [SEP] keep their embedding in the baseline", **on.bound("keep_special")
        )


def _rule_changed(on: Editor, rule: str) -> None:
    points = on.choices().points
    on.change(rule=rule, points=max(2, points) if rule in ("trapezoid", "riemann") else points)


def drawing_controls(on: Editor = state.EDITOR) -> None:
    """Level, overlay and minimum share, for one graph or for several."""
    st.segmented_control(
        "Path through",
        LEVELS[::-1],
        required=True,
        format_func=LEVEL_NAMES.__getitem__,
        help="Heads and skips: which head or skip connection carries each step. "
        "Nodes: which hidden states, whatever carries it there.",
        **on.bound("level", "default"),
    )
    st.segmented_control(
        "All influence behind",
        OVERLAYS,
        required=True,
        format_func=OVERLAY_NAMES.__getitem__,
        help="Pale bands: everything that flows, not only the patterns.",
        **on.bound("overlay", "default"),
    )
    st.slider(
        "Hide words below",
        0,
        50,
        format="%d %%",
        width=180,
        help="A word's share of all influence, Σ|g|.",
        **on.bound("share"),
    )


def row_options() -> None:
    """What the rows of the graph, the bars and the table are, behind one button."""
    with st.popover("Rows", icon=":material/table_rows:", key="rows"):
        st.toggle(
            "Merge word pieces",
            help="One row for each word: its bar and what flows are the exact sums over its "
            "pieces. Pieces that take the same way are drawn as one line, others side by side.",
            **state.bound("merge"),
        )
        st.toggle(
            "[CLS], [SEP] and [MASK] among the words",
            help="Turn it off to see the bars, lines and table of real words only. The rows stay: "
            "other words’ influence may pass there.",
            **state.bound("special"),
        )

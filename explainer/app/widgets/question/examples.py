"""The example sentences, from `assets/examples.json`, and the list to choose one from."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache

import streamlit as st

from explainer.app import compute
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question.typing_box import hidden_word
from explainer.base import assets


@dataclass(frozen=True)
class Example:
    """A sentence for a built-in model, with its contrast where it has one."""

    group: str
    model: str
    text: str
    correct: str | None
    wrong: str | None


@cache
def examples() -> tuple[Example, ...]:
    """All examples, in the order of the file."""
    return tuple(
        Example(
            group["group"], group["model"], item["text"], item.get("correct"), item.get("wrong")
        )
        for group in json.loads(assets.EXAMPLES.read_text(encoding="utf-8"))
        for item in group["items"]
    )


def example_list(on: Editor[Choices]) -> None:
    """All examples that a model can read, each a button."""
    known = {listing.name for listing in compute.listings() if listing.kind == "built-in"}
    group = None
    for number, example in enumerate(examples()):
        # Any masked LM can read the examples of another one; a classifier cannot.
        if example.model not in known and example.correct is None:
            continue
        if example.group != group:
            group = example.group
            st.caption(group)
        st.button(
            plain(example.text),
            key=f"example_{number}",
            type="tertiary",
            on_click=_choose_example,
            args=(on, example, example.model in known),
        )


def _choose_example(on: Editor[Choices], example: Example, with_model: bool) -> None:
    st.session_state.pop(hidden_word(on), None)
    chosen = replace(
        on.choices().unselected,
        text=example.text,
        pair=None,
        correct=example.correct,
        wrong=example.wrong,
        label=None,
        other=None,
        mask=None,
    )
    on.put(replace(chosen, model=example.model) if with_model else chosen)

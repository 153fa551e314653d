"""The minimal pairs to start from, from `assets/pairs.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache

import streamlit as st

from explainer.app import compute
from explainer.app.compare.choices import QUESTION, Pair
from explainer.app.compare.state import LINKED
from explainer.app.state.choices import Choices
from explainer.app.widgets.markdown import plain
from explainer.base import assets


@dataclass(frozen=True)
class Preset:
    """Two texts for one built-in model, each with its contrast where it has one; the same for both,
    unless the two questions are what is compared."""

    group: str
    model: str
    first: Choices
    second: Choices

    def applied(self, pair: Pair, with_model: bool) -> Pair:
        """The pair with these texts, and with their model unless another one can read them."""
        pair = pair.asked(apart=True)
        for side in ("first", "second"):
            own = getattr(self, side)
            kept = replace(own, model=self.model if with_model else getattr(pair, side).model)
            pair = pair.with_side(side, kept)
        alike = all(getattr(pair.first, name) == getattr(pair.second, name) for name in QUESTION)
        return pair.asked(apart=not alike).selecting(None, None)


@cache
def presets() -> tuple[Preset, ...]:
    """All pairs, in the order of the file."""
    return tuple(
        Preset(group["group"], item["model"], *(_choices(item[s]) for s in ("first", "second")))
        for group in json.loads(assets.PAIRS.read_text(encoding="utf-8"))
        for item in group["items"]
    )


def _choices(item: dict[str, str]) -> Choices:
    return Choices(text=item["text"], correct=item.get("correct"), wrong=item.get("wrong"))


def preset_popover() -> None:
    """The list of pairs behind one button."""
    known = {listing.name for listing in compute.listings() if listing.kind == "built-in"}
    popover = st.popover("Minimal pairs", icon=":material/menu_book:", key="pairs")
    with popover.container(gap="xxsmall"):
        group = None
        for number, preset in enumerate(presets()):
            # Any masked LM can read the pairs of another one; a classifier cannot.
            if preset.model not in known and preset.first.correct is None:
                continue
            if preset.group != group:
                group = preset.group
                st.caption(group)
            st.button(
                _label(preset),
                key=f"pair_{number}",
                type="tertiary",
                on_click=_choose,
                args=(preset, preset.model in known),
            )


def _label(preset: Preset) -> str:
    if preset.first.text == preset.second.text:
        asked = (f"{side.correct} or {side.wrong}" for side in (preset.first, preset.second))
        return plain(f"{preset.first.text} ({', '.join(asked)})")
    return f"{plain(preset.first.text)} / {plain(preset.second.text)}"


def _choose(preset: Preset, with_model: bool) -> None:
    LINKED.put(preset.applied(LINKED.get(), with_model))

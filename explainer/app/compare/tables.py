"""The table of words: what each one's influence and way are on both sides, and what changes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explainer.app.compare.numbers import units_of
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.pair.rows import Shown
from explainer.figures.patterns.pairs.difference import token_name, way_difference
from explainer.figures.patterns.pairs.views import Pair
from explainer.figures.patterns.summary import short_route
from explainer.results.comparison import Aligned, Comparison, WordChange
from explainer.results.explanation import Explanation
from explainer.results.pattern import Pattern
from explainer.results.route import Level

MOST_ROWS = 14
HOW_TO_READ = "g is a word’s influence in {}. A way lists its steps, the same ones with ×."
CHANGES = (
    "Δ is the second less the first: of g, of what its nodes carry of it (Iₑ), and of what its "
    "heads and skips carry (Iₐ)."
)
NO_CHANGES = "So their numbers are not subtracted: compare the ways that influence takes."
DIFFER = (
    "Nodes: hidden states at which the two are at different words. "
    "Blocks: another head or skip connection carries the step."
)


def route_frame(comparison: Comparison, both: Pair, level: Level) -> pd.DataFrame:
    """One row per word, strongest first; influences in the unit of Q, and their changes where both
    are of one quantity."""
    routes = comparison.changes
    changes = {
        "change of g": [_g(route.second) - _g(route.first) for route in routes],
        "change of I_e": [route.difference("embedding") for route in routes],
        "change of I_a": [route.difference("attention") for route in routes],
    }
    return pd.DataFrame(
        {
            "word": [token_name(route.tokens, both) for route in routes],
            "g first": [_influence(route.first) for route in routes],
            "g second": [_influence(route.second) for route in routes],
            **(changes if comparison.unlike is None else {}),
            "ways differ": [way_difference(route, level) for route in routes],
            "way in the first": [_way(route.first, both[0], level) for route in routes],
            "way in the second": [_way(route.second, both[1], level) for route in routes],
        }
    )


def _influence(pattern: Pattern | None) -> float | None:
    return None if pattern is None else pattern.influence


def _g(pattern: Pattern | None) -> float:
    return _influence(pattern) or 0.0


def _way(pattern: Pattern | None, explanation: Explanation, level: Level) -> str:
    return "–" if pattern is None else short_route(explanation, pattern, level)


def route_table(shown: Shown, level: Level) -> None:
    """The table of words; choosing a row selects its word on both sides."""
    comparison, both = shown.comparison, shown.rows
    tokens = shown.selected()
    places = [route.tokens for route in comparison.changes]
    chosen = places.index(tokens) if tokens in places else None
    key = f"pair_table_{chosen}"

    def picked() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        shown.select(_at(comparison.changes, rows[0] if rows else None))

    number = st.column_config.NumberColumn
    text = st.column_config.TextColumn
    st.dataframe(
        route_frame(comparison, both, level),
        key=key,
        hide_index=True,
        placeholder="–",
        on_select=picked,
        selection_mode="single-row",
        selection_default={"selection": {"rows": [] if chosen is None else [chosen]}},
        height="content" if len(places) <= MOST_ROWS else 500,
        column_config={
            "word": text("word", width=130),
            "g first": number("g, first", format="%+.3f", width=72),
            "g second": number("g, second", format="%+.3f", width=78),
            "change of g": number("Δg", format="%+.3f", width=66),
            "change of I_e": number("ΔIₑ", format="%+.3f", width=66),
            "change of I_a": number("ΔIₐ", format="%+.3f", width=66),
            "ways differ": text("ways differ at", width=170),
            "way in the first": text("way, first", width=290),
            "way in the second": text("way, second", width=290),
        },
    )
    meanings = words("influence", "nodes", "heads and skips")
    st.caption(
        f"{HOW_TO_READ.format(units_of(both))} {no_changes(comparison) or CHANGES}",
        help=f"Where ways differ. {DIFFER}\n\n{meanings}",
    )


def no_changes(comparison: Comparison) -> str | None:
    """Why no numbers are subtracted, if they are not."""
    return None if comparison.unlike is None else plain(f"{comparison.unlike} {NO_CHANGES}")


def _at(routes: tuple[WordChange, ...], row: int | None) -> Aligned | None:
    return None if row is None or row >= len(routes) else routes[row].tokens

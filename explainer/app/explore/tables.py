"""The numbers behind the graph: every word's pattern, and every block's skip and head shares."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from explainer import Explanation
from explainer.app.explore.rows import Rows
from explainer.app.explore.selection import choose_word
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import counted
from explainer.figures.canvas import wording
from explainer.figures.patterns import bars
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.summary import short_route
from explainer.results.merged import token_at
from explainer.results.pattern import HeadParts, Pattern
from explainer.results.route import Level

MOST_ROWS = 14
FEW_ROWS = 6
HOW_TO_READ = (
    "How to read it: g is all of a word’s influence in {}, Iₑ the part along its line’s nodes, "
    "Iₐ the part that also takes its heads and skips. Choose a row to see its word alone."
)


def pattern_frame(drawn: Drawn) -> pd.DataFrame:
    """One row per word, strongest first; influences in the unit of Q, shares in per cent.

    A merged word's numbers are the sums over its pieces, its path the one that carries most; a word
    that was not followed has its influence alone.
    """
    explanation, listed, level = drawn.explanation, drawn.listed, drawn.view.level
    sums = bars.values(explanation, listed, drawn.alone)
    order = sorted(sums, key=lambda word: -abs(sums[word][0]))
    alone = frozenset(drawn.alone)

    def carried(word: int, level: int) -> float | None:
        return None if word in alone else sums[word][level]

    return pd.DataFrame(
        {
            "word": [wording.name(explanation, word) for word in order],
            "g": [sums[word][0] for word in order],
            "I_e": [carried(word, 1) for word in order],
            "I_a": [carried(word, 2) for word in order],
            "I_e / g": [_share(carried(word, 1), sums[word][0]) for word in order],
            "I_a / g": [_share(carried(word, 2), sums[word][0]) for word in order],
            "path": [_path(explanation, listed, word, level) for word in order],
        },
        index=order,
    )


def pattern_file(drawn: Drawn) -> pd.DataFrame:
    """The same as a file has it: each word with its position, and columns with their units."""
    frame = pattern_frame(drawn)
    tokens = drawn.explanation.tokens
    frame["word"] = [tokens[word] for word in frame.index]
    frame.insert(1, "position", [token_at(drawn.explanation, word) for word in frame.index])
    amounts = {name: f"{name} ({drawn.explanation.target.unit})" for name in ("g", "I_e", "I_a")}
    shares = {name: f"{name} (%)" for name in ("I_e / g", "I_a / g")}
    return frame.rename(columns=amounts | shares)


def step_frame(drawn: Drawn) -> pd.DataFrame:
    """One row per step of every pattern: what it carries after the step, and how; in the unit of Q.

    `from` and `to` are positions. Skips have no value, key and query.
    """
    tokens, at = drawn.explanation.tokens, partial(token_at, drawn.explanation)
    rows = [
        (
            *(pattern.token, at(pattern.source), edge.layer, at(edge.source), at(edge.target)),
            *(tokens[edge.source], tokens[edge.target], wording.carrier(edge.component), carried),
            *(parts or (None, None, None)),
        )
        for pattern in drawn.listed
        for edge, carried, parts in pattern.steps()
    ]
    named = ("word", "position", "block", "from", "to", "from_token", "to_token", "by", "carries")
    return pd.DataFrame(rows, columns=[*named, *HeadParts._fields])


def _share(part: float | None, whole: float) -> float | None:
    if part is None:
        return None
    return 100 * part / whole if whole else 0.0


def _path(explanation: Explanation, listed: Sequence[Pattern], word: int, level: Level) -> str:
    """The path that carries most of a word, and how many more there are."""
    own = [p for p in listed if p.source == word]
    if not own:
        return "not followed"
    path = short_route(explanation, max(own, key=lambda p: abs(p.value(level))), level)
    return path if len(own) == 1 else f"{path} (and {counted(len(own) - 1, 'more way')})"


def pattern_table(rows: Rows, drawn: Drawn) -> None:
    """The table of patterns; choosing a row selects its word."""
    frame = pattern_frame(drawn)
    sources = frame.index.tolist()
    selected = drawn.view.selected
    key = f"patterns_{selected}"
    number = st.column_config.NumberColumn

    def chosen() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        choose_word(rows, sources[picked[0]] if picked and picked[0] < len(sources) else None)

    st.caption(
        HOW_TO_READ.format(drawn.explanation.target.unit),
        help=words("influence", "nodes", "heads and skips"),
    )
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        placeholder="–",
        on_select=chosen,
        selection_mode="single-row",
        selection_default={
            "selection": {"rows": [sources.index(selected)] if selected in sources else []}
        },
        height="content" if len(sources) <= MOST_ROWS else 500,
        column_config={
            "word": st.column_config.TextColumn("word", width=120),
            "g": number("g", format="%+.3f", width=76),
            "I_e": number("Iₑ", format="%+.3f", width=76),
            "I_a": number("Iₐ", format="%+.3f", width=76),
            "I_e / g": number("Iₑ / g", format="%.0f %%", width=76),
            "I_a / g": number("Iₐ / g", format="%.0f %%", width=76),
            "path": st.column_config.TextColumn("path", width=520),
        },
    )


def passing_frame(
    explanation: Explanation, passing: Sequence[Pattern], level: Level
) -> pd.DataFrame:
    """One row per pattern; what it carries in the unit of Q, shares in per cent."""
    together = sum(abs(p.value(level)) for p in passing)
    return pd.DataFrame(
        {
            "word": [p.token for p in passing],
            "carries": [p.value(level) for p in passing],
            "of the word": [100 * p.share(level) for p in passing],
            "of all that pass": [
                100 * abs(p.value(level)) / together if together else 0.0 for p in passing
            ],
            "path": [short_route(explanation, p, level) for p in passing],
        }
    )


def passing_table(rows: Rows, drawn: Drawn) -> None:
    """The patterns that pass the selected node or step; choosing a row looks at its word alone."""
    explanation, view = drawn.explanation, drawn.view
    assert view.place is not None
    passing = [p for p in explanation.patterns if p.passes(view.place, view.level)]
    passing.sort(key=lambda p: -abs(p.value(view.level)))
    sources = [p.source for p in passing]
    key = f"passing_{hash((view.place, view.selected))}"
    number = st.column_config.NumberColumn

    def chosen() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        choose_word(rows, sources[picked[0]] if picked and picked[0] < len(sources) else None)

    st.caption(
        f"What passes through {plain(wording.place(explanation, view.place))}: choose a row to "
        "look at its word alone"
    )
    st.dataframe(
        passing_frame(explanation, passing, view.level),
        key=key,
        hide_index=True,
        on_select=chosen,
        selection_mode="single-row",
        selection_default={
            "selection": {
                "rows": [sources.index(view.selected)] if view.selected in sources else []
            }
        },
        height="content" if len(sources) <= FEW_ROWS else 240,
        column_config={
            "word": st.column_config.TextColumn("word", width=120),
            "carries": number(f"carries ({explanation.target.unit})", format="%+.3f", width=110),
            "of the word": number("of the word’s g", format="%.0f %%", width=110),
            "of all that pass": number("of all that pass", format="%.0f %%", width=110),
            "path": st.column_config.TextColumn("path", width=520),
        },
    )


def block_frame(explanation: Explanation) -> pd.DataFrame:
    """Skip's and the heads' shares of each block in per cent, and the strongest head's number."""
    flow = explanation.flow
    assert flow is not None
    shares = flow.skip_shares()
    return pd.DataFrame(
        {
            "block": range(len(shares)),
            "skip": 100 * shares,
            "heads": 100 * (1 - shares),
            "skip, signed": 100 * flow.signed_skip_shares(),
            "strongest head": flow.strongest_heads(),
        }
    )


def block_table(explanation: Explanation) -> None:
    """The table of blocks."""
    percent = st.column_config.NumberColumn(format="%.0f %%")
    st.dataframe(
        block_frame(explanation),
        hide_index=True,
        height="content",
        column_config=dict.fromkeys(("skip", "heads", "skip, signed"), percent),
    )

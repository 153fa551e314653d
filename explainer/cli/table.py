"""An explanation, and the list of models, as text tables for a terminal."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING

from explainer.base.checks import one_of
from explainer.base.numbers import MANY_DIGITS, counted, percent
from explainer.models.presets import NOT_STATED
from explainer.results.explanation import Explanation
from explainer.results.merged import has_pieces, token_at
from explainer.results.merged import merge_pieces as merging
from explainer.results.pattern import HeadParts, Pattern
from explainer.results.reduced import Reduced
from explainer.results.route import LEVELS, Edge, Level
from explainer.results.target import COSINE, LOG_PROBABILITY
from explainer.results.total_flow import TotalFlow

if TYPE_CHECKING:
    from explainer.models.presets import Listing

NUMERIC = "+-−<>.0123456789e% "
WIDEST = 100_000
"""Columns of the page that a table is laid out on: more than any table has."""
LONGEST_CELL = 60
"""Characters of a token in a column at most."""


def explanation_table(
    explanation: Explanation,
    *,
    level: Level,
    minimum_share: float,
    heads: bool = False,
    asked: str | None = None,
    merge_pieces: bool = True,
) -> str:
    """The target, the sums with their error, and one row per pattern; influences in the unit of Q.

    `minimum_share` leaves out words whose |g| is below that share of Σ|g|, and says how many;
    `heads` adds a row for each head on the patterns' way, with how it carries; `asked` is Q in
    words, where its name and unit do not say it. Word pieces are one word, as in a figure, unless
    `merge_pieces` says otherwise; positions are those of tokens all the same.
    """
    one_of("level", level, LEVELS)
    rows = Rows.of(explanation, merge_pieces)
    drawn = rows.shown.drawn(minimum_share)
    parts = [_head(rows, asked or _asked(explanation)), _patterns(rows, drawn, level)]
    hidden = len({p.source for p in rows.shown.patterns} - {p.source for p in drawn})
    if hidden:
        words = "word is" if hidden == 1 else "words are"
        parts.append(
            f"{hidden} more {words} below {minimum_share:.3g} of Σ|g| "
            "(--minimum-share 0 shows all)."
        )
    if explanation.strongest_note is not None:
        parts.append(explanation.strongest_note)
    if heads:
        parts.append(_heads(rows.names, drawn))
    if explanation.flow is not None:
        parts.append(_flow(explanation.flow))
    return "\n\n".join(parts) + "\n"


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a table: `shown` has a token or word for each of them, which begins at the token
    `at`, and `names` say which it is: with `at` where the sentence has it twice."""

    tokens: Explanation
    shown: Explanation
    at: tuple[int, ...]
    names: list[str]

    @staticmethod
    def of(explanation: Explanation, merge_pieces: bool) -> Rows:
        """The rows of an explanation of tokens: its words, or the tokens themselves."""
        shown = explanation
        if merge_pieces and has_pieces(explanation):
            shown = merging(explanation).explanation
        at = tuple(token_at(shown, row) for row in range(len(shown.tokens)))
        return Rows(explanation, shown, at, _names(shown.tokens, at))

    def row(self, token: int) -> int:
        """The row of a token."""
        return bisect_right(self.at, token) - 1


def models_table(listings: Sequence[Listing]) -> str:
    """One row per model that can be loaded."""
    rows = [
        (m.name, m.kind, m.task, m.size, m.licence or NOT_STATED, m.description) for m in listings
    ]
    return align(("name", "kind", "task", "size", "licence", "what it is"), rows) + "\n"


def align(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under a header in columns as wide as a terminal shows them, numbers to the right.

    No cell is wrapped or cut, however narrow the terminal.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for i, name in enumerate(header):
        right = bool(rows) and all(set(row[i]) <= set(NUMERIC) for row in rows)
        table.add_column(Text(name), justify="right" if right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    page = StringIO()
    Console(file=page, width=WIDEST, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in page.getvalue().rstrip("\n").split("\n"))


def path_text(tokens: Sequence[str], pattern: Pattern, level: Level) -> str:
    """A pattern as `farmers ─skip×2→ farmers ─h1→ [MASK]`: equal steps in a row are counted."""
    return _path(_names(tokens, range(len(tokens))), pattern, level)


def _path(names: Sequence[str], pattern: Pattern, level: Level) -> str:
    parts = [names[pattern.source]]
    for (_, target, carrier), steps in groupby(pattern.edges(level), key=_step):
        count = len(list(steps))
        times = f"×{count}" if count > 1 else ""
        parts.append(f"─{carrier}{times}→ {names[target]}")
    return " ".join(parts)


def _step(edge: Edge) -> tuple[int, int, str]:
    carrier = f"h{edge.component}" if isinstance(edge.component, int) else edge.component or ""
    return edge.source, edge.target, carrier


def _names(tokens: Sequence[str], at: Sequence[int]) -> list[str]:
    """The tokens, with their positions where the sentence has them twice."""
    counts = Counter(tokens)
    return [
        f"{_brief(token)} ({position})" if counts[token] > 1 else _brief(token)
        for token, position in zip(tokens, at, strict=True)
    ]


def _places(rows: Rows) -> str:
    """Where Q is read."""
    explanation, shown = rows.tokens, rows.shown
    if len(explanation.target.positions) == len(explanation.tokens):
        return f"all {len(explanation.tokens)} tokens"
    return ", ".join(
        f"{shown.tokens[row]} (token {rows.at[row]})" for row in shown.target.positions
    )


def _head(rows: Rows, asked: str) -> str:
    explanation = rows.tokens
    model, target, settings = explanation.model, explanation.target, explanation.settings
    kept = ", [CLS] and [SEP] kept" if settings.keep_special else ""
    difference = target.value - target.baseline_value
    points = f"{explanation.points_used} {settings.rule} points"
    total, gap = sum(explanation.influence), explanation.completeness_gap
    warning, reduced = explanation.gap_warning, explanation.reduced
    return "\n".join(
        (
            " ".join(rows.shown.tokens),
            f"model     {model.name}: {model.task}, {model.layers} layers × {model.heads} heads "
            f"× {model.d_model}",
            f"target    Q = {asked}, at {_places(rows)}",
            f"Q(x)      {signed(target.value)}   Q(b) {signed(target.baseline_value)}   "
            f"difference {signed(difference)}",
            f"sum of g  {signed(total)}   gap {signed(gap)} "
            f"({points}, {settings.baseline} baseline{kept})",
            f"patterns  {settings.searched}",
            *([_reduced(reduced)] if reduced else ()),
            *([f"warning   {warning}"] if warning else ()),
        )
    )


def _asked(explanation: Explanation) -> str:
    """Q in words."""
    target = explanation.target
    if target.unit == LOG_PROBABILITY:
        words = (target.correct, target.wrong)
        return " − ".join(f"log P({word})" for word in words if word is not None)
    if target.unit == COSINE:
        return f"cosine to {target.label}"
    return f"{'value' if explanation.model.head == 'values' else 'logit'} {explanation.asked}"


def _reduced(reduced: Reduced) -> str:
    return f"products  in {reduced.precision}: Q(x) is {signed(reduced.gap)} off the model's own"


def _patterns(of: Rows, patterns: Sequence[Pattern], level: Level) -> str:
    if not patterns:
        return "No word has any influence."
    names, texts = of.names, of.shown.texts
    rows = []
    for ways in _by_word(of, patterns):
        best = max(ways, key=lambda way: abs(way.value(level)))
        g = best.influence if len(ways) == 1 else of.shown.influence[best.source]
        carried = [sum(way.value(which) for way in ways) for which in LEVELS]
        path = _path(names, best, level)
        rows.append(
            (
                *(() if texts is None else (_text(texts[best.source]),)),
                names[best.source],
                *(signed(part) for part in (g, *carried)),
                *(percent(part / g if g else 0.0) for part in carried),
                path if len(ways) == 1 else f"{path} (and {counted(len(ways) - 1, 'more way')})",
            )
        )
    header = ("word", "g", "I_e", "I_a", "I_e/g", "I_a/g", f"pattern ({level} level)")
    return align(header if texts is None else ("text", *header), rows)


def _by_word(of: Rows, patterns: Sequence[Pattern]) -> list[list[Pattern]]:
    """The patterns of each row: of a word whose pieces take ways of their own these together, else
    each by itself, as where several are followed of each word."""
    if of.shown is of.tokens or of.tokens.settings.top_k > 1:
        return [[pattern] for pattern in patterns]
    words: dict[int, list[Pattern]] = {}
    for pattern in patterns:
        words.setdefault(pattern.source, []).append(pattern)
    return sorted(words.values(), key=lambda ways: -abs(of.shown.influence[ways[0].source]))


def _text(number: int | None) -> str:
    """Of which of two texts a word is, counted from 1; nothing for what is in neither."""
    return "" if number is None else str(number + 1)


def _heads(names: Sequence[str], patterns: Sequence[Pattern]) -> str:
    rows = [
        (
            names[pattern.source],
            str(edge.layer),
            str(edge.component),
            f"{names[edge.source]} → {names[edge.target]}",
            signed(carried),
            *(signed(part) for part in parts[:2]),
            signed(parts.query) if edge.source == edge.target else "",
        )
        for pattern in patterns
        for edge, carried, parts in pattern.steps()
        if parts is not None
    ]
    header = ("word", "block", "head", "step", "carries", *HeadParts._fields)
    return (
        align(header, rows) + "\n(value: by what the step's first token says; key: by how much "
        "attention it draws; query: by where it looks itself)"
        if rows
        else "No pattern takes a head, or says how heads carry."
    )


def _flow(flow: TotalFlow) -> str:
    return (
        align(("block", "total flow", "by skip", "by heads"), list(_flow_rows(flow)))
        + "\n(shares of the absolute flow; every block's total flow is the sum of g)"
    )


def _flow_rows(flow: TotalFlow) -> Iterator[tuple[str, ...]]:
    for block, (total, skip) in enumerate(
        zip(flow.layer_totals(), flow.skip_shares(), strict=True)
    ):
        yield str(block), signed(total), percent(skip), percent(1 - skip)


def signed(value: float) -> str:
    """A number with its sign, as the tables have it."""
    return f"{value:+.4f}" if abs(value) < MANY_DIGITS else f"{value:+.4e}"


def _brief(text: str) -> str:
    """A text that a column has room for: every row is as wide as the widest."""
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"

"""An explanation, and the list of models, as text tables for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from explainer.pattern import Edge, Explanation, Level, Pattern, TotalFlow

if TYPE_CHECKING:
    from explainer.models.registry import Listing

GAP = "  "
NUMERIC = "+-.0123456789% "


def explanation_table(explanation: Explanation, *, level: Level, minimum_share: float) -> str:
    """The target, the sums with their error, and one row per pattern; influences in logits.

    `minimum_share` leaves out words whose |g| is below that share of Σ|g|, and says how many.
    """
    drawn = explanation.drawn(minimum_share)
    parts = [_head(explanation), _patterns(explanation, drawn, level)]
    hidden = len({p.source for p in explanation.patterns} - {p.source for p in drawn})
    if hidden:
        words = "word is" if hidden == 1 else "words are"
        parts.append(
            f"{hidden} more {words} below {minimum_share:.3g} of Σ|g| "
            "(--minimum-share 0 shows all)."
        )
    if explanation.flow is not None:
        parts.append(_flow(explanation.flow))
    return "\n\n".join(parts) + "\n"


def models_table(listings: Sequence[Listing]) -> str:
    """One row per model that can be loaded."""
    rows = [(m.name, m.kind, m.task, m.size, m.description) for m in listings]
    return align(("name", "kind", "task", "size", "what it is"), rows) + "\n"


def align(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under a header in columns as wide as a terminal shows them, numbers to the right."""
    table = [header, *rows]
    widths = [max(_width(row[i]) for row in table) for i in range(len(header))]
    right = [
        bool(rows) and all(set(row[i]) <= set(NUMERIC) for row in rows) for i in range(len(header))
    ]
    return "\n".join(
        GAP.join(
            " " * (width - _width(cell)) + cell if to_right else cell + " " * (width - _width(cell))
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in table
    )


def path_text(tokens: Sequence[str], pattern: Pattern, level: Level) -> str:
    """A pattern as `farmers ─skip×2→ farmers ─h1→ [MASK]`: equal steps in a row are counted."""
    parts = [_name(tokens, pattern.source)]
    for (_, target, carrier), steps in groupby(pattern.edges(level), key=_step):
        count = len(list(steps))
        times = f"×{count}" if count > 1 else ""
        parts.append(f"─{carrier}{times}→ {_name(tokens, target)}")
    return " ".join(parts)


def _step(edge: Edge) -> tuple[int, int, str]:
    carrier = f"h{edge.component}" if isinstance(edge.component, int) else edge.component or ""
    return edge.source, edge.target, carrier


def _name(tokens: Sequence[str], position: int) -> str:
    """A token, with its position where the sentence has it twice."""
    token = tokens[position]
    return f"{token}({position})" if tokens.count(token) > 1 else token


def _head(explanation: Explanation) -> str:
    model, target, settings = explanation.model, explanation.target, explanation.settings
    kept = ", [CLS] and [SEP] kept" if settings.keep_special else ""
    difference = target.value - target.baseline_value
    output = "value" if model.head == "values" else "logit"
    total, gap = sum(explanation.influence), explanation.completeness_gap
    warning = explanation.gap_warning
    return "\n".join(
        (
            " ".join(explanation.tokens),
            f"model     {model.name}: {model.task}, {model.layers} layers × {model.heads} heads "
            f"× {model.d_model}",
            f"target    Q = {output} {target.label}, at {explanation.tokens[target.position]} "
            f"(token {target.position})",
            f"Q(x)      {target.value:+.4f}   Q(b) {target.baseline_value:+.4f}   "
            f"difference {difference:+.4f}",
            f"sum of g  {total:+.4f}   gap {gap:+.4f} "
            f"({settings.points} {settings.rule} points, {settings.baseline} baseline{kept})",
            *([f"warning   {warning}"] if warning else ()),
        )
    )


def _patterns(explanation: Explanation, patterns: Sequence[Pattern], level: Level) -> str:
    if not patterns:
        return "No word has any influence."
    rows = [
        (
            _name(explanation.tokens, pattern.source),
            f"{pattern.influence:+.4f}",
            f"{pattern.embedding_influence:+.4f}",
            f"{pattern.attention_influence:+.4f}",
            _percent(pattern.share("embedding")),
            _percent(pattern.share("attention")),
            path_text(explanation.tokens, pattern, level),
        )
        for pattern in patterns
    ]
    return align(("word", "g", "I_e", "I_a", "I_e/g", "I_a/g", f"pattern ({level} level)"), rows)


def _flow(flow: TotalFlow) -> str:
    return (
        align(("block", "total flow", "by skip", "by heads"), list(_flow_rows(flow)))
        + "\n(shares of the absolute flow; every block's total flow is the sum of g)"
    )


def _flow_rows(flow: TotalFlow) -> Iterator[tuple[str, ...]]:
    for block, (total, skip) in enumerate(
        zip(flow.layer_totals(), flow.skip_shares(), strict=True)
    ):
        yield str(block), f"{total:+.4f}", _percent(skip), _percent(1 - skip)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _width(text: str) -> int:
    """Columns that a terminal gives `text`: two for wide characters, none for combining ones."""
    return sum(
        0
        if unicodedata.combining(character) or unicodedata.category(character) == "Cf"
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )

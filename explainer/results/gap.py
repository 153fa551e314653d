"""When the quadrature's error must not go unsaid: one rule for every place that shows it."""

from __future__ import annotations

LARGE = 0.05
"""A gap is large beyond this share of |Q(x) − Q(b)|."""


def gap_is_large(gap: float, difference: float) -> bool:
    """Whether the completeness gap is large beside Q(x) − Q(b), both in logits."""
    return abs(gap) > LARGE * abs(difference)


def gap_warning(gap: float, difference: float) -> str | None:
    """What to say of a gap beside Q(x) − Q(b), both in logits; None where it is small."""
    if not gap_is_large(gap, difference):
        return None
    if abs(gap) > 10 * abs(difference):
        size = "more than ten times Q(x) − Q(b)"
    else:
        size = f"{100 * abs(gap / difference):.0f} % of Q(x) − Q(b)"
    return f"The completeness gap is {size}: take more points before you rely on single numbers."

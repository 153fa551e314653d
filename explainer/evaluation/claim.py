"""What stands beside every claim, wherever it is shown: what would have refuted it."""

from __future__ import annotations


def control_of(refuted_by: str, favours: str) -> str:
    """What would have refuted a claim, and whom its tests favour, if anybody."""
    return f"Refuted by: {refuted_by} {favours}".strip()

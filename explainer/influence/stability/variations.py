"""The settings that a pattern is checked under: each differs from its own in one thing."""

from __future__ import annotations

from dataclasses import replace

from explainer.results.beside.stability import Varied
from explainer.results.settings import (
    BASELINES,
    MAX_BEAM,
    MAX_POINTS,
    SMALLEST,
    Search,
    Settings,
)

FINER = 4
"""How many times smaller the error is that a check by more points allows."""
WIDER = 4
"""How many times as many partial patterns a check by a wider beam follows."""


def variations(settings: Settings) -> tuple[tuple[Varied, Settings], ...]:
    """What is varied, and the settings with it; what cannot be made more is left out.

    The other search; the joint search with a wider beam; more points; every other baseline. Those
    that one trace serves follow each other.
    """
    other: Search = "staged" if settings.search == "joint" else "joint"
    beam = min(MAX_BEAM, WIDER * max(settings.beam, settings.top_k))
    found: list[tuple[Varied, Settings]] = [
        ("search", replace(settings, search=other)),
        ("beam", replace(settings, search="joint", beam=beam)),
        ("points", _finer(settings)),
    ]
    for baseline in BASELINES:
        found.append(("baseline", replace(settings, baseline=baseline)))
    return tuple((varied, one) for varied, one in found if one != settings)


def sampled_alike(one: Settings, other: Settings) -> bool:
    """Whether one trace serves both, which differ in their search at most."""
    return replace(one, search=other.search, beam=other.beam) == other


def _finer(settings: Settings) -> Settings:
    points = min(MAX_POINTS, 2 * settings.points)
    if settings.rule != "adaptive":
        return replace(settings, points=points)
    return replace(settings, points=points, tolerance=max(SMALLEST, settings.tolerance / FINER))

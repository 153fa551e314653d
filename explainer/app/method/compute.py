"""The cached calls behind the method page; the queue is the one of all pages."""

from __future__ import annotations

from dataclasses import replace

from explainer.api import trace_text
from explainer.app.compute.calls import Request, computed, explaining
from explainer.app.method.lesson import FINEST
from explainer.influence.replay import PathCurve, node_choices, path_curve
from explainer.influence.trace import Trace
from explainer.models.model import Model
from explainer.results.gap import gap_is_large
from explainer.results.settings import Settings

FINEST_PATH = Settings(points=FINEST, rule="trapezoid")


def _trace(loaded: Model, request: Request) -> Trace:
    return trace_text(loaded, request.text, contrast=request.contrast, settings=request.settings)


@computed(lambda loaded, request: explaining(loaded, replace(request, settings=FINEST_PATH)))
def curve(loaded: Model, request: Request) -> PathCurve:
    """Q along the path at its finest; raises ExplainerError."""
    return path_curve(_trace(loaded, replace(request, settings=FINEST_PATH)))


@computed(lambda loaded, request, _: explaining(loaded, request))
def choices(
    loaded: Model, request: Request, nodes: tuple[int, ...]
) -> tuple[tuple[float, ...], ...]:
    """What refinement chooses from on the way through these nodes; raises ExplainerError."""
    return node_choices(_trace(loaded, request), nodes)


@computed(explaining)
def influence(loaded: Model, request: Request) -> tuple[tuple[float, ...], bool]:
    """One integrated gradient per token, without patterns, and whether their gap is large.

    Raises ExplainerError.
    """
    found = _trace(loaded, request)
    large = gap_is_large(found.completeness_gap, found.value - found.baseline_value)
    return found.influence, large

"""What the method page asks beside the explanation: one step of the method after the other."""

from __future__ import annotations

from explainer.api import trace_text
from explainer.app.compute.cached import computed
from explainer.app.compute.request import Request
from explainer.app.compute.sentence import tracing
from explainer.app.work.limits import budget
from explainer.influence import replay
from explainer.influence.trace import Trace
from explainer.models.model import Model
from explainer.results.gap import gap_is_large


def _trace(loaded: Model, request: Request) -> Trace:
    return trace_text(
        loaded,
        request.text,
        pair=request.pair,
        contrast=request.contrast,
        settings=request.settings,
        memory=budget(),
    )


@computed(tracing)
def path_curve(loaded: Model, request: Request) -> replay.PathCurve:
    """Q and its slope at the request's points of the path; raises ExplainerError."""
    return replay.path_curve(_trace(loaded, request))


@computed(tracing)
def node_choices(
    loaded: Model, request: Request, nodes: tuple[int, ...]
) -> tuple[tuple[float, ...], ...]:
    """What refinement chooses from on the way through these nodes; raises ExplainerError."""
    return replay.node_choices(_trace(loaded, request), nodes)


@computed(tracing)
def word_influence(loaded: Model, request: Request) -> tuple[tuple[float, ...], bool]:
    """One integrated gradient per token, without patterns, and whether their gap is large.

    Raises ExplainerError.
    """
    found = _trace(loaded, request)
    large = gap_is_large(found.completeness_gap, found.value - found.baseline_value)
    return found.influence, large

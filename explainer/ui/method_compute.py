"""The cached calls behind the method page; the queue is the one of all pages."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from explainer.facade import trace_text
from explainer.path import quadrature
from explainer.settings import Settings
from explainer.trace import Trace
from explainer.ui import compute
from explainer.ui.compute import Request
from explainer.ui.lesson import FINEST
from explainer.walk import PathCurve, node_choices, path_curve


def _trace(request: Request) -> Trace:
    return trace_text(
        compute.model(request.model),
        request.text,
        contrast=request.contrast,
        settings=request.settings,
    )


@st.cache_data(max_entries=32, show_spinner=False)
def curve(request: Request) -> PathCurve:
    """Q along the path at its finest; raises ExplainerError."""
    compute.model(request.model)
    with compute.queue().turn():
        traced = _trace(replace(request, settings=Settings(points=FINEST, rule="trapezoid")))
        return path_curve(traced, quadrature("trapezoid", FINEST)[0])


@st.cache_data(max_entries=256, show_spinner=False)
def choices(request: Request, nodes: tuple[int, ...]) -> tuple[tuple[float, ...], ...]:
    """What refinement chooses from on the way through these nodes; raises ExplainerError."""
    compute.model(request.model)
    with compute.queue().turn():
        return node_choices(_trace(request), nodes)


@st.cache_data(max_entries=64, show_spinner=False)
def influence(request: Request) -> tuple[float, ...]:
    """One integrated gradient per token, without patterns; raises ExplainerError."""
    compute.model(request.model)
    with compute.queue().turn():
        return _trace(request).influence

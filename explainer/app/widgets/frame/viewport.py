"""How the page is shown: its width, for which figures are laid out, columns, theme, and touch."""

from __future__ import annotations

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer
from streamlit.delta_generator import DeltaGenerator

from explainer.app.state.linked import chooses_nothing
from explainer.app.widgets.frame import arrival
from explainer.figures.patterns.view import NARROWEST, WIDTH

STEP = 20
GAP = 30.0
"""px between two columns (Streamlit's medium gap)."""
SIDE_BY_SIDE = 820.0
"""px of page width from which two figures stand next to each other."""
JS = (
    arrival.JS
    + """
export default function ({ parentElement, setStateValue }) {
  letFiguresScroll();
  const measured = parentElement.host ?? parentElement;
  let last = null;
  let timer = null;
  const report = () => {
    const width = Math.floor(measured.getBoundingClientRect().width / STEP) * STEP;
    if (width > 0 && width !== last) {
      last = width;
      setStateValue("width", width);
    }
  };
  const observer = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(report, last === null ? 0 : 200);
  });
  observer.observe(measured);
  return () => observer.disconnect();
}

// Plotly keeps every touch on a figure to itself, since Streamlit asks it to pan where points can
// be selected: nobody could scroll past it, and a tap came twice. Without a touch of its own it
// gets what browsers make of a tap, which is one click where it was.
function letFiguresScroll() {
  const page = document.documentElement.dataset;
  if (page.figuresScroll) return;
  page.figuresScroll = "yes";
  const keep = (event) => {
    if (event.target.closest?.(".js-plotly-plot .draglayer")) event.stopPropagation();
  };
  document.addEventListener("touchstart", keep, { capture: true, passive: true });
}
""".replace("STEP", str(STEP))
)


@cache
def _component() -> ComponentRenderer:
    """Registered once: Streamlit warns of a second registration."""
    return st.components.v2.component("influence_patterns_width", html="<div></div>", js=JS)


def page_width() -> float:
    """The width of the place where this is called, in px; a usual one until it is measured."""
    result = _component()(
        key="page_width", default={"width": None}, on_width_change=chooses_nothing
    )
    width = result.get("width")
    if not isinstance(width, int | float):
        return WIDTH
    return min(2000.0, max(NARROWEST, float(width)))


def column_width(width: float) -> float:
    """px for each of two figures on a page of this width."""
    return (width - GAP) / 2 if width >= SIDE_BY_SIDE else width


def columns(width: float) -> list[DeltaGenerator]:
    """Two places next to each other, or one below the other on a narrow page."""
    if width >= SIDE_BY_SIDE:
        return list(st.columns(2, gap="medium"))
    return [st.container(), st.container()]


def is_dark() -> bool:
    """Whether the page is shown in its dark theme."""
    return st.context.theme.type == "dark"

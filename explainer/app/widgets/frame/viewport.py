"""How wide the page is, so that a figure can be laid out for it and not only squeezed."""

from __future__ import annotations

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from explainer.app.state.linked import MEASURED
from explainer.figures.patterns.view import NARROWEST, WIDTH

STEP = 20
JS = """
export default function ({ parentElement, setStateValue }) {
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
""".replace("STEP", str(STEP))


@cache
def _component() -> ComponentRenderer:
    """Registered once: Streamlit warns of a second registration."""
    return st.components.v2.component("influence_patterns_width", html="<div></div>", js=JS)


def _measured() -> None:
    st.session_state[MEASURED] = True


def page_width() -> float:
    """The width of the place where this is called, in px; a usual one until it is measured."""
    result = _component()(key="page_width", default={"width": None}, on_width_change=_measured)
    width = result.get("width")
    if not isinstance(width, int | float):
        return WIDTH
    return min(2000.0, max(NARROWEST, float(width)))

"""The little CSS of the compare page beyond that of all pages."""

from __future__ import annotations

import streamlit as st

from explainer.figures.palette import palette

CSS = """
<style>
.ipe-verdict { font-size: 1.06rem; margin: 0; }
.ipe-shares { width: 100%; max-width: 46rem; border-collapse: collapse; font-size: .92rem; }
.ipe-shares caption { caption-side: top; text-align: left; font-size: .82rem; opacity: .72; }
.ipe-shares th { text-align: left; font-weight: 500; padding: .14rem .8rem .14rem 0;
  white-space: nowrap; }
.ipe-shares th[scope] { font-size: .82rem; opacity: .72; }
.ipe-shares td { text-align: right; font-variant-numeric: tabular-nums; width: 3.2rem;
  white-space: nowrap; }
.ipe-shares td.ipe-split { width: 36%; padding: 0 .9rem 0 .5rem; }
.ipe-shares .ipe-split { text-align: left; }
.ipe-shares .ipe-split span { display: block; height: .5rem; border-radius: .25rem 0 0 .25rem;
  background: var(--ipe-skip); box-shadow: none; }
</style>
"""


def compare_style(dark: bool) -> None:
    """Put the CSS into the page, with the figures' colours."""
    colours = palette(dark)
    own = f":root {{ --ipe-skip: {colours.skip}; --ipe-heads: {colours.heads}; }}"
    st.html(CSS.replace("<style>", f"<style>\n{own}"))

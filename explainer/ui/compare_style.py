"""The little CSS of the compare page beyond that of all pages."""

from __future__ import annotations

import streamlit as st

from explainer.figures.palette import palette

CSS = """
<style>
.ipe-verdict { font-size: 1.06rem; margin: 0; }
.st-key-pair_row { margin-top: .7rem; }
.st-key-pair_row > div:first-child { flex: 1 1 24rem; }
.ipe-pair { width: 100%; border-collapse: collapse; font-size: .92rem; }
.ipe-pair caption { caption-side: top; text-align: left; font-size: .82rem; opacity: .72; }
.ipe-pair th { text-align: left; font-weight: 500; padding: .14rem .8rem .14rem 0; }
.ipe-pair th[scope] { font-size: .82rem; opacity: .72; text-align: right; padding-right: 0; }
.ipe-pair th[scope]:first-child { text-align: left; }
.ipe-pair td { text-align: right; font-variant-numeric: tabular-nums; min-width: 3rem;
  white-space: nowrap; }
.ipe-pair th[colspan] { text-align: left; padding-left: 1.2rem; }
.ipe-pair td.ipe-split { width: 34%; padding: 0 .5rem 0 .5rem; }
.ipe-pair .ipe-split span { display: block; height: .5rem; border-radius: .15rem;
  background: var(--ipe-skip); }
@media (max-width: 640px) {
  .st-key-contrast_first .stHorizontalBlock, .st-key-contrast_second .stHorizontalBlock {
    flex-wrap: nowrap; }
  .st-key-contrast_first .stColumn, .st-key-contrast_second .stColumn {
    min-width: 0; flex: 1 1 0; }
}
</style>
"""


def compare_style(dark: bool) -> None:
    """Put the CSS into the page, with the figures' colours."""
    colours = palette(dark)
    own = f":root {{ --ipe-skip: {colours.skip}; }}"
    st.html(CSS.replace("<style>", f"<style>\n{own}"))

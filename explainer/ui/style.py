"""The little CSS that the theme cannot say: one calm column, the strip, the predictions."""

from __future__ import annotations

import streamlit as st

from explainer.figures.palette import palette

CSS = """
<style>
.stMainBlockContainer { max-width: 1220px; padding: 3.1rem 1.5rem 4rem; }
.ipe-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem 1rem; }
.ipe-head h1 { margin: 0; padding: 0; font-size: 1.65rem; letter-spacing: -.01em; }
.ipe-head p { margin: 0; opacity: .72; }
.st-key-page_width { position: absolute; left: 0; right: 0; height: 0; overflow: hidden; }
.st-key-sentence_row > div:first-child { flex: 1 1 20rem; }
.st-key-sentence_row input { font-size: 1.1rem; }
.st-key-examples button, .st-key-settings button, .st-key-save button { white-space: nowrap; }
.st-key-save { margin-left: auto; }
.ipe-strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.4rem, 1fr));
  gap: .5rem 1.2rem; padding: .3rem 0; }
.ipe-strip p { margin: 0; font-size: .82rem; opacity: .72; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }
.ipe-strip b { font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.ipe-strip b.ipe-warn { color: var(--ipe-warn); }
.ipe-predictions { width: 100%; border-collapse: collapse; font-size: .92rem; }
.ipe-predictions caption { caption-side: top; text-align: left; font-size: .82rem; opacity: .72; }
.ipe-predictions th { text-align: left; font-weight: 500; padding: .14rem .8rem .14rem 0; }
.ipe-predictions td { text-align: right; font-variant-numeric: tabular-nums; width: 3.4rem;
  white-space: nowrap; }
.ipe-predictions td.ipe-bar { width: 55%; }
.ipe-predictions .ipe-bar span { display: block; height: .45rem; border-radius: .25rem;
  min-width: 2px; background: var(--ipe-bar); opacity: .75; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 3.6rem .9rem 3rem; }
  .st-key-save { margin-left: 0; }
}
</style>
"""


def style(dark: bool) -> None:
    """Put the CSS into the page, with the figures' colours."""
    colours = palette(dark)
    own = f":root {{ --ipe-bar: {colours.positive}; --ipe-warn: {colours.negative}; }}"
    st.html(CSS.replace("<style>", f"<style>\n{own}"))

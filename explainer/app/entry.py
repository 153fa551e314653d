"""The way into a page: always through the app, with its imports and its navigation."""

from __future__ import annotations

import runpy

import streamlit as st

from explainer.base import assets


def through_app() -> bool:
    """Whether the app runs this page; if not, runs the app, which then runs the page.

    A new server that is first asked for a page's own address runs the page's file alone, because
    Streamlit takes a folder named `pages` for an app without a navigation of its own.
    """
    if "page" in st.session_state:  # the app's own mark
        return True
    runpy.run_path(str(assets.APP), run_name="__main__")
    return False

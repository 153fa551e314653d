"""The app: navigation over the pages.

Everything heavy is imported before the first widget is drawn: a session that starts while another
thread is in the middle of such an import would find half a module. Whoever comes first to a new
server is told why it takes a while.
"""

import streamlit as st

from explainer.app.memory import guard, loading, settle, settled
from explainer.app.work.begun import begin
from explainer.base.assets import ICON


def load() -> None:
    """Import what pages need: their own modules bring torch and the networks of transformers."""
    import pandas  # noqa: F401
    import plotly.graph_objects  # noqa: F401

    import explainer.app.compare.page
    import explainer.app.corpus.page
    import explainer.app.evaluate.page
    import explainer.app.explore.page
    import explainer.app.method.page  # noqa: F401


st.set_page_config(
    page_title="Influence Patterns Explorer",
    page_icon=ICON,
    layout="wide",
    initial_sidebar_state="collapsed",
)
opening = st.empty()
if not settled():
    opening.markdown("**Influence Patterns Explorer** is starting: the first visit takes a moment.")
guard()
begin()  # it imports what it needs while this does
with loading():
    load()
opening.empty()
pages = [
    st.Page("pages/explore.py", title="Explore", default=True),
    st.Page("pages/compare.py", title="Compare"),
    st.Page("pages/corpus.py", title="Corpus"),
    st.Page("pages/evaluate.py", title="Evaluate"),
    st.Page("pages/method.py", title="Method"),
]
settle()
page = st.navigation(pages, position="top")
st.session_state["arrived"] = st.session_state.get("page", page.url_path) != page.url_path
st.session_state["page"] = page.url_path
page.run()

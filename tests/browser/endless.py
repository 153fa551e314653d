"""A page of which a part computes without end, for the tests of waiting in a real browser."""

import streamlit as st

from explainer.app.memory import loading, settle

with loading():
    from explainer import ExplainerError
    from explainer.app import compute
    from explainer.app.state.choices import from_query
    from explainer.app.state.linked import Linked
    from explainer.app.widgets.frame.notes import show_error
    from explainer.app.widgets.frame.page import page_frame
    from explainer.app.work.begun import beside
    from tests.app.work.works import endless

settle()  # as the app does: else garbage is looked for in all of this after every run of a part


@st.fragment
def part():
    if st.checkbox("Compute"):
        try:
            compute.on("agreement", endless, kind="endless", question="endless")
        except ExplainerError as error:
            show_error(error)
    st.write("the end")


@st.fragment(run_every=1.0)
def count():
    st.write(f"{beside().tasks} under way")


with page_frame(Linked("page", from_query), "A page", "with a part"):
    part()
    if st.session_state.setdefault("counts", "count" in st.query_params):
        count()

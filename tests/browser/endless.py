"""A page of which a part computes without end, for the tests of waiting in a real browser."""

import time

import streamlit as st

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.state.choices import from_query
from explainer.app.state.linked import Linked
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.frame.page import page_frame
from explainer.base.checkpoint import checkpoint


def work(_):
    while True:
        time.sleep(0.05)
        checkpoint()


@st.fragment
def part():
    if st.checkbox("Compute"):
        try:
            compute.on("agreement", work, question="endless")
        except ExplainerError as error:
            show_error(error)
    st.write("the end")


with page_frame(Linked("page", from_query), "A page", "with a part"):
    part()

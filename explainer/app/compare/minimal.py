"""The second sentence for who comes from the explore page: the first with one word changed, or of
two texts that are compared, the other one."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.compare.choices import Pair
from explainer.app.compare.state import BEGINS, LINKED
from explainer.app.compute.compare import compares, other_sentence
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question.asking import EXPLAINING
from explainer.question.minimal import Change

MADE = "pair_made"
"""Where the session keeps the sentences of which the second was made, and what is said of it."""
EXCHANGED = (
    "The second side has the two texts exchanged: their cosine is the same, and each side shows "
    "what of its own text makes it. Change either as you like."
)
AS_YOU_LIKE = "Change it as you like, or take a minimal pair from the list."


def begin(messages: DeltaGenerator) -> None:
    """Make the second sentence where it is still to be made, and say what was changed."""
    if st.session_state.get(BEGINS, False):
        with messages, st.spinner(EXPLAINING):
            _make()
        st.session_state[BEGINS] = False  # only now: a run may be stopped for the next
    texts, said = st.session_state.get(MADE, (None, ""))
    pair = LINKED.get()
    if texts == (pair.first.text, pair.second.text):
        messages.info(said, icon=":material/edit:")


def _make() -> None:
    pair = LINKED.get()
    try:
        if compares(pair.first.model):
            _exchange(pair)
            return
        change = _changed()
    except ExplainerError:
        return  # what is wrong with the first is said at its side
    if change is None:
        return  # the page says that both sides are the same
    LINKED.put(replace(pair, second=replace(pair.second, text=change.text)))
    if change.after is None:
        said = f"without “{change.before}”"
    else:
        said = f"with “{change.after}” for “{change.before}”"
    st.session_state[MADE] = (
        (pair.first.text, change.text),
        f"{plain(f'The second sentence is the first {said}.')} {AS_YOU_LIKE}",
    )


def _exchange(pair: Pair) -> None:
    """The other direction of a similarity, where there are two texts."""
    text, other = pair.first.text, pair.first.pair
    if other is None or other == text:
        return  # what is still to be typed is said at its side
    LINKED.put(replace(pair, second=replace(pair.second, text=other, pair=text)))
    st.session_state[MADE] = ((text, other), EXCHANGED)


def _changed() -> Change | None:
    """The other sentence, made where the first has its most influence."""
    chosen = LINKED.get().first
    request = compute.request_for(chosen, compute.model(chosen.model).info.task)
    influence = compute.explanation(request).influence
    words = compute.word_tokens(chosen.model, chosen.text, request.contrast)
    return other_sentence(request, tuple(sum(influence[at] for at in places) for places in words))

"""The box in which the sentence is typed: it lies where its words are, and comes when it is used.

Streamlit takes what is typed into a text area at Ctrl+Enter or when it is left. A sentence is one
line, so Enter does here what Ctrl+Enter does.
"""

from __future__ import annotations

from functools import cache, partial

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.question.kept import type_text

HTML = '<button type="button"><span aria-hidden="true">✎</span> Edit</button>'
CSS = """
:host, div { font-family: var(--st-font); }
button {
  margin: 0; padding: .3rem .5rem; border: 0; background: none; border-radius: .4rem;
  font: inherit; font-size: .9rem; white-space: nowrap; color: var(--st-text-color);
  cursor: pointer;
}
button:hover { color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
"""
SHOW = """
const shown = new WeakSet();
const show = () => {
  for (const text of document.querySelectorAll('.ipe-text')) {
    const word = text.querySelector('.ipe-mask, .ipe-found');
    if (!word || shown.has(word)) continue;
    shown.add(word);
    const box = text.getBoundingClientRect(), at = word.getBoundingClientRect();
    text.scrollTop += (at.top + at.bottom - box.top - box.bottom) / 2;
  }
};
"""
"""A long text is a few lines high: it is scrolled, once, to the mask or to what was found."""
JS = """
export default function ({ parentElement }) {
  const texts = new MutationObserver(show);
  texts.observe(document.querySelector('[data-testid=stMain]'), { childList: true, subtree: true });
  show();
  const box = () => document.querySelector('.st-key-typing textarea');
  parentElement.querySelector('button').onclick = () => {
    const text = box();
    if (!text) return;
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  };
  const pressed = (event) => {
    const text = box();
    if (!event.isTrusted || event.target !== text) return;
    if (event.key === 'Escape') text.blur();
    if (event.key !== 'Enter' || event.isComposing) return;
    if (!event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      text.dispatchEvent(new KeyboardEvent('keydown', {
        key: 'Enter', code: 'Enter', keyCode: 13, ctrlKey: true, bubbles: true, cancelable: true,
      }));
    }
    text.blur();
  };
  document.addEventListener('keydown', pressed, true);
  return () => {
    document.removeEventListener('keydown', pressed, true);
    texts.disconnect();
  };
}
"""


@cache
def _component() -> ComponentRenderer:
    """Registered once: Streamlit warns of a second registration."""
    return st.components.v2.component("influence_patterns_edit", html=HTML, css=CSS, js=SHOW + JS)


def typing_box(on: Editor[Choices]) -> None:
    """The box, which grows with its text."""
    with st.container(key="typing"):
        st.text_area(
            "Sentence",
            label_visibility="collapsed",
            height="content",
            placeholder="Type a sentence with [MASK], then press Enter",
            **on.show("text", on.choices().text, partial(_typed, on)),
        )


def edit_button() -> None:
    """What puts the cursor into the box."""
    _component()(key="edit", width="content")


def hidden_word(on: Editor[Choices]) -> str:
    """Where the session keeps the word that the mask has taken the place of."""
    return f"{on.prefix}_hidden_word"


def _typed(on: Editor[Choices], text: str) -> None:
    st.session_state.pop(hidden_word(on), None)
    # A text that is pasted may have several lines.
    type_text(on, " ".join(text.splitlines()))

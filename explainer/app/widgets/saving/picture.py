"""What only the browser can do: make a PNG of the picture, and copy the page's link."""

from __future__ import annotations

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from explainer.app.state.choices import TOO_LONG

SCALE = 3
"""Pixels of the PNG for one of the picture, so that print is sharp."""
HTML = """
<button type="button" id="png">Picture (PNG)</button>
<button type="button" id="link">Copy the link to this page</button>
<span role="status" id="said"></span>
"""
CSS = """
:host, div { font-family: var(--st-font); }
button {
  display: block; margin: 0; padding: .55rem 0; border: 0; background: none;
  font: inherit; font-size: .875rem;
  color: var(--st-text-color); cursor: pointer; text-align: left; border-radius: .3rem;
}
button:hover { color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
span { font-size: .875rem; color: var(--st-text-color); }
"""
JS = """
async function png(svg, name) {
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * SCALE;
  canvas.height = image.naturalHeight * SCALE;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const box = document.createElement("textarea");
  box.value = text;
  document.body.append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  if (!copied) throw new Error("not copied");
}

export default function ({ parentElement, data }) {
  const said = parentElement.querySelector("#said");
  const tell = (text) => { said.textContent = text; };
  parentElement.querySelector("#png").onclick = () =>
    png(data.svg, data.name).then(
      () => tell(""),
      () => tell("This browser cannot draw it: take the SVG."),
    );
  parentElement.querySelector("#link").onclick = () =>
    copy(window.location.href).then(
      () => tell("The link is copied."),
      () => tell("Not allowed here: copy the address from the browser’s bar."),
    );
}
""".replace("SCALE", str(SCALE))


@cache
def _component() -> ComponentRenderer:
    """Registered once: Streamlit warns of a second registration."""
    return st.components.v2.component("influence_patterns_picture", html=HTML, css=CSS, js=JS)


def picture_and_link(svg: str, name: str, *, whole: bool) -> None:
    """Two buttons: the picture `svg` as the PNG file `name`, and the page's address to copy.

    Where the address has not the `whole` question, that is said below.
    """
    _component()(key="picture_and_link", data={"svg": svg, "name": name})
    if not whole:
        st.caption(TOO_LONG)

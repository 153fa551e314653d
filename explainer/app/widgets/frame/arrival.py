"""One entry of the browser's history for each page that one comes to.

Streamlit adds an entry for the page, and another where the page then writes its link: to go back
took two presses, and the first of them led to the same page. What a page writes before anybody has
touched it takes the place of its entry; what somebody changes later has an entry of its own.
"""

JS = """
const untouched = "influencePatternsUntouched";
if (window[untouched] === undefined) {
  window[untouched] = true;
  const { pushState, replaceState } = window.history;
  window.history.pushState = function (state, title, address) {
    const same = new URL(address ?? "", document.baseURI).pathname === window.location.pathname;
    const write = same && window[untouched] ? replaceState : pushState;
    if (!same) window[untouched] = true;
    return write.call(this, state, title, address);
  };
  const touched = () => { window[untouched] = false; };
  for (const kind of ["pointerdown", "keydown"]) {
    window.addEventListener(kind, touched, { capture: true, passive: true });
  }
}
"""

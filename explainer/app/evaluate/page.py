"""The evaluate page from top to bottom: one sentence, or the sentences of a task."""

from __future__ import annotations

from collections.abc import Callable

from explainer.app.evaluate.choices import ABOUT, About
from explainer.app.evaluate.protocols.section import protocol_section
from explainer.app.evaluate.sentence import sentence_section
from explainer.app.evaluate.state import INQUIRY, LINKED
from explainer.app.evaluate.task import task_section
from explainer.app.widgets.frame.page import page_frame

ABOUT_NAMES: dict[About, str] = {
    "sentence": "This sentence",
    "task": "A task",
    "protocols": "Protocols",
}
LEADS: dict[About, str] = {
    "sentence": (
        "What is left of the prediction when only the patterns are kept, or cut, beside other "
        "methods and controls?"
    ),
    "task": "Over many sentences: do patterns hold what the model’s answers depend on?",
    "protocols": (
        "Tests that any method can take and lose: word scores, paths and edges against what the "
        "model does."
    ),
}
SECTIONS: dict[About, Callable[[float], None]] = {
    "sentence": sentence_section,
    "task": task_section,
    "protocols": protocol_section,
}


def evaluate_page() -> None:
    """Draw the page."""
    with page_frame(LINKED, "Evaluate", lambda: LEADS[LINKED.get().about]) as frame:
        frame.head.segmented_control(
            "What is tested",
            ABOUT,
            required=True,
            label_visibility="collapsed",
            format_func=ABOUT_NAMES.__getitem__,
            **INQUIRY.bound("about", "default"),
        )
        SECTIONS[LINKED.get().about](frame.width)

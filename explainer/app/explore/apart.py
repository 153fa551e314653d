"""Two words of different numbers of pieces: each in its own sentence, side by side on one scale."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import Contrast, ExplainerError, WordPair
from explainer.app.compute import Request, tokens_of_both
from explainer.app.compute.masks.apart import own_predictions, own_texts
from explainer.app.explore.state import EDITOR, LINKED
from explainer.app.explore.tour import is_open
from explainer.app.state.noted import standing_notes
from explainer.app.widgets.answer import answer_html
from explainer.app.widgets.drawing import drawing_controls, merge_field, view_of
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.frame.viewport import column_width, is_dark
from explainer.app.widgets.glossary import how_to_read, words
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.pair.graphs import (
    Titles,
    answer_colours,
    pair_graphs,
    side_views,
)
from explainer.app.widgets.pair.rows import Selection, Shown, shown_of
from explainer.app.widgets.question.tint import name_of, tint_rules
from explainer.app.widgets.saving.files import File, picture_files, save_button, save_files
from explainer.app.widgets.saving.picture import picture_and_link
from explainer.app.widgets.saving.snippet import words_snippet
from explainer.app.widgets.strip import found_by, number_strip, predicted_line
from explainer.app.widgets.strongest import strongest_row
from explainer.base.numbers import signed
from explainer.figures import View
from explainer.figures.canvas import wording
from explainer.figures.canvas.palette import palette
from explainer.figures.patterns.pairs.apart import apart_headline
from explainer.figures.patterns.pairs.svg import pair_svg
from explainer.figures.patterns.pairs.views import Pair

NOTED = "apart_noted"
"""Where the session keeps the note about a word that was dropped."""
HOW_TO_READ = (
    "Both graphs are drawn to one scale, word beside word: a dash stands where the other sentence "
    "has a mask more. Blue speaks for the first word or against the second, orange for the second "
    "or against the first. The bar at a word is its influence, the darker part what its line "
    "carries; the tint of a word in the sentence is its influence on the first less that on the "
    "second. Click a word or a line to follow it in both."
)
ONE_SCALE = (
    "Both pictures have one scale, in log-probability: lines as wide and bars as long stand for as "
    "much in one as in the other."
)
ONE_SENTENCE = (
    "What stands behind a step, what a cut does, other scores and how sure a path is are asked of "
    "one sentence: ask about words of as many pieces, or about one word alone, for these."
)
NO_TOUR = (
    "The tour follows a word through one picture, and here are two: choose an example beside the "
    "sentence, or words of as many pieces."
)


@st.fragment
def apart_section(found: WordPair, request: Request, width: float, said: DeltaGenerator) -> None:
    """All that follows from two explanations; a choice made here runs nothing but this again."""
    chosen, both = LINKED.get(), (found.correct, found.wrong)
    # The second sentence has no word that the first has not, but for masks.
    selection = Selection(lambda: (LINKED.get().word, None), lambda first, _: _select(first))
    shown = shown_of(both, selection, merged=chosen.merge)
    for note in _drop_stale(shown):
        st.info(note, icon=":material/link_off:")
    if is_open():
        st.info(NO_TOUR, icon=":material/explore:")
    headline = apart_headline(found)
    said.html(f'<p class="ipe-answer">{answer_html(headline)}</p>')
    strongest_row(EDITOR, [(f"{one.target.correct}: ", one) for one in both])
    try:
        _tint(found, request)
        texts = own_texts(request)
        first, second = own_predictions(request)
    except ExplainerError as error:  # of a model that has gone since, or nobody who computes
        show_error(error, owner="apart")
        LINKED.write_link()
        return
    view = replace(view_of(chosen, column_width(width)), selected=None, place=None)
    names = (found.correct.target.correct, found.wrong.target.correct)
    predicted = (predicted_line(first, names[0]), predicted_line(second, names[1]))
    answer_colours(both)
    with st.container(key="apart"):
        pair_graphs(shown, view, width, Titles(names, texts, always=True, below=predicted))
    st.caption(ONE_SCALE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="view_row"):
        st.caption(found_by(found.correct, chosen.level), width="stretch")
        how_to_read(
            HOW_TO_READ, words("influence", "pattern", "step", "head", "skip connection", "node")
        )
        with st.popover("View", icon=":material/visibility:", type="tertiary", key="view"):
            drawing_controls(EDITOR)
            merge_field(EDITOR)
        _save(found, request, shown, view, texts, "".join(piece.text for piece in headline))
    _strip(found)
    _one_alone(found, request)
    LINKED.write_link()


def _one_alone(found: WordPair, request: Request) -> None:
    """What is asked of one sentence, and the way to it: a word of several pieces alone."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="one_alone"):
        st.caption(ONE_SENTENCE, width="content")
        for one, which in ((found.correct, "correct"), (found.wrong, "wrong")):
            words = getattr(request.contrast, which)
            masks = len(words) if isinstance(words, tuple) else 1
            if len(one.target.positions) > masks:
                st.button(
                    f"Ask about {plain(wording.answer(one.target.correct))} alone",
                    icon=":material/search:",
                    type="tertiary",
                    key=f"alone_{which}",
                    on_click=_ask_alone,
                    args=(which,),
                )


def _ask_alone(which: str) -> None:
    """Leave the other word out."""
    chosen = LINKED.get().unselected
    EDITOR.put(replace(chosen, correct=getattr(chosen, which), wrong=None))


def _tint(found: WordPair, request: Request) -> None:
    """Tint the sentence's words by what they do to the difference of the two: blue for the first
    word, orange for the second."""
    sums = []
    for one, asked in ((found.correct, "correct"), (found.wrong, "wrong")):
        alone = Contrast(getattr(request.contrast, asked), mask=request.contrast.mask)
        (places,) = tokens_of_both(replace(request, contrast=alone))
        sums.append([sum(one.influence[at] for at in word) for word in places])
    apart = [first - second for first, second in zip(*sums, strict=True)]
    rules = tint_rules(name_of(request.text), apart, palette(is_dark()))
    st.html(f"<style>\n{rules}\n</style>")


def _select(word: int | None) -> None:
    """Follow the word at this position of the first sentence in both."""
    EDITOR.put(replace(LINKED.get().unselected, word=word))


def _drop_stale(shown: Shown) -> tuple[str, ...]:
    """Drop a selected word that is not there; the note, until something else is chosen."""
    word, new = LINKED.get().word, []
    if word is not None and shown.selected() is None:
        shown.select(None)
        new.append(f"Token {word} is not in the sentence: all words are shown.")
    return standing_notes(NOTED, LINKED.get(), tuple(new))


def _strip(found: WordPair) -> None:
    """Both log-probabilities, their difference, and the gaps."""
    both = (found.correct, found.wrong)
    quantity = words("quantity of interest")
    meaning = f"{quantity}\n\nIn log-probability: 0 is certain, and less is less likely."
    values = [
        (f"log P({one.target.correct})", signed(one.target.value), meaning, False) for one in both
    ]
    gaps = [
        (
            f"gap, {one.target.correct}",
            signed(one.completeness_gap, 3),
            f"{words('completeness gap', 'points')}\n\nRule: {one.settings.rule}.",
            one.gap_warning is not None,
        )
        for one in both
    ]
    difference = ("difference", signed(found.difference), quantity, False)
    number_strip("apart", [*values, difference, *gaps])
    for one in both:
        if one.gap_warning is not None:
            st.caption(f":material/warning: {one.target.correct}: {one.gap_warning}")


def _save(
    found: WordPair,
    request: Request,
    shown: Shown,
    view: View,
    texts: tuple[str, str],
    said: str,
) -> None:
    """What the two can be saved as, behind one button; `said` is the answer in a sentence."""
    with save_button() as is_there:
        if not is_there:
            return
        both: Pair = shown.rows
        # A picture is for a paper: light, whatever the page is.
        first, second = (
            replace(one, dark=False, width=View.width) for one in side_views(shown, view)
        )
        picture = pair_svg(both, shown.comparison.alignment, (first, second), texts, said)
        picture_and_link(picture, "words", whole=LINKED.get().fits_link)
        numbers = File(
            "Numbers of both (JSON)",
            "words.json",
            "application/json",
            lambda: found.to_json(indent=1),
        )
        followed = replace(request, words=found.correct.strongest or found.wrong.strongest)
        save_files(
            (*picture_files("words", lambda: picture), numbers),
            words_snippet(followed, texts, replace(first, selected=LINKED.get().word)),
        )

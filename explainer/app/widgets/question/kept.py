"""Words and classes that stay asked about while sentence or model change, as long as they can.

1. While the sentence is typed: words stay that a person chose, and others where the new sentence is
   like the one before. Where a word is masked by a click, its rival stays where the mask does.
2. Once the model is there: what stayed has to be a word or class of it, and the two must differ.

What does not stay is left to the model, and said until something else is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app.compute.request import contrast_for
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.state.masks import LINE, at_each, count_masks, together
from explainer.app.widgets.markdown import plain
from explainer.models.model import Model
from explainer.question.contrast import contrast_ids
from explainer.question.labels import class_number
from explainer.question.masks.which import Word, Words, asked_masks, each_mask, for_each_mask
from explainer.question.places.spans import asked_span
from explainer.question.places.tagged import asked_position
from explainer.question.sentence import read_sentence

WORDS = ("correct", "wrong")
CLASSES = ("label", "other")
TAGGED = "tagged"
"""The word whose tag is asked about."""
ANSWERS = ("answer", "other")
QUESTION = ("model", "text", "pair", *WORDS, *CLASSES, TAGGED, "answer", "mask")


def choose_answer(on: Editor[Choices], name: str, answer: str | None) -> None:
    """Ask about a word or class that a person chose, None for the model's choice."""
    _choose(on, name, answer.strip() or None if answer else None)


def _choose(on: Editor[Choices], name: str, answer: str | None) -> None:
    st.session_state[_own(on)] = {**st.session_state.get(_own(on), {}), name: answer}
    on.put(on.choices().unselected)
    on.change(**{name: answer})


def choose_at_mask(
    on: Editor[Choices], name: str, number: int, count: int, word: str | None
) -> None:
    """Ask about a word that a person chose at mask `number` (from 0) of so many, None for the
    model's choice."""
    words = at_each(getattr(on.choices(), name), count)[:count]
    words += [None] * (count - len(words))
    words[number] = word.strip() or None if word else None
    _choose(on, name, together(words))


def choose_mask(on: Editor[Choices], count: int, mask: int | None) -> None:
    """Ask about mask number `mask` (the first is 1) of so many alone, or for None about all.

    The words there stay, and those at the others are the model's choice.
    """
    before = on.choices()
    words: dict[str, Any] = {}
    for name in WORDS:
        each = asked_at_each(before, name, count)
        if mask is None:
            words[name] = together(each)
        else:
            words[name] = each[mask - 1] if mask <= len(each) else None
    on.put(replace(before.unselected, mask=mask, **words))


def asked_at_each(chosen: Choices, name: str, count: int) -> list[str | None]:
    """The word of this name (of `WORDS`) that is asked about at each of so many masks, None where
    it is the model's choice, or that mask is not asked about."""
    value = getattr(chosen, name)
    if chosen.mask is not None:
        return [value if number == chosen.mask else None for number in range(1, count + 1)]
    return at_each(value, count)


def type_text(on: Editor[Choices], text: str, keep: Collection[str] = ()) -> None:
    """Ask about another text; the words asked about that do not stay are said.

    Those to `keep`, by their names, stay whatever the text is.
    """
    before = on.choices()
    own = st.session_state.get(_own(on), {})
    stay = set(keep)
    if count_masks(text) == count_masks(before.text):
        stay |= {name for name in WORDS if own.get(name) == getattr(before, name)}
    after = before.with_text(text, stay)
    gone = [
        word
        for name in WORDS
        if getattr(before, name) != getattr(after, name)
        for word in filter(None, getattr(before, name).split(LINE))
    ]
    on.put(after)
    _say_gone(on, "The sentence is a new one", gone)


def ask_masked(on: Editor[Choices], text: str, word: str | None, *, elsewhere: bool | None) -> None:
    """Ask about the text whose mask has been set by a click, where `word` stood (None: it is not
    one piece, and the model chooses).

    Its rival stays where the mask is not `elsewhere` than it was when that was asked for. Where
    there was no mask yet (None), it stays if a person chose it or asked for this very word.
    """
    before = on.choices()
    if elsewhere is None:
        own = st.session_state.get(_own(on), {}).get("wrong") == before.wrong
        elsewhere = not own and (word is None or word != before.correct)
    rival = None if elsewhere else before.wrong
    on.put(replace(before.unselected, text=text, correct=word, wrong=rival))
    gone = [before.wrong] if before.wrong is not None and rival is None else []
    _say_gone(on, "The mask is at another word", gone)


def _say_gone(on: Editor[Choices], why: str, gone: Sequence[str]) -> None:
    if gone:
        verb = "is" if len(gone) == 1 else "are"
        say(on, (f"{why}: {_listed(gone)} {verb} no longer asked about.",))


def settle(on: Editor[Choices], loaded: Model, messages: DeltaGenerator) -> None:
    """Leave to the model what it cannot be asked since its sentence or itself has changed.

    A word that somebody has just typed stays, and is refused where the question is read; so does
    one that a link asks for.
    """
    if loaded.pooling is not None:
        return  # words and labels wait for a model that is asked for them
    chosen, last = on.choices(), _last(on)
    try:
        gone = reasons(loaded, chosen, _kept(chosen, last, loaded)) if last else {}
    except ExplainerError:
        return  # a sentence that cannot be read: what stays is settled with the next
    said = _said(on)
    if gone:
        on.change(**dict.fromkeys(gone))
        said = (*said, *gone.values())
    st.session_state[f"{on.prefix}_settled"] = on.choices()
    say(on, said)
    for sentence in said:
        messages.info(plain(sentence), icon=":material/help:")


def _kept(chosen: Choices, last: Choices, loaded: Model) -> tuple[str, ...]:
    """What is asked as it was before sentence or model changed."""
    reads = loaded.info.task == "question-answering"
    same = (chosen.model, chosen.text) == (last.model, last.text)
    if same and (not reads or chosen.pair == last.pair):
        return ()
    others = {"masked-lm": WORDS, "tagging": (*CLASSES, TAGGED), "question-answering": ANSWERS}
    names = others.get(loaded.info.task, CLASSES)
    return tuple(
        name
        for name in names
        if getattr(chosen, name) is not None and getattr(chosen, name) == getattr(last, name)
    )


def reasons(loaded: Model, chosen: Choices, kept: Sequence[str]) -> dict[str, str]:
    """Which of the kept words or classes cannot be asked for, and why, by their names.

    Raises ExplainerError for a sentence that the model cannot read.
    """
    if loaded.info.task == "question-answering":
        return _unanswered(loaded, chosen, kept)
    why: dict[str, str] = {}
    found: dict[str, tuple[int, ...]] = {}
    if loaded.info.task == "masked-lm":
        return _unmasked(loaded, chosen, kept) if kept else {}
    first, second = CLASSES
    for name in (first, second) if kept else ():
        answer = getattr(chosen, name)
        if answer is None:
            continue
        try:
            found[name] = (class_number(loaded, answer),)
        except ExplainerError:
            if name in kept:  # what has just been typed is refused where the question is read
                kind = "tag" if loaded.info.task == "tagging" else "class"
                why[name] = _dropped(answer, f"no {kind}")
    if TAGGED in kept and chosen.tagged is not None:
        try:
            asked_position(loaded, read_sentence(loaded, chosen.text), chosen.tagged)
        except ExplainerError:
            why[TAGGED] = (
                f"“{chosen.tagged}” is not in this text, or several times: the model’s own choice "
                "of a word is asked about instead."
            )
    if second in kept and len(found) == 2 and found[first] == found[second]:
        why[second] = _same(getattr(chosen, first), getattr(chosen, second))
    return why


def _unmasked(loaded: Model, chosen: Choices, kept: Sequence[str]) -> dict[str, str]:
    """`reasons` for words that cannot stand at their masks; at several masks all go with one."""
    given = contrast_for(chosen, loaded.info.task)
    sentence = asked_masks(read_sentence(loaded, chosen.text), given.mask)
    why: dict[str, str] = {}
    found: dict[str, list[tuple[int, ...]]] = {}
    for name in WORDS:
        asked: Words | None = getattr(given, name)
        if asked is None:
            continue
        each = []
        word: Word | None = None
        try:
            for at, word in zip(
                each_mask(sentence), for_each_mask(sentence, asked, name), strict=True
            ):
                each.append(() if word is None else contrast_ids(loaded, at, word))
        except ExplainerError:
            if name in kept:  # what has just been typed is refused where the question is read
                why[name] = _dropped(str(word), "not one word piece at the mask")
            continue
        found[name] = each
    first, second = WORDS
    long = next((pieces for pieces in found.get(second, ()) if len(pieces) > 1), None)
    if second in kept and first not in found and long is not None:
        words = for_each_mask(sentence, getattr(given, second), second)
        wide = str(words[found[second].index(long)])
        why[second] = _dropped(wide, "not one word piece at the mask")
    if second in kept and first in found and found[first] == found.get(second):
        why[second] = _same(*(getattr(chosen, name).replace(LINE, " … ") for name in WORDS))
    return why


def _same(one: str, other: str) -> str:
    return (
        f"“{other}” is the same as “{one}” to this model, whose own choice of a rival is asked "
        "about instead."
    )


def _unanswered(loaded: Model, chosen: Choices, kept: Sequence[str]) -> dict[str, str]:
    """`reasons` for answers that do not stand in the passage."""
    why: dict[str, str] = {}
    sentence = read_sentence(loaded, chosen.text, chosen.pair) if kept else None
    for name in kept:
        assert sentence is not None
        try:
            asked_span(sentence, getattr(chosen, name))
        except ExplainerError:
            why[name] = (
                f"“{getattr(chosen, name)}” does not stand in the passage, or several times: the "
                "model’s own choice is asked about instead."
            )
    return why


def _dropped(answer: str, what: str) -> str:
    return f"“{answer}” is {what} to this model, whose own choice is asked about instead."


def say(on: Editor[Choices], sentences: tuple[str, ...]) -> None:
    """Have these sentences said as long as the question is this one."""
    st.session_state[f"{on.prefix}_said"] = (_question(on.choices()), sentences)


def _said(on: Editor[Choices]) -> tuple[str, ...]:
    """What is said of this question."""
    question, sentences = st.session_state.get(f"{on.prefix}_said", (None, ()))
    return sentences if question == _question(on.choices()) else ()


def _question(chosen: Choices) -> tuple[str | None, ...]:
    return tuple(getattr(chosen, name) for name in QUESTION)


def _last(on: Editor[Choices]) -> Choices | None:
    """What was asked when it was settled last."""
    found: Choices | None = st.session_state.get(f"{on.prefix}_settled")
    return found


def _own(on: Editor[Choices]) -> str:
    """Where the session keeps what a person chose, and not an example, a link or the default."""
    return f"{on.prefix}_own_answers"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(f"“{word}”" for word in words)

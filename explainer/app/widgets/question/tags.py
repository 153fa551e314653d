"""The words of a tagger's sentence: their tags, and which of them is asked about."""

from __future__ import annotations

from explainer import ExplainerError, Prediction
from explainer.app import compute
from explainer.app.compute import Reading
from explainer.app.compute.request import contrast_for
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.question.kept import choose_answer
from explainer.models.model import Model
from explainer.question.places.tagged import OUTSIDE


def tags_of_words(
    chosen: Choices, predicted: tuple[Prediction, ...]
) -> tuple[Prediction | None, ...]:
    """What is predicted of each word of the text; None for a word without a tag of its own.

    Raises ExplainerError.
    """
    by_token = {one.position: one for one in predicted}
    words = compute.word_tokens(chosen.model, chosen.text)
    return tuple(by_token.get(tokens[0]) if tokens else None for tokens in words)


def shown_tags(tags: tuple[Prediction | None, ...]) -> dict[int, str]:
    """The tags that are shown, by the word's number: all but O, which says that there is none."""
    return {
        number: one.word
        for number, one in enumerate(tags)
        if one is not None and one.word.strip().casefold() != OUTSIDE
    }


def asked_word(loaded: Model, chosen: Choices, tags: tuple[Prediction | None, ...]) -> int | None:
    """The number of the word that is asked about; None where that is not known."""
    given = contrast_for(chosen, loaded.info.task)
    try:
        word = compute.exact_contrast(Reading(chosen.model, chosen.text), given).word
    except ExplainerError:
        return None  # what is wrong with it is said where the question is read
    return next((n for n, one in enumerate(tags) if one is not None and one.of == word), None)


def ask_about(on: Editor[Choices], tags: tuple[Prediction | None, ...], number: int | None) -> None:
    """Ask about a word, and about the model's own choice where it is clicked again."""
    one = None if number is None else tags[number]
    choose_answer(on, "tagged", None if one is None else one.of)

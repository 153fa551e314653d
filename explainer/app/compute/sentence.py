"""What all pages ask about one sentence: its explanation, predictions and words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from explainer import ExplainerError, Explanation, Prediction, explain, predict
from explainer.app.compute.bounds import check_effort
from explainer.app.compute.cached import computed
from explainer.app.compute.request import Reading, Request
from explainer.app.compute.server import model, model_of
from explainer.app.work.limits import budget
from explainer.influence.effort.estimate import Estimate
from explainer.models.model import Model
from explainer.question.masks.asked import read_asked
from explainer.question.masks.words import tokens_of_words
from explainer.question.places.spans import (
    NO_ANSWER,
    characters_of,
    chosen_spans,
    named_span,
    span_logits,
)
from explainer.question.places.tagged import asked_words
from explainer.question.predictions import (
    predict_sentence,
    predict_spans,
)
from explainer.question.quantity import Contrast, asked_for, choose_quantity
from explainer.question.sentence import Span, word_spans

PREDICTIONS = 12
TOGETHER = (
    "A word at each mask is asked about, all of them together: Q is in log-probabilities, added up "
    "over the masks."
)


def tracing(loaded: Model, request: Request, *_: object) -> Estimate:
    """The effort of an explanation without patterns; raises ExplainerError for too much."""
    return check_effort(loaded, request, request.settings, words=0)


def explaining(loaded: Model, request: Request) -> Estimate:
    """The effort of an explanation; raises ExplainerError for too much."""
    return check_effort(loaded, request, request.settings, words=request.words, flow=True)


@computed(explaining)
def explanation(loaded: Model, request: Request) -> Explanation:
    """The explanation with its total flow; raises ExplainerError."""
    return explain(
        loaded,
        request.text,
        pair=request.pair,
        **asdict(request.contrast),
        settings=request.settings,
        flow=True,
        words=request.words,
        memory=budget(),
    )


@computed()
def predictions(loaded: Model, reading: Reading) -> tuple[Prediction, ...]:
    """The model's most likely words or classes, or every word's tag; raises ExplainerError."""
    return predict(loaded, reading.text, PREDICTIONS, pair=reading.pair)


@computed()
def predictions_and_asked(loaded: Model, request: Request) -> tuple[Prediction, ...]:
    """`predictions`, or of a tagger those of the word that is asked about, and behind them what is
    asked about; raises ExplainerError."""
    sentence = read_asked(loaded, request.text, request.pair, request.contrast)
    if loaded.info.task == "question-answering":
        logits, given = span_logits(loaded, sentence), request.contrast
        asked = chosen_spans(loaded, sentence, given.answer, given.other, logits)
        return predict_spans(sentence, logits, PREDICTIONS, asked)
    quantity = choose_quantity(loaded, sentence, request.contrast)
    position = quantity.position if loaded.info.task == "tagging" else None
    return predict_sentence(loaded, sentence, PREDICTIONS, also=quantity.classes, position=position)


@computed()
def contrasted(loaded: Model, reading: Reading, contrast: Contrast) -> tuple[str, str | None]:
    """The words or classes that are asked about, chosen where they are not given.

    Raises ExplainerError.
    """
    sentence = read_asked(loaded, reading.text, reading.pair, contrast)
    asked = choose_quantity(loaded, sentence, contrast)
    return asked.correct, asked.wrong


@computed()
def answers(loaded: Model, reading: Reading, contrast: Contrast) -> tuple[Any, Any]:
    """What another sentence can be asked for, to be asked the same: as `contrasted`, by the
    names that lead to these very words or classes.

    Raises ExplainerError.
    """
    sentence = read_asked(loaded, reading.text, reading.pair, contrast)
    quantity = choose_quantity(loaded, sentence, contrast)
    correct, *others = asked_for(loaded, sentence, contrast, quantity)
    return correct, others[0] if quantity.wrong is not None else None


@computed()
def exact_contrast(loaded: Model, reading: Reading, contrast: Contrast) -> Contrast:
    """The word that a tagger is asked about and its two tags, or the two answers of a reader,
    chosen where they are not given, by what leads to these very ones in this text; raises
    ExplainerError."""
    sentence = read_asked(loaded, reading.text, reading.pair)
    if loaded.info.task == "question-answering":
        both = chosen_spans(loaded, sentence, contrast.answer, contrast.other)
        answer, other = (named_span(sentence, span) for span in both)
        return Contrast(answer=answer, other=other)
    quantity = choose_quantity(loaded, sentence, contrast)
    label, other = asked_for(loaded, sentence, contrast, quantity)
    word = asked_words(loaded, sentence).get(quantity.position, contrast.word)
    return Contrast(label=label, other=other, word=word)


@computed()
def answer_place(loaded: Model, reading: Reading, contrast: Contrast) -> Span | None:
    """The characters of the passage at which the answer stands that is asked about, None where
    that is no answer; raises ExplainerError."""
    sentence = read_asked(loaded, reading.text, reading.pair)
    answer, _ = chosen_spans(loaded, sentence, contrast.answer, contrast.other)
    return None if answer == NO_ANSWER else characters_of(sentence, answer)


def answer_between(reading: Reading, first: int, last: int) -> str:
    """What leads to the answer from word `first` of the passage to word `last`, by number; raises
    ExplainerError."""
    loaded = model_of(reading)
    sentence = read_asked(loaded, reading.text, reading.pair)
    _, words = tokens_of_words(loaded, reading.text, reading.pair)
    if not (words[first] and words[last]):
        raise ExplainerError("An answer begins and ends with words that have tokens: click others.")
    return named_span(sentence, (words[first][0], words[last][-1]))


def words(name: str, text: str) -> tuple[Span, ...]:
    """Spans of the text's words, for a text that may lack its mask; raises ExplainerError."""
    return word_spans(model(name), text)


def word_tokens(
    name: str, text: str, contrast: Contrast | None = None
) -> tuple[tuple[int, ...], ...]:
    """The positions of each word's tokens; raises ExplainerError."""
    (found,) = tokens_of_words(model(name), text, contrast=contrast)
    return found


def tokens_of_both(request: Request) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """The positions of each word's tokens, of one text or of two; raises ExplainerError."""
    loaded = model_of(request)
    return tokens_of_words(loaded, request.text, request.pair, request.contrast)


def reading_notes(request: Request) -> tuple[str, ...]:
    """What to know about how text and question were read; raises ExplainerError."""
    sentence = read_asked(model_of(request), request.text, request.pair, request.contrast)
    count = len(sentence.masks)
    if count < 2:
        return sentence.notes
    if len(sentence.slots) > 1:
        return (*sentence.notes, TOGETHER)
    words = [word for word in (request.contrast.correct, request.contrast.wrong) if word]
    named = " and ".join(f"“{word}”" for word in words)
    verb, each = ("is", "") if len(words) == 1 else ("are", " each")
    asked = (
        f"{named} {verb} {count} word pieces{each} to this model, and every piece has a mask of "
        "its own: Q is in log-probabilities, added up over the pieces."
    )
    return (*sentence.notes, asked)

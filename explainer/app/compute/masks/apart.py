"""Two words that need a sentence each, because they have different numbers of pieces."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from explainer import Contrast, Explanation, Prediction, WordPair, explain_words
from explainer.app.compute.bounds import allowed
from explainer.app.compute.cached import computed
from explainer.app.compute.masks.at_each import AtMask, at_masks
from explainer.app.compute.request import Request
from explainer.app.compute.sentence import explanation, predictions_and_asked
from explainer.app.compute.server import model_of
from explainer.app.work.limits import budget
from explainer.base.errors import UnlikeWordsError
from explainer.influence.effort.estimate import Estimate, together
from explainer.influence.effort.size import Size
from explainer.models.model import Model
from explainer.question.masks.asked import read_asked, read_for_word
from explainer.question.sentence import Sentence
from explainer.results.settings import Settings


def explained(request: Request) -> Explanation | WordPair:
    """The explanation, or one for each of two words that have no sentence together; raises
    ExplainerError."""
    try:
        read_asked(model_of(request), request.text, request.pair, request.contrast)
    except UnlikeWordsError:
        return word_pair(request)
    return explanation(request)


def _sentences(loaded: Model, request: Request) -> tuple[Sentence, Sentence]:
    asked = request.contrast
    assert asked.correct is not None
    assert asked.wrong is not None, "one word has one sentence"
    return (
        read_for_word(loaded, request.text, asked.correct, asked.mask),
        read_for_word(loaded, request.text, asked.wrong, asked.mask),
    )


def _explaining(loaded: Model, request: Request) -> Estimate:
    """The effort of both explanations; raises ExplainerError for too much."""
    sizes = [Size.alone(sentence) for sentence in _sentences(loaded, request)]

    def effort(of: Settings) -> Estimate:
        return together(loaded, sizes, of, budget(), words=request.words, flow=True)

    return allowed(effort, request.settings)


@computed(_explaining)
def word_pair(loaded: Model, request: Request) -> WordPair:
    """Each word's explanation, with its total flow; raises ExplainerError."""
    asked = request.contrast
    assert asked.correct is not None
    assert asked.wrong is not None, "one word has one sentence"
    return explain_words(
        loaded,
        request.text,
        asked.correct,
        asked.wrong,
        mask=asked.mask,
        settings=request.settings,
        flow=True,
        words=request.words,
        memory=budget(),
    )


def own_texts(request: Request) -> tuple[str, str]:
    """The text as it is read for each word, with a space between masks that touch; raises
    ExplainerError."""
    first, second = map(_spaced, _sentences(model_of(request), request))
    return first, second


def _spaced(sentence: Sentence) -> str:
    text = sentence.text
    for before, after in reversed([*pairwise(sorted(sentence.masks))]):
        end, start = sentence.spans[before][1], sentence.spans[after][0]
        if end == start:
            text = f"{text[:end]} {text[start:]}"
    return text


def own_notes(request: Request) -> tuple[str, ...]:
    """What to know about how the text was read; raises ExplainerError."""
    return _sentences(model_of(request), request)[0].notes


def own_predictions(
    request: Request,
) -> tuple[tuple[AtMask, ...] | tuple[Prediction, ...], ...]:
    """What the model says in each word's sentence: at each of several masks, or at its only one,
    with the word's own pieces behind; raises ExplainerError."""
    asked = request.contrast
    found: list[tuple[AtMask, ...] | tuple[Prediction, ...]] = []
    for words in (asked.correct, asked.wrong):
        alone = Contrast(words, mask=asked.mask)
        said = at_masks(request.reading, alone)
        if said:
            found.append(tuple(replace(one, asked=one.asked[:1]) for one in said))
        else:
            found.append(predictions_and_asked(replace(request, contrast=alone)))
    return tuple(found)

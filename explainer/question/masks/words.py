"""Which tokens a word of the text stands for, where its mask may stand for several."""

from __future__ import annotations

from explainer.models.model import Model
from explainer.question.masks.asked import asked_in
from explainer.question.quantity import Contrast
from explainer.question.sentence import read_alone, read_sentence, word_spans
from explainer.question.words import by_word


def tokens_of_words(
    model: Model, text: str, pair: str | None = None, contrast: Contrast | None = None
) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """For the text, and for a second one, of each of its `word_spans` the positions of the tokens.

    A sentence encoder reads each by itself: of it there are those of the text alone. Those of the
    mask are all that stand there for the contrast's words. Raises ExplainerError for a text that
    cannot be read, or be asked so.
    """
    if model.pooling is not None:  # each of two texts is read by itself
        return (by_word(word_spans(model, text), read_alone(model, text).spans),)
    sentence = read_sentence(model, text, pair)
    masks = asked_in(model, sentence, contrast).masks
    found = []
    for number, read in enumerate(sentence.texts):
        inside = [
            span if part == number else (0, 0)
            for part, span in zip(sentence.parts, sentence.spans, strict=True)
        ]
        words = by_word(word_spans(model, read), inside)
        found.append(words if len(masks) < 2 else tuple(_moved(word, masks) for word in words))
    return tuple(found)


def _moved(places: tuple[int, ...], masks: tuple[int, ...]) -> tuple[int, ...]:
    """Positions of one mask's sentence where these masks stand for it."""
    if masks[0] in places:
        return masks
    more = len(masks) - 1
    return tuple(at if at < masks[0] else at + more for at in places)

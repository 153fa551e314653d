"""Which tokens a word of the text stands for, where its mask may stand for several."""

from __future__ import annotations

from explainer.models.model import Model
from explainer.question.masks.asked import asked_in
from explainer.question.masks.spread import spread
from explainer.question.masks.which import asked_masks
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
    slots = asked_in(model, sentence, contrast).slots
    mask = None if contrast is None else contrast.mask
    places = spread(asked_masks(sentence, mask), [len(slot) for slot in slots])
    found = []
    for number, read in enumerate(sentence.texts):
        inside = [
            span if part == number else (0, 0)
            for part, span in zip(sentence.parts, sentence.spans, strict=True)
        ]
        words = by_word(word_spans(model, read), inside)
        found.append(tuple(tuple(new for at in word for new in places[at]) for word in words))
    return tuple(found)

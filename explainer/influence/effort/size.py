"""What of a question tells what it takes to explain it, known before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

from explainer.models.model import Model
from explainer.question.quantity import Contrast
from explainer.question.readouts.quantity import Quantity, normalised
from explainer.question.sentence import Sentence

SPANS = 4
"""Where two answers begin and end."""


@dataclass(frozen=True)
class Size:
    """Of `n_tokens` tokens Q is read at so many `targets`, at so many of which it takes the logits
    of the whole vocabulary (`normalised`)."""

    n_tokens: int
    targets: int = 1
    normalised: int = 0

    @staticmethod
    def of(sentence: Sentence, quantity: Quantity) -> Size:
        """That of a question that has been read."""
        return Size(len(sentence.tokens), len(quantity.positions), normalised(quantity))

    @staticmethod
    def most(model: Model, sentence: Sentence, contrast: Contrast | None = None) -> Size:
        """The most that a question may take before the model has been asked what is not given.

        The sentence is as `masks.asked.read_asked` reads it for the contrast.
        """
        n_tokens, masks = len(sentence.tokens), len(sentence.masks)
        if model.pooling is not None:
            return Size(n_tokens, len(model.pooling.positions(n_tokens)))
        if model.adapter.pools:
            return Size(n_tokens, n_tokens)
        if model.info.task == "question-answering":
            return Size(n_tokens, SPANS)
        if model.info.task != "masked-lm" or masks < 2:
            return Size(n_tokens)
        # Without a rival it is the probability of the correct words alone.
        alone = contrast is None or contrast.wrong is None
        return Size(n_tokens, masks, masks if alone else 0)

    @staticmethod
    def alone(sentence: Sentence) -> Size:
        """That of a word's, or several words', probability in a sentence of its own."""
        masks = len(sentence.masks)
        return Size(len(sentence.tokens), masks, masks)

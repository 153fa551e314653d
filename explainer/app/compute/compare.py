"""What the compare page asks beside the explanations: a second sentence to begin with."""

from __future__ import annotations

from explainer.app.compute.cached import computed
from explainer.app.compute.request import Request
from explainer.models.model import Model
from explainer.question.masks.words import tokens_of_words
from explainer.question.minimal import Change, minimal_pair
from explainer.question.quantity import choose_quantity
from explainer.question.sentence import read_sentence


@computed()
def other_sentence(loaded: Model, request: Request, strengths: tuple[float, ...]) -> Change | None:
    """The request's text with one word changed, by how much its words matter; raises
    ExplainerError."""
    if loaded.pooling is not None:
        return None  # which of its words would change how near two texts are, only people know
    asked, stays = request.contrast, None
    if loaded.info.task == "tagging":
        sentence = read_sentence(loaded, request.text)
        position = choose_quantity(loaded, sentence, request.contrast).position
        (words,) = tokens_of_words(loaded, request.text)
        stays = next((n for n, tokens in enumerate(words) if position in tokens), None)
    return minimal_pair(loaded, request.text, strengths, asked.correct, stays, asked.mask)

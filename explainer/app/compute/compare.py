"""What the compare page asks beside the explanations: a second sentence to begin with."""

from __future__ import annotations

from explainer.app.compute.cached import computed
from explainer.app.compute.request import Request
from explainer.app.compute.server import model
from explainer.models.model import Model
from explainer.question.masks.words import tokens_of_words
from explainer.question.minimal import Change, minimal_pair
from explainer.question.quantity import choose_quantity
from explainer.question.sentence import read_sentence


def compares(name: str) -> bool:
    """Whether a model says how near two texts are; raises ExplainerError."""
    return model(name).pooling is not None


@computed()
def other_sentence(loaded: Model, request: Request, strengths: tuple[float, ...]) -> Change | None:
    """The request's text with one word changed, by how much its words matter; raises
    ExplainerError."""
    asked, stays = request.contrast, None
    if loaded.info.task == "tagging":
        sentence = read_sentence(loaded, request.text)
        position = choose_quantity(loaded, sentence, request.contrast).position
        (words,) = tokens_of_words(loaded, request.text)
        stays = next((n for n, tokens in enumerate(words) if position in tokens), None)
    return minimal_pair(loaded, request.text, strengths, asked.correct, stays, asked.mask)

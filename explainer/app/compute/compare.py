"""What the compare page asks beside the explanations: a second sentence to begin with."""

from __future__ import annotations

from explainer.app.compute.cached import computed
from explainer.app.compute.request import Request
from explainer.models.model import Model
from explainer.question.minimal import Change, minimal_pair


@computed()
def other_sentence(loaded: Model, request: Request, strengths: tuple[float, ...]) -> Change | None:
    """The request's text with one word changed, by how much its words matter; raises
    ExplainerError."""
    correct = request.contrast.correct
    return minimal_pair(loaded, request.text, strengths, None if correct is None else str(correct))

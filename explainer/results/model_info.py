"""What a reader of an explanation must know of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from explainer.base.checks import one_of, text, whole

Task = Literal["masked-lm", "classification", "tagging", "question-answering", "similarity"]
"""A word at a mask, the class of a text, the tag of each word, an answer in a passage, or how near
two texts are."""
DOES: dict[Task, str] = {
    "masked-lm": "predicts the word at a mask",
    "classification": "predicts a class of the whole text",
    "tagging": "tags words",
    "question-answering": "finds answers in a passage",
    "similarity": "compares two texts",
}
"""What a model with each task does, after its name."""
Head = Literal["choice", "labels", "values"]
MAX_SIZES = {"layers": 1000, "heads": 10_000, "d_model": 1_000_000}
"""No encoder comes near these."""


@dataclass(frozen=True)
class ModelInfo:
    """The model in short: sizes are counts, `task` names its head.

    `head` says what the outputs are: one `choice` among words, classes or tags, `labels` of which
    each holds or not, or the `values` of a regression, as which the cosine of a sentence encoder
    counts. Raises ExplainerError for sizes that no model has.
    """

    name: str
    task: Task
    layers: int
    heads: int
    d_model: int
    head: Head = "choice"

    def __post_init__(self) -> None:
        text("model.name", self.name)
        one_of("model.task", self.task, get_args(Task))
        one_of("model.head", self.head, get_args(Head))
        for name, most in MAX_SIZES.items():
            object.__setattr__(self, name, whole(f"model.{name}", getattr(self, name), 1, most))

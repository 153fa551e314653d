"""Sentences with a right and a wrong answer: agreement, and sentiment for classifiers."""

from explainer.tasks.case import KINDS, TASKS, Case, Kind, Task
from explainer.tasks.generate import generate
from explainer.tasks.reference import reference_texts
from explainer.tasks.sentiment import sentiment_cases

__all__ = [
    "KINDS",
    "TASKS",
    "Case",
    "Kind",
    "Task",
    "generate",
    "reference_texts",
    "sentiment_cases",
]

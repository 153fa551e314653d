"""Influence patterns: how information flows through BERT.

    from explainer import Settings, explain, load_model

    model = load_model("agreement")
    explanation = explain(
        model, "the farmers that the assistant loves [MASK] old .", correct="are", wrong="is"
    )

What is public is here and, for drawing, in `explainer.figures`; deeper modules may move. Names are
imported when they are first used, so that results can be read and drawn, and help be printed,
without waiting seconds for torch and transformers.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explainer.api import (
        ablate,
        explain,
        explain_many,
        measure_path,
        stability,
        word_scores,
    )
    from explainer.base.errors import ExplainerError
    from explainer.corpus.along import sentences_along
    from explainer.corpus.common import common_pattern
    from explainer.corpus.results import Corpus
    from explainer.corpus.run import run_corpus
    from explainer.corpus.source import TaskSource
    from explainer.evaluation.evidence.report import write_report
    from explainer.evaluation.methods import METHODS
    from explainer.evaluation.options import EvaluationOptions
    from explainer.evaluation.protocols.condition import Condition
    from explainer.evaluation.protocols.measurement import Measurement, ProtocolRecord
    from explainer.evaluation.protocols.run import measure_protocols, run_protocols
    from explainer.evaluation.protocols.table import PROTOCOLS
    from explainer.evaluation.reading.cases import Sentences
    from explainer.evaluation.record import Record
    from explainer.evaluation.run import Run, evaluate
    from explainer.evaluation.sentence import evaluate_sentence
    from explainer.influence.apart.words import explain_words
    from explainer.influence.measure import Measured
    from explainer.influence.similarity.matrix import similarity_matrix
    from explainer.influence.similarity.paths import similarity_paths
    from explainer.intervention.ablate import Ablated
    from explainer.intervention.filling import Replacement
    from explainer.models.model import Model
    from explainer.models.registry import available_models, load_model
    from explainer.question.predictions import Prediction, predict
    from explainer.question.quantity import Contrast, Question
    from explainer.question.shorten import shorten
    from explainer.results.apart.word_pair import WordPair
    from explainer.results.beside.found import Beside
    from explainer.results.beside.stability import Stability, StabilityCheck
    from explainer.results.beside.word_scores import WordScores
    from explainer.results.common.difference import CommonDifference
    from explainer.results.common.pattern import CommonPattern
    from explainer.results.comparison import Aligned, Comparison, WordChange, compare
    from explainer.results.explanation import Explanation
    from explainer.results.pattern import Pattern
    from explainer.results.route import Component, Edge, Level, Node, Place, Route
    from explainer.results.settings import Settings
    from explainer.results.similarity.matrix import SimilarityMatrix
    from explainer.results.similarity.paths import SimilarityPaths
    from explainer.rivals.words.methods import WORD_METHODS
    from explainer.tasks import KINDS, Case, generate, sentiment_cases

__version__ = "0.2.0"

__all__ = [
    "KINDS",
    "METHODS",
    "PROTOCOLS",
    "WORD_METHODS",
    "Ablated",
    "Aligned",
    "Beside",
    "Case",
    "CommonDifference",
    "CommonPattern",
    "Comparison",
    "Component",
    "Condition",
    "Contrast",
    "Corpus",
    "Edge",
    "EvaluationOptions",
    "ExplainerError",
    "Explanation",
    "Level",
    "Measured",
    "Measurement",
    "Model",
    "Node",
    "Pattern",
    "Place",
    "Prediction",
    "ProtocolRecord",
    "Question",
    "Record",
    "Replacement",
    "Route",
    "Run",
    "Sentences",
    "Settings",
    "SimilarityMatrix",
    "SimilarityPaths",
    "Stability",
    "StabilityCheck",
    "TaskSource",
    "WordChange",
    "WordPair",
    "WordScores",
    "ablate",
    "available_models",
    "common_pattern",
    "compare",
    "evaluate",
    "evaluate_sentence",
    "explain",
    "explain_many",
    "explain_words",
    "generate",
    "load_model",
    "measure_path",
    "measure_protocols",
    "predict",
    "run_corpus",
    "run_protocols",
    "sentences_along",
    "sentiment_cases",
    "shorten",
    "similarity_matrix",
    "similarity_paths",
    "stability",
    "word_scores",
    "write_report",
]

_HOMES = {
    "Ablated": "intervention.ablate",
    "Aligned": "results.comparison",
    "Beside": "results.beside.found",
    "Case": "tasks",
    "CommonDifference": "results.common.difference",
    "CommonPattern": "results.common.pattern",
    "Comparison": "results.comparison",
    "Component": "results.route",
    "Condition": "evaluation.protocols.condition",
    "Contrast": "question.quantity",
    "Corpus": "corpus.results",
    "Edge": "results.route",
    "ExplainerError": "base.errors",
    "Explanation": "results.explanation",
    "KINDS": "tasks",
    "Level": "results.route",
    "METHODS": "evaluation.methods",
    "Measured": "influence.measure",
    "Measurement": "evaluation.protocols.measurement",
    "Model": "models.model",
    "Node": "results.route",
    "EvaluationOptions": "evaluation.options",
    "PROTOCOLS": "evaluation.protocols.table",
    "Pattern": "results.pattern",
    "Place": "results.route",
    "Prediction": "question.predictions",
    "ProtocolRecord": "evaluation.protocols.measurement",
    "Question": "question.quantity",
    "Record": "evaluation.record",
    "Replacement": "intervention.filling",
    "Route": "results.route",
    "Run": "evaluation.run",
    "Sentences": "evaluation.reading.cases",
    "Settings": "results.settings",
    "SimilarityMatrix": "results.similarity.matrix",
    "SimilarityPaths": "results.similarity.paths",
    "Stability": "results.beside.stability",
    "StabilityCheck": "results.beside.stability",
    "TaskSource": "corpus.source",
    "WORD_METHODS": "rivals.words.methods",
    "WordChange": "results.comparison",
    "WordPair": "results.apart.word_pair",
    "WordScores": "results.beside.word_scores",
    "ablate": "api",
    "available_models": "models.registry",
    "common_pattern": "corpus.common",
    "compare": "results.comparison",
    "evaluate": "evaluation.run",
    "evaluate_sentence": "evaluation.sentence",
    "explain": "api",
    "explain_many": "api",
    "explain_words": "influence.apart.words",
    "generate": "tasks",
    "load_model": "models.registry",
    "measure_path": "api",
    "measure_protocols": "evaluation.protocols.run",
    "predict": "question.predictions",
    "run_corpus": "corpus.run",
    "sentences_along": "corpus.along",
    "run_protocols": "evaluation.protocols.run",
    "sentiment_cases": "tasks",
    "shorten": "question.shorten",
    "similarity_matrix": "influence.similarity.matrix",
    "similarity_paths": "influence.similarity.paths",
    "stability": "api",
    "word_scores": "api",
    "write_report": "evaluation.evidence.report",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

"""What a pattern should not survive, and what it should: weights, question, sentence, settings."""

from explainer.evaluation.protocols.sanity.measure import SANITY

__all__ = ["SANITY"]

"""Rival ways to name a path through the model, each giving patterns as refinement does."""

from explainer.comparisons.attention_path import attention_path
from explainer.comparisons.conductance import internal_influence, layer_conductance, strongest_nodes
from explainer.comparisons.flow import attention_flow
from explainer.comparisons.path import Path
from explainer.comparisons.random_path import random_path
from explainer.comparisons.rollout import rollout, rollout_path, rollout_to
from explainer.comparisons.variants import heads_for_skip, skip_for_heads

__all__ = [
    "Path",
    "attention_flow",
    "attention_path",
    "heads_for_skip",
    "internal_influence",
    "layer_conductance",
    "random_path",
    "rollout",
    "rollout_path",
    "rollout_to",
    "skip_for_heads",
    "strongest_nodes",
]

"""Rival ways to name a path through the model, each giving patterns as refinement does."""

from explainer.rivals.attention_path import attention_path
from explainer.rivals.conductance import internal_influence, layer_conductance, strongest_nodes
from explainer.rivals.flow import FlowNetwork
from explainer.rivals.random_path import random_path
from explainer.rivals.rollout import rolled_to, rollout, rollout_path, rollout_to
from explainer.rivals.same_shape import same_shape
from explainer.rivals.scored import ScoredRoute
from explainer.rivals.variants import heads_for_skip, skip_for_heads

__all__ = [
    "FlowNetwork",
    "ScoredRoute",
    "attention_path",
    "heads_for_skip",
    "internal_influence",
    "layer_conductance",
    "random_path",
    "rolled_to",
    "rollout",
    "rollout_path",
    "rollout_to",
    "same_shape",
    "skip_for_heads",
    "strongest_nodes",
]

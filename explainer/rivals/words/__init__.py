"""Rival scores of words, from the network at the input alone: no path, no points."""

from explainer.rivals.words.decompx import decompx
from explainer.rivals.words.erasure import leave_one_out
from explainer.rivals.words.gradients import attention_gradient, gradient_input
from explainer.rivals.words.layers import (
    Matrices,
    alti,
    globenc,
    rolled_out,
    strongest_path,
    value_zeroing,
)
from explainer.rivals.words.observed import Observed

__all__ = [
    "Matrices",
    "Observed",
    "alti",
    "attention_gradient",
    "decompx",
    "globenc",
    "gradient_input",
    "leave_one_out",
    "rolled_out",
    "strongest_path",
    "value_zeroing",
]

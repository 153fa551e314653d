"""Tiny random networks for the identities: problems small enough to enumerate, in float64."""

import torch
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification

from benchmarks.published import Problem
from explainer.models.bert import adapt
from explainer.path import quadrature
from explainer.quantity import Quantity
from explainer.settings import Rule
from explainer.trace import Trace, trace


def tiny_problem(
    *,
    layers: int = 3,
    tokens: int = 5,
    classes: int = 0,
    points: int = 4,
    rule: Rule = "trapezoid",
    activation: str = "gelu",
    dtype: torch.dtype = torch.float64,
    seed: int = 0,
) -> Problem:
    """A random BERT (a classifier if `classes`) with large weights, so that nothing is near 0."""
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=20,
        hidden_size=12,
        num_hidden_layers=layers,
        num_attention_heads=3,
        intermediate_size=20,
        max_position_embeddings=16,
        hidden_act=activation,
        num_labels=max(classes, 2),
        attn_implementation="eager",
    )
    kind = BertForSequenceClassification if classes else BertForMaskedLM
    network = kind(config).to(dtype).eval().requires_grad_(False)
    for name, weight in network.named_parameters():
        spread = 0.3 if "LayerNorm" in name or "bias" in name else 0.5
        weight.copy_(torch.randn_like(weight) * spread + ("LayerNorm.weight" in name))
    ids = torch.randint(5, 20, (tokens,))
    words = network.bert.embeddings.word_embeddings.weight
    a, w = (torch.from_numpy(values).to(dtype) for values in quadrature(rule, points))
    coefficients = (1.0, *[-1.0 / (classes - 1)] * (classes - 1)) if classes else (1.0, -1.0)
    return Problem(
        network=network,
        x=words[ids],
        b=words[4].expand(tokens, -1),
        points=a,
        weights=w,
        position=0 if classes else 2,
        classes=tuple(range(classes)) if classes else (7, 9),
        coefficients=coefficients,
    )


def traced(problem: Problem) -> Trace:
    """The engine's trace of the same problem."""
    quantity = Quantity(problem.position, problem.classes, problem.coefficients, "correct", "wrong")
    with torch.no_grad():
        return trace(
            adapt(problem.network),
            problem.x,
            problem.b,
            quantity,
            (problem.points, problem.weights),
        )

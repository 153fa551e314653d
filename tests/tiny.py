"""Small things to test on: random networks in float64 that can be enumerated, deeper models."""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers.models.modernbert import modeling_modernbert

from explainer.influence.sampling.path import IntegrationPath, quadrature
from explainer.influence.trace import Trace, trace_together
from explainer.models.adapter import Adapter
from explainer.models.architectures import ARCHITECTURES, modernbert
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.results.explanation import Explanation
from explainer.results.model_info import Task
from explainer.results.settings import Rule
from tests.oracle import Problem

WIDTHS = {"hidden_size": 12, "intermediate_size": 20}
SIZES: dict[str, dict[str, Any]] = {
    "bert": WIDTHS,
    "roberta": WIDTHS,
    "xlm-roberta": WIDTHS,
    "camembert": WIDTHS,
    "distilbert": {"dim": 12, "hidden_dim": 20},
    "electra": {**WIDTHS, "embedding_size": 8},
    "albert": {**WIDTHS, "embedding_size": 8},
    "mpnet": WIDTHS,
    "deberta-v2": {
        **WIDTHS,
        **{"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 6},
        **{"share_att_key": True, "norm_rel_ebd": "layer_norm", "position_biased_input": False},
    },
    "modernbert": {
        **WIDTHS,
        **{"local_attention": 4, "global_attn_every_n_layers": 2},
        **dict.fromkeys(modernbert.WITHOUT),
    },
}
"""What makes a tiny network of every architecture."""


def tiny_problem(
    *,
    layers: int = 3,
    tokens: int = 5,
    classes: int = 0,
    tags: int = 0,
    reads: bool = False,
    points: int = 4,
    rule: Rule = "trapezoid",
    activation: str = "gelu",
    dtype: torch.dtype = torch.float64,
    architecture: str = "bert",
    seed: int = 0,
    switches: Mapping[str, Any] | None = None,
) -> Problem:
    """A random BERT with large weights, so that nothing is near 0; a classifier with `classes`,
    a tagger with `tags`, and one that `reads` answers questions."""
    torch.manual_seed(seed)
    family = ARCHITECTURES[architecture]
    heads: dict[Task, object] = {
        "classification": classes,
        "tagging": tags,
        "question-answering": reads,
        "masked-lm": True,
    }
    kind = family.network_class(next(task for task, wanted in heads.items() if wanted))
    config = kind.config_class(
        vocab_size=20,
        **SIZES[architecture] | dict(switches or {}),
        num_hidden_layers=layers,
        num_attention_heads=3,
        max_position_embeddings=18,
        hidden_act=activation,
        activation=activation,
        hidden_activation=activation,
        num_labels=max(classes, tags, 2),
        attn_implementation="eager",
    )
    network = kind(config).to(dtype).eval().requires_grad_(False)
    for name, weight in network.named_parameters():
        is_gain = "norm" in name.lower() and name.endswith("weight")
        spread = 0.3 if "norm" in name.lower() or "bias" in name else 0.5
        weight.copy_(torch.randn_like(weight) * spread + is_gain)
    if architecture == "modernbert" and dtype == torch.float64:
        network.base_model.forward = _all_in_float64()(network.base_model.forward)
    ids = torch.randint(5, 20, (tokens,))
    words = network.get_input_embeddings().weight
    a, w = (torch.from_numpy(values).to(dtype) for values in quadrature(rule, points))
    coefficients = (1.0, *[-1.0 / (classes - 1)] * (classes - 1)) if classes else (1.0, -1.0)
    return Problem(
        network=network,
        x=words[ids],
        b=words[4].expand(tokens, -1),
        points=a,
        weights=w,
        position=0 if classes else 2,
        classes=tuple(range(classes)) if classes else (1, 0) if tags else (7, 9),
        coefficients=coefficients,
    )


@contextmanager
def _all_in_float64() -> Iterator[None]:
    """The library's ModernBERT without its detours through float32, to be compared with exactly."""

    def rotated(q: Tensor, k: Tensor, cos: Tensor, sin: Tensor, unsqueeze_dim: int) -> Any:
        cos, sin = cos.unsqueeze(unsqueeze_dim), sin.unsqueeze(unsqueeze_dim)
        return tuple(x * cos + modeling_modernbert.rotate_half(x) * sin for x in (q, k))

    def attended(
        _module: Any, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scaling: float, **_: Any
    ) -> tuple[Tensor, Tensor]:
        scores = q @ k.mT * scaling
        attention = (scores if mask is None else scores + mask).softmax(-1)
        return (attention @ v).transpose(1, 2), attention

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(modeling_modernbert, "apply_rotary_pos_emb", rotated)
        patch.setattr(modeling_modernbert, "eager_attention_forward", attended)
        yield


def adapted(problem: Problem) -> Adapter:
    """The adapter of the problem's network."""
    return ARCHITECTURES[problem.network.config.model_type].adapt(problem.network)


def as_encoder_ends(problem: Problem, last: Tensor) -> Tensor:
    """Last hidden states as the library's encoder returns them: some end with a norm."""
    norm = getattr(problem.network.base_model, "final_norm", None)
    return last if norm is None else norm(last)


def asked_by(problem: Problem) -> Quantity:
    """The quantity of interest that the problem asks about."""
    readout = Logits(tuple(problem.classes), tuple(problem.coefficients))
    return Quantity((problem.position,), readout, "correct", "wrong")


def traced(problem: Problem, budget: int | None = None, quantity: Quantity | None = None) -> Trace:
    """The engine's trace of the same problem, or of another quantity."""
    quantity = quantity or asked_by(problem)
    with torch.no_grad():
        path = IntegrationPath.between(problem.b, problem.x, problem.points, problem.weights)
        return trace_together(adapted(problem), path, [quantity], [len(problem.x)], budget)


def deeper(explanation: Explanation) -> Explanation:
    """The same with one block more, in which everything stays where it is."""
    longer = [
        dataclasses.replace(
            pattern,
            nodes=(*pattern.nodes, pattern.nodes[-1]),
            components=(*pattern.components, "skip"),
            embedding_trail=(*pattern.embedding_trail, pattern.embedding_influence),
            attention_trail=(*pattern.attention_trail, pattern.attention_influence),
            attention_candidates=(),
            attention_parts=(),
        )
        for pattern in explanation.patterns
    ]
    model = dataclasses.replace(explanation.model, layers=explanation.model.layers + 1)
    return dataclasses.replace(explanation, model=model, patterns=tuple(longer), flow=None)

"""The cheap ones: a gradient at the input times what it is a gradient of."""

from __future__ import annotations

import torch
from torch import Tensor

from explainer.models.adapter import Adapter
from explainer.models.shapes import Float
from explainer.question.readouts.quantity import Quantity
from explainer.rivals.scored import Array
from explainer.rivals.words.observed import Observed


def gradient_input(
    adapter: Adapter, z: Float[Tensor, "pos d_embedding"], quantity: Quantity
) -> Array:
    """⟨∂Q/∂z_j, z_j⟩ of each word's embedding [pos], in logits."""
    with torch.enable_grad():
        leaf = z.detach().clone().requires_grad_()
        (gradient,) = torch.autograd.grad(Observed.of(adapter, leaf, quantity).value, leaf)
    return (gradient * z).sum(-1).double().cpu().numpy()


def attention_gradient(
    adapter: Adapter, z: Float[Tensor, "pos d_embedding"], quantity: Quantity
) -> Array:
    """Σ A_ij ∂Q/∂A_ij over blocks, heads and tokens i that look at word j [pos], in logits."""
    observed, gradients = output_gradients(adapter, z, quantity)
    # o_i = Σ_j A_ij v_j, so that ∂Q/∂A_ij = ⟨∂Q/∂o_i, v_j⟩.
    products = (
        torch.einsum("hij,hie,hje->j", state.attention[0], G, state.attended.v[0])
        for state, G in zip(observed.states, gradients, strict=True)
    )
    return torch.stack(list(products)).sum(0).double().detach().cpu().numpy()


def output_gradients(
    adapter: Adapter, z: Float[Tensor, "pos d_embedding"], quantity: Quantity
) -> tuple[Observed, Float[Tensor, "layer head pos d_head"]]:
    """The forward pass, recorded by autograd, and ∂Q/∂o of every head's output to every node."""
    with torch.enable_grad():
        observed = Observed.of(adapter, z.detach().clone().requires_grad_(), quantity)
        outputs = [state.attended.output for state in observed.states]
        gradients = torch.autograd.grad(observed.value, outputs)
    return observed, torch.cat(gradients)

"""The axes that the engine's signatures name are those that its tensors have."""

import importlib
import sys
from dataclasses import replace

import pytest
import torch
from jaxtyping import TypeCheckError

from explainer.influence.edges import jacobian
from explainer.influence.layer import Layer
from explainer.models import block
from explainer.models.shapes import einsum
from tests.executed import MODULES
from tests.tiny import tiny_problem, traced


def test_a_wrong_shape_is_refused():
    (piece,) = traced(tiny_problem()).pieces
    layer, T = Layer.of(piece, 0), piece.tangent
    everywhere = torch.arange(T.shape[1])
    projected = jacobian.project(piece, 0, T, everywhere)
    jacobian.component_scores(layer, projected, everywhere)
    for wrong in (
        lambda: jacobian.project(piece, 0, T[0], everywhere),
        lambda: jacobian.component_scores(layer, projected, everywhere[None]),
        lambda: jacobian.component_scores(layer, projected, everywhere.double()),
        lambda: jacobian.move_to_node(layer, projected, everywhere, everywhere[:2]),
        lambda: block.split_heads(layer.block, T[0]),
        lambda: replace(projected, dk=projected.dk[:, :1]),
        lambda: replace(layer.attended, attention=layer.attended.attention[..., :2]),
    ):
        with pytest.raises(TypeCheckError):
            wrong()


@pytest.mark.parametrize("name", MODULES)
def test_every_module_that_should_be_is_executed(name):
    importlib.import_module(name)
    assert "jaxtyping" in type(sys.modules[name].__spec__.loader).__module__


def test_a_product_with_names_is_the_one_with_letters():
    x, w = torch.randn(3, 2, 4), torch.randn(3)
    found = einsum("point head d_head, point -> head d_head", x, w)
    torch.testing.assert_close(found, torch.einsum("she,s->he", x, w))
    y = torch.randn(3, 2, 4)
    axes = "point head d_head, point head d_head -> "
    for kept, letters in (("head", "h"), ("point head", "sh"), ("d_head head", "eh"), ("", "")):
        found = einsum(axes + kept, x, y)
        torch.testing.assert_close(found, torch.einsum(f"she,she->{letters}", x, y))

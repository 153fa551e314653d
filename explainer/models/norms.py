"""LayerNorm with what its Jacobian depends on, and what stands in its place where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from explainer.models.adapter import LayerNorm
from explainer.models.shapes import Float, Int


@dataclass(frozen=True, eq=False)
class NormState:
    """What the Jacobian of a LayerNorm depends on: its input, the mean and 1/deviation of that."""

    x: Float[Tensor, "point to d_model"]
    mean: Float[Tensor, "point to 1"]
    scale: Float[Tensor, "point to 1"]

    def at(self, rows: Int[Tensor, " row"]) -> NormState:
        """The state of the given rows, one for each entry of `rows`."""
        return NormState(*(part.index_select(1, rows) for part in (self.x, self.mean, self.scale)))

    def output(self, norm: LayerNorm | None) -> Float[Tensor, "point to d_model"]:
        """What the LayerNorm gave."""
        assert norm is not None
        return functional.layer_norm(self.x, self.x.shape[-1:], norm.weight, norm.bias, norm.eps)

    def along(
        self, norm: LayerNorm | None, dx: Float[Tensor, "point to d_model"]
    ) -> Float[Tensor, "point to d_model"]:
        """The tangent of the LayerNorm's output for that of its input."""
        assert norm is not None
        return self.project(dx).mul_(norm.weight)

    def back(
        self, norm: LayerNorm | None, G: Float[Tensor, "point to d_model"]
    ) -> Float[Tensor, "point to d_model"]:
        """The cotangent of the LayerNorm's input for that of its output."""
        assert norm is not None
        return self.project(G, norm.weight)

    def project(
        self, x: Float[Tensor, "point to d_model"], gain: Float[Tensor, " d_model"] | None = None
    ) -> Float[Tensor, "point to d_model"]:
        """The Jacobian, of the LayerNorm without its gain, times x (or `gain` · x).

        With z the standardised input that is scale · (x − mean(x) − z · mean(z · x)), which is its
        own transpose, so that the same function serves tangents and cotangents.
        """
        # What torch calls the gradient of a LayerNorm's input is this very product.
        only_input = [True, False, False]
        product, _, _ = torch.ops.aten.native_layer_norm_backward(
            *(
                x.to(self.x.dtype).contiguous(),
                self.x,
                x.shape[-1:],
                self.mean,
                self.scale,
                gain,
                None,
                only_input,
            )
        )
        return product


@dataclass(frozen=True, eq=False)
class Passed:
    """In the place of a `NormState` where there is no LayerNorm."""

    x: Float[Tensor, "point to d_model"]

    def at(self, rows: Int[Tensor, " row"]) -> Passed:
        """The given rows, one for each entry of `rows`."""
        return Passed(self.x.index_select(1, rows))

    def output(self, _norm: LayerNorm | None) -> Float[Tensor, "point to d_model"]:
        """What came in."""
        return self.x

    def along(
        self, _norm: LayerNorm | None, dx: Float[Tensor, "point to d_model"]
    ) -> Float[Tensor, "point to d_model"]:
        """The tangent as it is."""
        return dx

    back = along


def normalised(
    norm: LayerNorm | None, x: Float[Tensor, "point row width"]
) -> tuple[Float[Tensor, "point row width"], NormState | Passed]:
    """LN(x) and its state, or x where there is no LayerNorm."""
    return (x, Passed(x)) if norm is None else normalise(norm, x)


def normalise(
    norm: LayerNorm, x: Float[Tensor, "point row width"]
) -> tuple[Float[Tensor, "point row width"], NormState]:
    """LN(x) and its state."""
    y, mean, scale = torch.native_layer_norm(x, x.shape[-1:], norm.weight, norm.bias, norm.eps)
    return y, NormState(x, mean, scale)

"""Tensors say their axes by name, in signatures (`Float[Tensor, "point pos"]`) and in products.

The names: `point` on the integration path; `pos` any token of the text, `from` a token that is
attended to and `to` one whose next hidden state is wanted; `head` and `component` (skip, then every
head); `d_embedding`, `d_model`, `d_head` and `d_ff` widths; `batch` tangents, `path` partial
patterns, `edge` and `node` what of the graph is looked at; `row` any choice of these. One name has
one length in a call.

Nobody pays for it: the annotations are `typing.Annotated`, and are not even evaluated. In the tests
jaxtyping is imported first, stands in its place, and every call is held to its annotations.
"""

from __future__ import annotations

import sys
from functools import cache, reduce
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING or "jaxtyping" not in sys.modules:
    from typing import Annotated as Bool
    from typing import Annotated as Float
    from typing import Annotated as Int
else:
    from jaxtyping import Bool, Float, Int

__all__ = ["Bool", "Float", "Int", "einsum"]

LETTERS = {
    **{"batch": "b", "path": "c", "d_model": "d", "d_head": "e", "head": "h"},
    **{"to": "i", "pos": "n", "row": "r", "point": "s"},
}
"""Fixed, because torch adds up in their alphabetical order, and results keep their last bit."""


def einsum(axes: str, *tensors: Tensor) -> Tensor:
    """`torch.einsum` with names for axes: `einsum("point pos, point -> pos", slopes, weights)`."""
    kind = tensors[0].device.type
    if not torch.is_autocast_enabled(kind):
        return _summed(axes, *tensors)
    # These are sums over points and widths: where other products are rounded, these are not.
    with torch.autocast(kind, enabled=False):
        whole = reduce(torch.promote_types, (t.dtype for t in tensors), torch.float32)
        return _summed(axes, *(tensor.to(whole) for tensor in tensors))


def _summed(axes: str, *tensors: Tensor) -> Tensor:
    letters, over = _read(axes)
    if over is None:
        return torch.einsum(letters, *tensors)
    # Of these torch makes products of matrices with one row and one column, ten times slower. The
    # first axis goes first: what is left then is small.
    product = reduce(torch.mul, tensors)
    for axis in over:
        product = product.sum(axis, keepdim=True)
    return product.squeeze(over)


@cache
def _read(axes: str) -> tuple[str, tuple[int, ...] | None]:
    """The axes as letters, and which are summed over if all operands have the same ones and the
    result keeps their order."""
    operands, _, result = axes.partition("->")
    names, kept = [part.split() for part in operands.split(",")], result.split()
    spelt = ["".join(LETTERS[name] for name in part) for part in names]
    letters = f"{','.join(spelt)}->{''.join(LETTERS[name] for name in kept)}"
    alike = all(part == names[0] for part in names)
    if not alike or kept != [name for name in names[0] if name in kept]:
        return letters, None
    return letters, tuple(at for at, name in enumerate(names[0]) if name not in kept)

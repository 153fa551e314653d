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
        return torch.einsum(_letters(axes), *tensors)
    # These are sums over points and widths: where other products are rounded, these are not.
    with torch.autocast(kind, enabled=False):
        whole = reduce(torch.promote_types, (t.dtype for t in tensors), torch.float32)
        return torch.einsum(_letters(axes), *(tensor.to(whole) for tensor in tensors))


@cache
def _letters(axes: str) -> str:
    operands, _, result = axes.partition("->")
    spelt = ["".join(LETTERS[name] for name in part.split()) for part in operands.split(",")]
    return f"{','.join(spelt)}->{''.join(LETTERS[name] for name in result.split())}"

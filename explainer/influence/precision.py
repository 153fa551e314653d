"""Matrix products in less than full precision, which hardware made for them computes faster.

What is added up along the residual stream, over points and by LayerNorms stays in full precision,
and so does the head.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from explainer.base.checks import one_of
from explainer.base.errors import ExplainerError
from explainer.models.adapter import Adapter
from explainer.results.reduced import PRECISIONS, Precision

UNITS: dict[Precision, float] = {"full": 0.0, "tf32": 2.0**-10, "bfloat16": 2.0**-7}
"""The rounding unit of reduced products; 0 where they are as exact as everything else."""


def given_precision(precision: str, adapter: Adapter) -> Precision:
    """The precision that a caller names; ExplainerError where model or device cannot do with it."""
    found = one_of("precision", precision, PRECISIONS)
    if found != "full" and adapter.dtype != torch.float32:
        raise ExplainerError(
            f"The precision {found} is for models in float32, and this one is in "
            f"{str(adapter.dtype).removeprefix('torch.')}: load it without dtype, or choose 'full'."
        )
    if found == "tf32" and adapter.device.type != "cuda":
        raise ExplainerError(
            "TF32 is a precision of GPUs: load the model with device='cuda', or choose 'bfloat16' "
            "or 'full'."
        )
    return found


@contextmanager
def products_in(precision: Precision, device: torch.device) -> Iterator[None]:
    """Compute matrix products inside in a precision.

    TF32 is switched for the whole process, by PyTorch's own switch; bfloat16 for this thread.
    """
    if precision == "tf32":
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("high")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(before)
    elif precision == "bfloat16":
        with torch.autocast(device.type, dtype=torch.bfloat16):
            yield
    else:
        yield

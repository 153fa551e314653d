"""Whether an answer is a number, and the number that the model itself gives."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial

import torch

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.influence.trace import Followed
from explainer.models.encode import last_hidden
from explainer.models.forward import against_overflow, own_logits, own_states
from explainer.models.model import Model
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import Sentence


def check_followed(
    model: Model, sentence: Sentence, quantity: Quantity, followed: Followed
) -> None:
    """Compare Q(x) of a text with the library's own forward pass from the token ids.

    Raises ExplainerError where they differ by more than rounding, or a number is not finite.
    """
    check_finite(model, (followed.value, followed.baseline_value, *followed.influence))
    checked_value(model, sentence, quantity, followed.value)


def reduced_gap(model: Model, sentence: Sentence, quantity: Quantity, followed: Followed) -> float:
    """How far Q(x) of a text that was followed in reduced precision is from the model's own.

    In full precision the same blocks must give what the library's forward pass gives: raises
    ExplainerError where they do not, or a number is not finite.
    """
    check_finite(model, (followed.value, followed.baseline_value, *followed.influence))
    hidden = last_hidden(model.adapter, sentence, rows=quantity.positions)
    in_full = float(quantity.readout.value(model.adapter, hidden))
    return followed.value - checked_value(model, sentence, quantity, in_full)


def checked_value(model: Model, sentence: Sentence, quantity: Quantity, value: float) -> float:
    """Q(x) by the library's own forward pass, which `value` must equal but for rounding.

    Of a classifier all is the library's. Else the head is the adapter's, at the targets alone,
    which at load gave the library's own logits. How far rounding may go, for which a masked LM
    computes its whole vocabulary, is asked only where the difference is more than the least that is
    allowed. Of a word that is not asked about the logit need not even be a number: Q does not
    depend on it.
    """
    adapter, readout = model.adapter.of_encoder, quantity.readout
    states = partial(own_states, model.network, sentence, quantity.positions)
    with torch.no_grad():
        if model.info.task == "classification" and isinstance(readout, Logits):
            row = own_logits(model.network, sentence)[0]
            own = float(row[list(readout.classes)] @ row.new_tensor(readout.weights))
        else:
            own = float(readout.value(adapter, states()))
    off, least = abs(value - own), readout.least_rounding(adapter)
    if not off <= least and not off <= readout.rounding(adapter, states()):
        raise ExplainerError(
            f"The model {quote(model.info.name)} itself gives {own:.6g} for this text, but "
            f"{value:.6g} would be explained: choose another text or model."
        )
    return own


def check_finite(model: Model, numbers: Iterable[float]) -> None:
    """Refuse an answer with a number that is not finite, whatever the weights look like."""
    if not all(map(math.isfinite, numbers)):
        raise ExplainerError(
            f"The model {quote(model.info.name)} gives numbers that are not finite for this text, "
            f"because its activations overflow: {against_overflow(model.adapter.dtype)} or text."
        )

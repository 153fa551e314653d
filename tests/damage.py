"""What callers may give by mistake, for hypothesis; and what every refusal must be."""

import os
from collections.abc import Callable
from enum import Enum
from fractions import Fraction
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from explainer.base.errors import ExplainerError

LONGEST_MESSAGE = 600
EXAMPLES = int(os.environ.get("EXPLAINER_FUZZ", "600"))
"""Cases for each public entry; `make fuzz` asks for more."""

BATCH = 20
"""Cases that hypothesis draws at once: most of its time goes into each drawing."""


def cases(**arguments: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """Run a test for `EXAMPLES` generated `arguments`, the same ones every time.

    What the test takes besides is fixtures.
    """

    def decorate(test: Callable[..., None]) -> Any:
        taken = [name for name in signature(test).parameters if name not in arguments]

        def run(drawn: list[dict[str, Any]], *fixtures: Any) -> None:
            for case in drawn:
                try:
                    test(**dict(zip(taken, fixtures, strict=True)), **case)
                except Exception:
                    note(f"the case: {written(case)}")
                    raise

        run.__signature__ = Signature(  # type: ignore[attr-defined]
            [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in ["drawn", *taken]]
        )
        run.__name__, run.__qualname__, run.__module__ = (
            test.__name__,
            test.__qualname__,
            test.__module__,
        )
        batches = st.lists(st.fixed_dictionaries(arguments), min_size=BATCH, max_size=BATCH)
        return GENERATED(given(drawn=batches)(run))

    return decorate


def written(case: dict[str, Any]) -> str:
    """A case for a person to read; Python writes no number of thousands of digits."""
    try:
        return repr(case)
    except ValueError:
        return str({name: type(value) for name, value in case.items()})


GENERATED = settings(
    max_examples=max(1, EXAMPLES // BATCH),
    deadline=None,
    derandomize="EXPLAINER_FUZZ" not in os.environ,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


class Colour(Enum):
    """A choice that is nobody's."""

    RED = "red"


TEXTS = st.text(max_size=12) | st.sampled_from(
    ["", " ", "\n", "are", "[MASK]", "\x00", "\ud800", "nan", "-1", "skip", "é" * 3, "a" * 500]
)
NUMBERS = (
    st.integers(-3, 40)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.sampled_from([2**70, -(10**30), 10**5000, True, False, Fraction(1, 3), 1j, 1e308, 5e-324])
    | st.sampled_from([np.int64(2), np.float32(0.25), np.bool_(True), np.uint8(3)])
)
OTHERS = st.sampled_from(
    [
        *(None, Ellipsis, object, object(), print, Colour.RED, Path("x"), b"bytes", range(3)),
        *([], {}, (), set(), [1, 2], {"a": 1}, (None,), [[]], frozenset({1}), iter([1])),
        *(
            np.zeros(3),
            np.zeros((2, 2)),
            np.array("x"),
            np.array(None),
            slice(2),
            type("x\ny", (), {})(),
        ),
    ]
)
ANYTHING = TEXTS | NUMBERS | OTHERS | st.lists(TEXTS | NUMBERS | OTHERS, max_size=4)


def outcome(call: Callable[[], Any]) -> Any:
    """What a call returns, or None where it refuses: in one line, and not a long one."""
    try:
        return call()
    except ExplainerError as error:
        message = str(error)
        assert message, "a refusal says something"
        assert "\n" not in message, message
        assert len(message) <= LONGEST_MESSAGE, message
        message.encode()
        return None

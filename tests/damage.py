"""What callers may give by mistake, for hypothesis; and what every refusal must be."""

import faulthandler
import itertools
import math
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from fractions import Fraction
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Any

import numpy as np
from _pytest.faulthandler import fault_handler_stderr_fd_key
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning

from explainer.base.errors import ExplainerError

LONGEST_MESSAGE = 600
TOTAL, SEED = "EXPLAINER_FUZZ", "EXPLAINER_FUZZ_SEED"
"""How many cases `make fuzz` asks for in all, and what they are drawn from."""
EXAMPLES = 600
"""Cases of each public entry that the checks draw, the same ones every time; about a third of them
differ, and each of these is tried once."""
BATCH = 20
"""Cases that hypothesis draws at once: most of its time goes into each drawing."""
PATIENCE = 60
"""Seconds after which a case of `make fuzz` counts as one that never ends."""


def long_run() -> bool:
    """Whether this is `make fuzz`, and not the few cases of the checks."""
    return TOTAL in os.environ


def cases(
    rate: float = 1.0, weight: float = 1.0, /, **arguments: st.SearchStrategy[Any]
) -> Callable[..., Any]:
    """Run a test for generated `arguments`: for `rate` times as many cases as others in the checks,
    and for `weight` times as many in the long run.

    What the test takes besides is fixtures.
    """

    def decorate(test: Callable[..., None]) -> Any:
        taken = [name for name in signature(test).parameters if name not in arguments]

        def run(request: Any, **fixtures: Any) -> None:
            finds: dict[tuple[str, int, type], Exception] = {}
            tried = itertools.count()
            known: set[str] = set()

            def try_each(drawn: list[dict[str, Any]]) -> None:
                for case in drawn if long_run() else _unknown(drawn, known):
                    next(tried)
                    try:
                        with _ending(request.config):
                            test(**fixtures, **case)
                    except Exception as error:
                        error.add_note(f"the case: {written(case)}")
                        if not long_run():
                            raise
                        finds.setdefault(_place(error), error)

            count = _shared(request.session, weight) if long_run() else round(rate * EXAMPLES)
            # The first list is of the simplest case alone: of few cases there are two lists.
            batch = BATCH if count >= 2 * BATCH else max(1, count // 2)
            drawn = st.lists(st.fixed_dictionaries(arguments), min_size=batch, max_size=batch)
            try_each.__name__ = try_each.__qualname__ = test.__name__
            try_each.__module__ = test.__module__
            found = settings(GENERATED, max_examples=-(-count // batch))(
                given(drawn=drawn)(try_each)
            )
            if long_run():
                found = seed(f"{os.environ[SEED]} {test.__module__}.{test.__name__}")(found)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", HypothesisWarning)  # that a case is long
                found()
            request.node.user_properties.append((TOTAL, next(tried)))
            if finds:
                raise ExceptionGroup(f"{len(finds)} finds", list(finds.values()))

        run.__signature__ = Signature(  # type: ignore[attr-defined]
            [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in ["request", *taken]]
        )
        run.__name__, run.__qualname__, run.__module__ = (
            test.__name__,
            test.__qualname__,
            test.__module__,
        )
        run.weight = weight  # type: ignore[attr-defined]
        return run

    return decorate


def _unknown(drawn: list[dict[str, Any]], known: set[str]) -> Iterator[dict[str, Any]]:
    """Those that have not been tried: hypothesis draws most of a list again when it changes one.

    What is told by its address alone may be another one at the same, and is tried again.
    """
    for case in drawn:
        if (name := written(case)) not in known or " at 0x" in name:
            known.add(name)
            yield case


def _place(error: Exception) -> tuple[str, int, type]:
    """Where something went wrong, and what: the long run tells one case of each."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return frame.filename, frame.lineno or 0, type(error)


def _shared(session: Any, weight: float) -> int:
    """A test's share of all cases that the long run is asked for."""
    every = sum(getattr(one.function, "weight", 0) for one in session.items)
    return math.ceil(int(os.environ[TOTAL]) * weight / every)


@contextmanager
def _ending(config: Any) -> Iterator[None]:
    """In the long run, say where a case hangs, and end there."""
    if not long_run():
        yield
        return
    stderr = config.stash.get(fault_handler_stderr_fd_key, 2)  # not the one that is captured
    faulthandler.dump_traceback_later(PATIENCE, exit=True, file=stderr)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def written(case: dict[str, Any]) -> str:
    """A case for a person to read, with all digits of its numbers."""
    most = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return repr(case)
    finally:
        sys.set_int_max_str_digits(most)


GENERATED = settings(
    deadline=None,
    derandomize=not long_run(),
    database=None,
    phases=(Phase.generate,),  # a case is small, and to try those near it takes minutes
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,  # the case that failed is said, without those drawn with it
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

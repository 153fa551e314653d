"""What the server's log and its health check are told of questions."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from explainer.app.compute.waiting import CancelledError, Wait
from explainer.app.serving.log import Outcome, answered
from explainer.base.errors import ExplainerError
from explainer.influence.effort.estimate import Estimate


@dataclass(eq=False)
class Noted:
    """A question under way: since when, what it takes, and how it is waited for."""

    began: float = field(default_factory=time.monotonic)
    found: Estimate | None = None
    wait: Wait | None = None

    @property
    def computes(self) -> bool:
        """Whether it has begun."""
        return self.wait is not None and self.wait.has_begun


_UNDER_WAY: set[Noted] = set()


def under_way() -> int:
    """How many questions are being computed."""
    return sum(noted.computes for noted in list(_UNDER_WAY))


@contextmanager
def logged(kind: str, model: str, session: Hashable) -> Iterator[Noted]:
    """What is inside answers a question: it is noted how that ended, and how long it took."""
    noted = Noted()
    outcome: Outcome = "left"  # by what is no Exception
    _UNDER_WAY.add(noted)
    try:
        yield noted
        outcome = "answered"
    except CancelledError:
        outcome = "cancelled"
        raise
    except ExplainerError:
        outcome = "refused"
        raise
    except Exception:
        outcome = "failed"
        raise
    finally:
        _UNDER_WAY.discard(noted)
        now = time.monotonic()
        begun = noted.wait.began if noted.wait is not None and noted.wait.has_begun else now
        answered(
            *(kind, model, outcome),
            waited=begun - noted.began,
            computed=now - begun,
            tokens=None if noted.found is None else noted.found.n_tokens,
            session=session,
        )

"""How a question ended is counted."""

import contextlib

import pytest

from explainer.app.compute.logged import logged
from explainer.app.compute.waiting import CancelledError
from explainer.app.serving import log
from explainer.base.errors import ExplainerError


class LeftError(BaseException):
    """As Streamlit ends the run of a page that was closed or begins anew."""


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "answered"),
        (LeftError(), "left"),
        (CancelledError("question", None), "cancelled"),
        (ExplainerError("There is no such word."), "refused"),
        (ZeroDivisionError(), "failed"),
    ],
)
def test_a_question_has_one_end(monkeypatch, error, outcome):
    monkeypatch.setattr(log, "COUNTS", log.Counts())
    with contextlib.suppress(BaseException), logged("explanation", "agreement", "a session"):
        if error is not None:
            raise error
    counts = log.COUNTS.known()["questions"]
    assert counts == {**dict.fromkeys(log.OUTCOMES, 0), outcome: 1}

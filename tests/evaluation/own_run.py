"""A run over a small file of one's own: its folder, and what is said where that is refused."""

from pathlib import Path

import pytest

from explainer import ExplainerError
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.reading.cases import Sentences
from explainer.evaluation.run import Run
from explainer.results.settings import Settings

ROWS = """text,correct,wrong
the farmers that the assistant loves [MASK] old .,are,is
the farmer that the assistants love [MASK] old .,is,are
the farmer [MASK] [MASK] .,is,are
"""


def complaint(called, *arguments) -> str:
    with pytest.raises(ExplainerError) as error:
        called(*arguments)
    said = str(error.value)
    assert "\n" not in said
    assert len(said) < 500
    return said


def full(*_) -> None:
    raise OSError(28, "No space left on device")


def own_run(folder: Path) -> Run:
    """A run over three sentences of a file, one of which cannot be read."""
    file = folder / "own.csv"
    file.write_text(ROWS, encoding="utf-8")
    options = EvaluationOptions(settings=Settings(points=2), methods=("pattern", "random"))
    return Run("tiny", Sentences(task="own", file=str(file)), options)

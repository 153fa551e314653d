"""The run that tests of its folder begin from."""

import tests.executed  # noqa: F401  # before anything of the engine

# isort: split

from pathlib import Path

import pytest

from explainer.evaluation.run import Run, evaluate
from explainer.evaluation.stored import RECORDS, RUN
from tests.evaluation.own_run import own_run


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """A run over three sentences of a file, one of which cannot be read."""
    return own_run(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def done(tiny_masked_lm, run, tmp_path_factory) -> tuple[bytes, bytes]:
    """What a whole run leaves: `run.json` and the records."""
    folder = tmp_path_factory.mktemp("done")
    evaluate(run, tiny_masked_lm, 3, folder)
    return (folder / RUN).read_bytes(), (folder / RECORDS).read_bytes()


@pytest.fixture
def folder(done, tmp_path) -> Path:
    """The folder of a whole run, in one of runs."""
    place = tmp_path / "runs" / "own"
    place.mkdir(parents=True)
    for name, content in zip((RUN, RECORDS), done, strict=True):
        (place / name).write_bytes(content)
    return place

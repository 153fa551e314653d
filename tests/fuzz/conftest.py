"""The models and the explanation that generated cases are about."""

import tests.executed  # noqa: F401  # before anything of the engine

# isort: split

import pytest

from explainer import explain
from tests.fuzz.asking import FEW, Quiet


@pytest.fixture(scope="module")
def masked_lm(tiny_masked_lm):
    return Quiet(tiny_masked_lm)


@pytest.fixture(scope="module")
def tagger(tiny_tagger):
    return Quiet(tiny_tagger)


@pytest.fixture(scope="module")
def reader(tiny_reader):
    return Quiet(tiny_reader)


@pytest.fixture(scope="module")
def classifier(tiny_classifier):
    return Quiet(tiny_classifier)


@pytest.fixture(scope="module")
def explained(tiny_masked_lm):
    found = explain(tiny_masked_lm, "[MASK]", correct="are", wrong="is", settings=FEW)
    return Quiet(found)

"""The explanations that several tests of figures draw."""

import pytest

from explainer.results.explanation import Explanation
from tests.figures import made


@pytest.fixture
def small() -> Explanation:
    return made.small_explanation()


@pytest.fixture
def large() -> Explanation:
    return made.large_explanation()

"""Places: one a session, and no more than a few."""

import pytest

from explainer import ExplainerError
from explainer.app.compute.places import Places


def test_there_are_no_more_than_a_few():
    places = Places(2)
    with places.take("a"), places.take("b"):
        with pytest.raises(ExplainerError, match=r"^2 people are waiting .*: try again"):
            places.take("c").__enter__()
        assert places.taken == 2
    with places.take("c"):
        pass
    assert not places.taken


def test_a_session_has_one_for_the_run_that_ends_and_the_one_that_follows():
    places = Places(1)
    with places.take("a"):
        with places.take("a"):
            assert places.taken == 1
            assert places.owners == {"a"}
        assert places.taken == 1
        with pytest.raises(ExplainerError, match=r"^1 people"):
            places.take("b").__enter__()
    assert not places.taken


def test_who_fails_leaves_it():
    places = Places(1)
    with pytest.raises(ValueError, match="broken"), places.take("a"):
        raise ValueError("broken")
    assert not places.taken

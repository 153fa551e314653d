"""Places: one a session, and no more than a few."""

import pytest

from explainer import ExplainerError
from explainer.app.compute.places import Places, ReplacedError


def test_there_are_no_more_than_a_few():
    places = Places(2)
    with places.take("a"), places.take("b"):
        with pytest.raises(ExplainerError, match=r"^2 people are waiting .*: try again"):
            places.take("c").__enter__()
        assert places.taken == 2
    with places.take("c"):
        pass
    assert not places.taken


def test_a_session_has_one_and_what_it_asks_for_next_takes_it():
    places = Places(1)
    with places.take("a") as first:
        first()
        with places.take("a") as second:
            with pytest.raises(ReplacedError, match="its answer comes instead"):
                first()
            second()
            assert places.taken == 1
        assert not places.taken
    assert not places.taken


def test_who_fails_leaves_it():
    places = Places(1)
    with pytest.raises(ValueError, match="broken"), places.take("a"):
        raise ValueError("broken")
    assert not places.taken

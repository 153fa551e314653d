"""Numbers in words."""

import pytest

from explainer.base.numbers import between, duration, points


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (0.01, "+1 point"),
        (-0.012, "−1 point"),
        (0.031, "+3 points"),
        (-0.25, "−25 points"),
        (0.001, "0 points"),
    ],
)
def test_a_change_of_a_share_is_in_points(change, said):
    assert points(change) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "0 seconds"),
        (1.2, "1 second"),
        (90, "90 seconds"),
        (120, "2 minutes"),
        (400, "7 minutes"),
    ],
)
def test_a_time_is_in_seconds_or_minutes(seconds, said):
    assert duration(seconds) == said


def test_numbers_of_things_are_said_once_where_they_agree():
    assert between([40, 40]) == "40"
    assert between([1200, 1000, 1100]) == "1,000 to 1,200"

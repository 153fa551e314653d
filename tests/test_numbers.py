"""Numbers in words."""

import pytest

from explainer.base.numbers import between, duration, ordinal, points


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


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (22, "22nd"),
        (113, "113th"),
    ],
)
def test_a_place_in_a_line_is_said_as_one_says_it(number, said):
    assert ordinal(number) == said

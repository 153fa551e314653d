"""The total flow in the numbers that pages show, worked by hand."""

import numpy as np
import pytest

from explainer.results.total_flow import TotalFlow


@pytest.fixture
def flow():
    """Two blocks, two heads, two positions; every block passes on 3."""
    skip = np.array([[4.0, -1.0], [0.5, 0.5]])
    heads = np.zeros((2, 2, 2, 2))
    heads[0, 1, 0, 1] = 0.25
    heads[0, 0, 1, 0] = -0.25
    heads[1, 0] = [[3.0, -3.0], [0.0, 0.0]]
    heads[1, 1, 1, 1] = 2.0
    return TotalFlow(skip, heads)


def test_what_flows_for_and_against_adds_up_to_all(flow):
    forth, back = flow.by_sign()
    assert forth.tolist() == [4.25, 6.0]
    assert back.tolist() == [-1.25, -3.0]
    assert (forth + back).tolist() == flow.layer_totals().tolist() == [3.0, 3.0]
    assert flow.spread() == 0


def test_the_strongest_head_is_that_of_most_flow_whatever_its_sign(flow):
    assert flow.strongest_heads().tolist() == [0, 0]
    moved = flow.heads.copy()
    moved[0, 1, 0, 0] = -0.5
    assert TotalFlow(flow.skip, moved).strongest_heads().tolist() == [1, 0]


def test_the_spread_is_between_the_least_and_the_largest_total(flow):
    skip = flow.skip.copy()
    skip[1, 0] += 0.125
    assert TotalFlow(skip, flow.heads).spread() == 0.125

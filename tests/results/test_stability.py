"""What a path may be called, by what it carries and by how many checks find it again."""

from dataclasses import replace

import pytest

from explainer import ExplainerError, Pattern, Settings, Stability, StabilityCheck

SETTINGS = Settings()
WAY = Pattern(
    nodes=(2, 2, 3, 3),
    components=("skip", 1, "skip"),
    token="farmers",
    influence=-2.0,
    embedding_influence=-1.6,
    embedding_trail=(-1.9, -1.7, -1.6),
    attention_influence=-1.2,
    attention_trail=(-1.5, -1.3, -1.2),
)
OTHER_HEAD = replace(WAY, components=("skip", 0, "skip"))
OTHER_NODES = replace(WAY, nodes=(2, 3, 3, 3), components=(1, "skip", "skip"))


def carrying(share: float, *found: Pattern | None) -> Stability:
    carried = -2.0 * share
    way = replace(WAY, attention_influence=carried, attention_trail=(-1.5, -1.3, carried))
    zero = replace(SETTINGS, baseline="zero")
    checks = (StabilityCheck("baseline", zero, one, 0.1, 4.0) for one in found)
    return Stability(way, SETTINGS, tuple(checks))


@pytest.mark.parametrize(
    ("share", "found", "verdict"),
    [
        (0.6, (WAY, WAY), "main way"),
        (0.5, (WAY,), "main way"),
        (1.5, (WAY,), "main way"),
        (1.51, (WAY,), "one of several ways"),  # others take half of it back
        (0.49, (WAY, WAY), "one of several ways"),
        (0.6, (WAY, OTHER_HEAD), "one of several ways"),
        (0.6, (WAY, None), "one of several ways"),
        (0.1, (WAY,), "one of several ways"),
        (0.09, (WAY, WAY), "example of many ways"),
        (-0.6, (WAY, WAY), "example of many ways"),
    ],
)
def test_the_verdict_follows_from_the_share_and_from_the_checks(share, found, verdict):
    assert carrying(share, *found).verdict("attention") == verdict


def test_nodes_may_stay_where_a_head_does_not():
    one = carrying(0.6, WAY, OTHER_HEAD, OTHER_NODES)
    assert [one.keeps(check, "attention") for check in one.checks] == [True, False, False]
    assert [one.keeps(check, "embedding") for check in one.checks] == [True, True, False]
    assert [one.nodes_kept(check) for check in one.checks] == [1, 1, 0.5]
    assert [one.components_kept(check) for check in one.checks] == pytest.approx([1, 2 / 3, 1 / 3])


@pytest.mark.parametrize(
    ("share", "found", "says"),
    [
        (0.6, (WAY, WAY), "the main way: it carries 60 % of the influence, and all 2 checks find"),
        (0.3, (WAY, OTHER_HEAD), "one of several ways: it carries 30 % of the influence, and 1 of"),
        (0.04, (OTHER_HEAD,), "an example of many ways: it carries 4 % of the influence, and none"),
        (1.7, (WAY,), "carries 170 % of the influence, of which others take some back, and all 1"),
    ],
)
def test_the_sentence_says_the_share_and_how_many_checks_find_it_again(share, found, says):
    said = carrying(share, *found).says("attention")
    assert said.startswith("This is ")
    assert said.endswith(" it again.")
    assert says in said


def test_a_check_with_a_large_gap_is_warned_of():
    one = carrying(0.6, WAY, WAY)
    assert one.gap_warnings() == ()
    rough = replace(one.checks[1], completeness_gap=-0.4)
    (said,) = replace(one, checks=(one.checks[0], rough)).gap_warnings()
    assert said.startswith("From the zero vector: The completeness gap is 10 % of Q(x) − Q(b): ")
    with pytest.raises(ExplainerError, match="check has numbers that are not finite"):
        replace(rough, completeness_gap=float("nan"))


def test_a_stability_is_of_one_word_of_one_model_and_has_a_check():
    with pytest.raises(ExplainerError, match="no checks: give one"):
        carrying(0.5)
    with pytest.raises(ExplainerError, match="leads from 3 in 3 steps: give the pattern of"):
        carrying(0.5, replace(WAY, nodes=(3, 3, 3, 3)))
    with pytest.raises(ExplainerError, match="pattern is None: give a Pattern"):
        Stability(None, SETTINGS, ())

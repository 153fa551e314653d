"""Points where the integrand turns, and nothing but fewer of them: the same identities hold."""

import json

import numpy as np
import pytest
import torch

from explainer import Question, Settings, explain, explain_many, load_model
from explainer.api import trace_text
from explainer.base.assets import EXAMPLES
from explainer.influence.flow import total_flow
from explainer.influence.sampling.adaptive import (
    FIRST,
    NARROWEST,
    Adaptive,
    first_points,
    integrals,
    weights,
)
from explainer.influence.sampling.path import IntegrationPath
from explainer.influence.search.refine import refine
from explainer.influence.trace import trace_together
from explainer.question.quantity import Contrast
from tests.influence.test_identities import close
from tests.influence.test_together import TEXTS, same
from tests.problems import TOKENS
from tests.tiny import adapted, asked_by, tiny_problem, traced

EPS = 2.0**-52


def turning(a):
    """A quantity that turns at 0.6, and its slope."""
    return np.tanh(30 * (a - 0.6)), 30 / np.cosh(30 * (a - 0.6)) ** 2


def sampled(rule, function, most=50):
    """All points that a rule asks for, in the order in which they came."""
    a = first_points(rule.points)
    for _ in range(most):
        added = rule.added(a, *function(a), EPS)
        if not len(added):
            return a
        a = np.concatenate([a, added])
    raise AssertionError("never satisfied")


def adaptively(problem, budget=None, *, tolerance=0.01, points=200):
    """The trace of a small problem under the adaptive rule."""
    a = torch.from_numpy(first_points(points))
    path = IntegrationPath.between(problem.b, problem.x, a, torch.from_numpy(weights(a.numpy())))
    asked = asked_by(problem)
    rule = Adaptive(tolerance, points)
    with torch.no_grad():
        return trace_together(adapted(problem), path, [asked], [len(problem.x)], budget, rule)


def test_the_integral_of_a_natural_spline_worked_out_by_hand():
    # Through (0, 1, 0): the second derivative in the middle is −12, at the ends 0.
    close(weights(np.array([0.0, 0.5, 1.0])), [3 / 16, 10 / 16, 3 / 16])
    close(weights(np.array([0.0, 1.0])), [0.5, 0.5])


def test_a_straight_line_is_integrated_exactly_over_every_interval():
    a = np.array([0.0, 0.1, 0.15, 0.2, 0.7, 1.0])
    close(integrals(a) @ (3 * a + 1), np.diff(1.5 * a**2 + a))
    close(weights(a).sum(), 1)
    order = np.array([3, 0, 5, 1, 4, 2])
    close(weights(a[order]), weights(a)[order])


def test_points_come_where_the_integrand_turns_until_it_is_known_well_enough():
    a = sampled(Adaptive(0.01, 200), turning)
    assert FIRST < len(a) < 40
    assert np.array_equal(a[:FIRST], first_points(200))
    assert len(set(a)) == len(a)
    # Where Q is flat nothing is added, and the narrowest intervals are where it rises.
    assert a[FIRST:].min() > 0.25
    widths, middles = np.diff(np.sort(a)), (np.sort(a)[1:] + np.sort(a)[:-1]) / 2
    assert (abs(middles[widths < 0.03] - 0.6) < 0.15).all()
    value, slope = turning(a)
    difference = np.ptp(value)
    assert abs(weights(a) @ slope - difference) <= 0.01 * difference
    finer = sampled(Adaptive(0.0001, 200), turning)
    assert len(finer) > len(a)
    assert abs(weights(finer) @ turning(finer)[1] - difference) <= 0.0001 * difference


def test_no_more_points_than_allowed_and_none_that_are_of_no_use():
    for most in (2, 5, FIRST, FIRST + 3):
        assert len(sampled(Adaptive(1e-9, most), turning)) == most
    assert len(sampled(Adaptive(0.01, 200), lambda a: (0 * a, 0 * a))) == FIRST
    # A slope that is not that of Q, as where numbers overflow: it ends, in vain.
    assert len(sampled(Adaptive(0.01, 200), lambda a: (a, 0 * a + np.nan))) == FIRST
    step = sampled(Adaptive(0.01, 1000), lambda a: ((a > 0.3) * 1.0, 0 * a))
    assert len(step) < 60
    assert np.diff(np.sort(step)).min() >= NARROWEST / 2


def test_what_rounding_does_is_not_pursued():
    def rough(a):
        value, slope = turning(a)
        return value + 0.005 * np.sin(1e4 * a), slope

    assert len(sampled(Adaptive(0.001, 200), rough)) == 200
    assert len(sampled(Adaptive(0.001, 200, unit=2.0**-7), rough)) < 50


def test_where_every_interval_is_halved_the_points_are_equally_spaced():
    problem = tiny_problem()
    found = adaptively(problem, tolerance=1e-9, points=2 * FIRST - 1)
    even = traced(tiny_problem(points=2 * FIRST - 1))
    order = found.path.a[:, 0].argsort()
    close(found.path.a[order], even.path.a)
    close(found.slopes[order], even.slopes)
    close(found.influence, weights(even.path.a[:, 0].numpy()) @ even.slopes.numpy())
    assert found.only.points == 2 * FIRST - 1


def test_everything_is_as_if_the_points_had_been_given():
    problem = tiny_problem(layers=4)
    found = adaptively(problem)
    assert FIRST < found.only.points < 200
    assert len(found.pieces) == 1
    order = found.path.a[:, 0].argsort()
    asked = asked_by(problem)
    a, w = (v[order, 0] for v in (found.path.a, found.path.weights))
    with torch.no_grad():
        path = IntegrationPath.between(problem.b, problem.x, a, w)
        given = trace_together(adapted(problem), path, [asked], [len(problem.x)])
    assert (found.value, found.baseline_value) == pytest.approx((given.value, given.baseline_value))
    close(found.influence, given.influence)
    close(found.last_hidden(2), given.last_hidden(2))
    for mean, expected in zip(found.mean_gradient, given.mean_gradient, strict=True):
        close(mean, expected)
    close(total_flow(found).heads, total_flow(given).heads)
    close(total_flow(found).layer_totals(), [sum(found.influence)] * 4)
    for one, other in zip(refine(found, TOKENS, 2), refine(given, TOKENS, 2), strict=True):
        assert (one.nodes, one.components) == (other.nodes, other.components)
        close(one.attention_trail, other.attention_trail)
    difference = found.value - found.baseline_value
    assert abs(found.completeness_gap) <= 0.01 * abs(difference)


@pytest.fixture(scope="module")
def without_budget():
    """A problem, its trace as one piece, and what is found there."""
    problem = tiny_problem(layers=4)
    whole = adaptively(problem)
    return problem, whole, refine(whole, TOKENS, 2)


@pytest.mark.parametrize("budget", [400_000, 150_000, 60_000, 17_000])
def test_every_budget_gives_the_same_points_and_the_same_result(budget, without_budget):
    problem, whole, patterns = without_budget
    cut = adaptively(problem, budget)
    assert len(cut.pieces) > len(whole.pieces) == 1
    assert max(len(piece.first) for piece in cut.pieces) <= cut.plan.points or budget > 100_000
    assert cut.only.points == whole.only.points
    close(cut.influence, whole.influence)
    for found, expected in zip(refine(cut, TOKENS, 2), patterns, strict=True):
        assert (found.nodes, found.components) == (expected.nodes, expected.components)
        close(found.attention_trail, expected.attention_trail)


def test_texts_together_have_each_the_points_that_it_has_alone(tiny_masked_lm):
    settings = Settings(rule="adaptive", points=60, tolerance=0.0005)
    questions = [Question(text, Contrast("are", "is")) for text in TEXTS]
    found = list(explain_many(tiny_masked_lm, questions, settings=settings, flow=True))
    assert len({explanation.points_used for explanation in found}) > 1
    for text, explanation in zip(TEXTS, found, strict=True):
        alone = explain(
            tiny_masked_lm, text, correct="are", wrong="is", settings=settings, flow=True
        )
        assert explanation.points_used == alone.points_used
        same(explanation, alone)


def test_a_ceiling_that_is_too_low_is_kept_and_warned_of(tiny_masked_lm):
    low = Settings(rule="adaptive", points=3)
    found = explain(tiny_masked_lm, TEXTS[0], correct="are", wrong="is", settings=low)
    assert found.points_used == 3
    assert "completeness gap" in found.gap_warning


def test_the_examples_are_complete_to_a_hundredth_with_few_points():
    counts = []
    for group in json.loads(EXAMPLES.read_text(encoding="utf-8")):
        model = load_model(group["model"])
        for item in group["items"]:
            contrast = Contrast(item.get("correct"), item.get("wrong"))
            settings = Settings(rule="adaptive", points=200)
            found = trace_text(model, item["text"], contrast=contrast, settings=settings)
            difference = found.value - found.baseline_value
            assert abs(found.completeness_gap) <= 0.01 * abs(difference), item["text"]
            counts.append(found.only.points)
    assert max(counts) < 60
    assert sum(counts) / len(counts) < 26

"""Summaries of evaluations, by numbers worked by hand and by identities."""

import math
from dataclasses import replace

import numpy as np
import pytest

from explainer.evaluation.evidence.bootstrap import ratio, resampling
from explainer.evaluation.evidence.findings import few_note
from explainer.evaluation.evidence.report import markdown, report
from explainer.evaluation.evidence.summary import EVERY_TASK, summary
from explainer.evaluation.evidence.tables import tables_of
from explainer.evaluation.evidence.written import written
from explainer.evaluation.line import with_cluster, with_unit
from explainer.evaluation.question import cluster_of
from explainer.tasks import Case
from tests.evaluation.lines import (
    ALL_NODES,
    FEW,
    LINES,
    TOKENS,
    cut,
    line,
    value,
)


def test_the_numbers_of_a_task_by_hand():
    table = summary(tables_of(LINES))
    shared = {**ALL_NODES, "method": "pattern"}
    of = {**shared, "replacement": "zero"}
    assert value(table, "accuracy") == 3 / 4
    assert value(table, "Q") == 2.0
    assert value(table, "kept accuracy", **of) == 3 / 4
    # Of the three that are right, the second is not right any more.
    assert value(table, "retained accuracy", **of) == pytest.approx(2 / 3)
    assert value(table, "retained Q", **of) == pytest.approx(4 / 8)
    assert value(table, "removed accuracy", **of) == 1 / 4
    assert value(table, "retained accuracy", **{**of, "method": "rollout"}) == 0
    assert value(table, "removed Q", **of) == pytest.approx(-4 / 8)
    assert value(table, "carried", **shared) == 0.5
    assert value(table, "size", **shared) == 3
    assert value(table, "skip flow") == pytest.approx(0.3)
    assert value(table, "skip flow", layer=1) == pytest.approx(0.4)
    assert value(table, "signed skip flow", layer=0) == pytest.approx(0.1)
    assert value(table, "log10 sparsity", level="attention") == pytest.approx(-2)
    assert (table["low"] <= table["value"] + 1e-12).all()
    assert (table["value"] <= table["high"] + 1e-12).all()


def test_all_tasks_together_hold_every_sentence_once():
    other = [line(number, -1.0, 1.0, task="two") for number in range(16)]
    table = summary(tables_of([*LINES, *other]))
    together = table[table["task"] == EVERY_TASK]
    assert value(together, "accuracy") == 3 / 8
    shared = {**ALL_NODES, "method": "pattern"}
    of = {**shared, "replacement": "zero"}
    assert value(together, "kept accuracy", **of) == 7 / 8
    assert value(together, "retained Q", **of) == pytest.approx((16 + 16) / (32 - 16))
    assert EVERY_TASK not in set(summary(tables_of(LINES))["task"])


def test_resampling_draws_as_many_and_leaves_the_first_as_it_is():
    drawn = resampling(30, resamples=5000)
    counts = drawn.counts
    assert (counts[0] == 1).all()
    assert (counts.sum(axis=1) == 30).all()
    assert counts[1:].std() > 0.8
    values = np.arange(30.0)
    found = ratio(drawn, values)
    assert found.value == pytest.approx(14.5)
    # The standard error of a mean of 30 from this spread is 1.58, 1.96 of them on either side.
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / 30**0.5, rel=0.05)
    assert ratio(drawn, 3 * values, values).low == pytest.approx(3)
    empty = ratio(drawn, values, 0 * values)
    assert math.isnan(empty.value)
    assert math.isnan(empty.low)


def test_a_method_that_only_cuts_has_the_size_of_what_it_cuts():
    table = summary(tables_of([line(0, 4.0, 1.0, outcomes=[cut("random-cells", 0.4)])]))
    of = {"level": "attention", "words": "all", "method": "random-cells"}
    assert value(table, "size", **of) == 4


def test_few_sentences_have_no_interval():
    few, enough = summary(tables_of(FEW)), summary(tables_of(LINES))
    assert few[["low", "high"]].isna().all(axis=None)
    assert enough[["low", "high"]].notna().all(axis=None)
    # Of ten sentences only five are right: the share is of five.
    drawn = resampling(10)
    assert math.isnan(ratio(drawn, np.ones(10), np.repeat([0.0, 1.0], 5)).low)
    assert not math.isnan(ratio(drawn, np.arange(10.0)).low)
    assert few_note(few) == "n = 4: fewer than 10 are too few for an interval."
    assert few_note(enough) is None
    assert written(0.424, math.nan, math.nan) == "42.4\u00a0%"
    text = markdown(report(tables_of(FEW)))
    assert "fewer than 10 are too few for an interval" in text
    assert "[" not in text.replace("[MASK]", "")
    whole = report(tables_of(LINES))
    assert not any("fewer than 10" in finding.says for finding in whole.findings)


def test_intervals_of_clustered_and_skewed_sentences_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(5)
    nouns = np.repeat(np.arange(25), 12).tolist()
    held = {"sentences": 0, "nouns": 0}
    for _ in range(300):
        # Each noun is known or not, so that its sentences are alike; the mean is 1.
        values = np.repeat(rng.exponential(size=25), 12) + rng.normal(size=300)
        for name, clusters in (("sentences", None), ("nouns", nouns)):
            found = ratio(resampling(300, clusters, resamples=400), values)
            held[name] += found.low <= 1 <= found.high
    assert held["sentences"] / 300 < 0.6
    assert held["nouns"] / 300 > 0.88


def test_sentences_of_a_noun_in_both_numbers_are_one_cluster():
    cases = [
        Case(f"the {noun} [MASK] {n} .", "a", "b", "one", "all", controller=noun)
        for n, noun in enumerate(["farmer", "farmers"] * 8)
    ]
    assert {cluster_of(case) for case in cases} == {"farmer"}
    # A word's first piece is no word: others may begin so.
    others = [Case("t", "a", "b", "one", "all", controller=word) for word in ("vet", "vex")]
    assert [cluster_of(case) for case in others] == ["vet", "vex"]
    same = [line(n, 1.0, 1.0, cluster=cluster_of(case)) for n, case in enumerate(cases)]
    table = summary(tables_of(same))
    assert set(table["n"]) == {16}
    assert set(table["clusters"]) == {1}
    assert table[["low", "high"]].isna().all(axis=None)
    assert few_note(table) == "n = 16, all about fewer than 10 nouns, too few for an interval."
    nobodys = [cluster_of(replace(case, controller="")) for case in cases]
    assert nobodys == [case.text for case in cases]
    without = [{**one, "cluster": name} for one, name in zip(same, nobodys, strict=True)]
    table = summary(tables_of(without))
    assert set(table["clusters"]) == {16}
    assert table[["low", "high"]].notna().any(axis=None)


def test_a_record_from_before_there_were_units_is_in_logits():
    older = {name: value for name, value in line(0, 1.0, 1.0).items() if name != "unit"}
    assert with_unit(older)["unit"] == "logits"
    assert with_unit({**older, "unit": "log-probability"})["unit"] == "log-probability"
    left_out = {"task": "t", "number": 0, "text": "a", "left_out": "why"}
    assert with_unit(left_out) == left_out


def test_a_line_from_before_there_were_clusters_has_its_word():
    older = {name: value for name, value in line(0, 1.0, 1.0).items() if name != "cluster"}
    older["tokens"] = ["[CLS]", "farmers", *TOKENS[2:]]
    assert with_cluster(older)["cluster"] == "farmer"
    pieces = ["[CLS]", "farm", "##er", "##s", "love"]
    assert with_cluster({**older, "tokens": pieces})["cluster"] == "farmer"
    assert with_cluster({**older, "controller": None})["cluster"] == older["text"]
    assert with_cluster({**older, "cluster": "x"})["cluster"] == "x"
    for damaged in ({"controller": 99}, {"controller": "1"}, {"tokens": None}):
        assert "cluster" not in with_cluster({**older, **damaged})

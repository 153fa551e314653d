"""The word that a run's numbers give on a claim, from summaries that are written by hand."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from explainer.evaluation.evidence.finding import CONSISTENCY, PERFORMANCE, SKIPS, Finding
from explainer.evaluation.evidence.findings import findings
from explainer.evaluation.evidence.verdicts import (
    Verdict,
    consistency_tests,
    cut_tests,
    performance_tests,
    skip_tests,
    together,
)

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "assets" / "evaluation"
NODES = {"level": "embedding", "words": "all"}
HEADS = {"level": "attention", "words": "all"}


def row(quantity: str, value: float, spread: float = 0.02, **of) -> dict:
    """A row of a summary whose interval reaches `spread` to both sides; nan is none."""
    where = dict.fromkeys(("level", "words", "method", "replacement", "layer"))
    bounds = {"low": value - spread, "high": value + spread, "n": 50}
    return {
        "model": "m",
        "task": "t",
        "quantity": quantity,
        **where,
        "value": value,
        **bounds,
        **of,
    }


def kept(replacement: str = "baseline", /, level=NODES, **methods: tuple) -> pd.DataFrame:
    """What methods leave of Q and of the right answers, and the size of each."""
    rows = []
    for name, (q, right, size) in methods.items():
        of = {**level, "method": name.replace("_", "-")}
        rows += [
            row("retained Q", q, replacement=replacement, **of),
            row("retained accuracy", right, replacement=replacement, **of),
            row("size", size, **of),
        ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("rival", "word"),
    [
        ((0.3, 0.7, 9), "confirmed"),
        ((0.7, 0.9, 9), "not confirmed"),
        ((0.5, 0.9, 9), "not confirmed"),  # Q overlaps, the right answers do not
        ((0.51, 0.79, 9), "cannot tell"),
        ((0.7, 0.7, 9), "cannot tell"),  # they disagree
        ((0.3, 0.7, 5), "cannot tell"),  # it keeps less
        ((1.9, 0.7, 9), "confirmed"),  # to leave more than all of Q is no better
    ],
)
def test_patterns_beside_a_rival_that_keeps_as_much(rival, word):
    (found,) = performance_tests(kept(pattern=(0.5, 0.8, 9), conductance=rival))
    assert found.word == word
    assert found.test == "Nodes kept alone, with the baseline's values elsewhere"
    assert "Patterns leave 50.0" in found.why
    assert f"(layer conductance) {100 * rival[0]:.1f}" in found.why
    assert ("keeps fewer, 5 where patterns keep 9" in found.why) == (rival[2] == 5)


def test_the_rival_is_the_one_nearest_to_the_whole_model():
    (found,) = performance_tests(
        kept(pattern=(0.5, 0.8, 9), conductance=(0.9, 0.9, 9), random_nodes=(0.1, 0.5, 9))
    )
    assert "layer conductance" in found.why
    assert found.word == "not confirmed"


def test_a_rival_as_large_is_asked_before_one_that_keeps_less():
    (found,) = performance_tests(
        kept(pattern=(0.5, 0.8, 9), conductance=(0.4, 0.7, 5), random_nodes=(0.1, 0.5, 9))
    )
    assert "random nodes" in found.why
    assert found.word == "confirmed"


def test_the_fairest_replacement_decides():
    good, bad = (
        kept(name, pattern=(0.5, 0.8, 9), conductance=(rival, 0.8, 9))
        for name, rival in (("zero", 0.1), ("mean", 0.9))
    )
    (found,) = performance_tests(pd.concat([good, bad]))
    assert (found.word, "mean values" in found.test) == ("not confirmed", True)
    (alone,) = performance_tests(good)
    assert "zero (off the data)" in alone.test


def test_without_an_interval_or_a_rival_nothing_can_be_told():
    table = kept(pattern=(0.5, 0.8, 9), conductance=(0.1, 0.1, 9))
    table[["low", "high"]] = math.nan
    (found,) = performance_tests(table)
    assert found.word == "cannot tell"
    assert "too few for an interval" in found.why
    assert not list(performance_tests(kept(pattern=(0.5, 0.8, 9))))
    assert together([]) == "cannot tell"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (0.1, ["confirmed", "confirmed"]),
        (0.4, ["confirmed", "not confirmed"]),
        (0.8, ["cannot tell", "not confirmed"]),
    ],
)
def test_heads_that_are_cut_stand_beside_chance_and_beside_heads_of_as_much_flow(left, words):
    rows = [
        row("removed Q", value, replacement="mean", method=method, **HEADS)
        for method, value in (("pattern-heads", left), ("node-heads", 0.8), ("flow-heads", 0.3))
    ]
    found = list(cut_tests(pd.DataFrame(rows)))
    assert [test.word for test in found] == words
    assert ["chance" in test.test for test in found] == [True, False]
    assert "80.0" in found[0].why
    assert "30.0" in found[1].why


def test_skips_stand_beside_all_heads_together():
    table = pd.DataFrame([row("skip flow", 0.44), row("signed skip flow", 0.6)])
    assert [test.word for test in skip_tests(table)] == ["not confirmed", "confirmed"]
    table = pd.DataFrame([row("skip flow", 0.49), row("signed skip flow", 0.6, math.nan)])
    assert [test.word for test in skip_tests(table)] == ["cannot tell", "cannot tell"]
    # What is said to refute them is what the verdict goes by: one count below half, none above.
    for signed, word in ((0.3, "not confirmed"), (0.5, "not confirmed"), (0.6, "cannot tell")):
        table = pd.DataFrame([row("skip flow", 0.44), row("signed skip flow", signed)])
        assert together(list(skip_tests(table))) == word
    assert "by size or with its sign, below 50 %" in SKIPS.refuted_by
    assert SKIPS.refuted_by.endswith("and neither above it.")


def forms(q, accuracy) -> pd.DataFrame:
    rows = [
        {"measure": "node entropy", "task": "t", "entropy": float(at), "Q": a, "accuracy": b}
        for at, (a, b) in enumerate(zip(q, accuracy, strict=True))
    ]
    return pd.DataFrame(rows)


def test_consistency_is_asked_of_q_and_of_right_answers():
    falling, rising = [float(-at) for at in range(12)], [float(at) for at in range(12)]
    found = list(consistency_tests(forms(falling, rising)))
    assert [test.word for test in found] == ["confirmed", "not confirmed"]
    assert "−1.00" in found[0].why
    assert "chance gives 0" in found[0].why
    alike = list(consistency_tests(forms(falling, [1.0] * 12)))
    assert (alike[1].word, "answered equally well" in alike[1].why) == ("cannot tell", True)
    by_task = forms(falling, [1.0] * 6 + [0.5] * 6)
    by_task["task"] = ["one"] * 6 + ["other"] * 6
    within = list(consistency_tests(by_task))
    assert (within[1].word, "answered equally well" in within[1].why) == ("cannot tell", True)
    few = list(consistency_tests(forms(falling[:4], rising[:4])))
    assert {test.word for test in few} == {"cannot tell"}


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["confirmed", "confirmed"], "confirmed"),
        (["confirmed", "cannot tell"], "cannot tell"),
        (["confirmed", "not confirmed"], "cannot tell"),
        (["not confirmed", "cannot tell"], "not confirmed"),
    ],
)
def test_a_claim_holds_where_all_of_its_tests_do(words, word):
    assert together([Verdict("a test", each, "why") for each in words]) == word


def test_a_finding_says_its_verdict_first_and_comes_back_from_its_record():
    tables = (pd.read_csv(STORED / name) for name in ("summary.csv", "consistency.csv"))
    stored = json.loads((STORED / "findings.json").read_text(encoding="utf-8"))
    found = findings(*tables)
    assert tuple(Finding.from_dict(item) for item in stored) == found
    for finding in found:
        first, *rest = finding.text.splitlines()
        assert first.endswith(f"({finding.model}): {finding.verdict.upper()}")
        assert [line.strip() for line in rest[: len(finding.tests)]] == [
            test.text for test in finding.tests
        ]
        assert rest[len(finding.tests)].strip() == finding.control
    # With the fair replacement first, and zero last and named as what it is.
    nodes, _, both = found[2].says.partition("Patterns of heads and skips carry")
    for part in (nodes, both):
        off = ["zero (off the data)" in p for p in part.splitlines() if p.startswith("Kept alone")]
        assert off == sorted(off)
        assert set(off) == {False, True}


def test_what_would_have_refuted_a_claim_is_one_sentence_and_stands_in_the_document():
    text = " ".join((ROOT / "docs" / "reproduction.md").read_text(encoding="utf-8").split())
    for claim in (SKIPS, CONSISTENCY, PERFORMANCE):
        assert claim.refuted_by.count(".") == 1
        assert claim.refuted_by.endswith(".")
        assert f"Refuted by: {claim.refuted_by}" in text
    assert PERFORMANCE.favours in text
    assert "[MASK]" in PERFORMANCE.favours

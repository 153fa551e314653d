"""What protocols claim, told apart in the same sentences, and what stands beside each other."""

import json
from dataclasses import asdict

import pytest

from explainer import ExplainerError, Measurement, ProtocolRecord
from explainer.evaluation.evidence.protocols.claims import judged
from explainer.evaluation.evidence.protocols.grid import conditions, grid
from explainer.evaluation.evidence.protocols.measured import (
    POINT_COLUMNS,
    points_of,
    table_of,
)
from explainer.evaluation.protocols.condition import Condition

PAIR, MEAN = Condition(instead="pair"), Condition(instead="mean")


OWN, RIVAL, SAME, POOR = "influence", "decompx", "alti", "random"


def lines(values: dict[str, list[float]], measure="kept nodes", clusters=12) -> list[dict]:
    """A line of "paths" for each sentence, in which methods have these values."""
    n = len(next(iter(values.values())))
    return [
        {
            "model": "tiny",
            **ProtocolRecord(
                *("sva-obj", number, "all", "t", "a", "b", "paths", f"noun {number % clusters}"),
                tuple(
                    Measurement(name, measure, Condition("all words", "pair"), of[number])
                    for name, of in values.items()
                ),
                (),
            ).to_dict(),
        }
        for number in range(n)
    ]


def spread(value: float, by: float = 0.1, n: int = 48) -> list[float]:
    """Values around one, which differ much between sentences."""
    return [value + by * (1 if number % 2 else -1) * (1 + number % 5) for number in range(n)]


def told(values: dict[str, list[float]], measure="kept nodes"):
    table = table_of(lines(values, measure))
    return dict(judged(table, Condition("all words", "pair")))[measure], table


def test_more_than_the_whole_sentence_does_is_not_the_best():
    verdict, table = told(
        {
            "pattern": spread(0.9, 0.01),
            "conductance": spread(1.4, 0.01),
            "alti-nodes": spread(0.2, 0.01),
        }
    )
    found = grid(table, Condition("all words", "pair"))
    assert found.best["kept nodes"] == ("pattern",)
    assert verdict.word == "confirmed"
    assert "layer conductance 140.0" in verdict.why
    assert "nearer to 100\N{NO-BREAK SPACE}% by 30.0\N{NO-BREAK SPACE}points" in verdict.why
    assert "→\N{NO-BREAK SPACE}100" in found.table()[0]


def test_what_differs_in_every_sentence_is_told_where_intervals_overlap():
    own, rival = spread(0.6), spread(0.65)
    verdict, table = told({"pattern": own, "conductance": rival})
    row = {method: of.iloc[0] for method, of in table.groupby("method")}
    assert row["pattern"]["high"] > row["conductance"]["low"]
    assert verdict.word == "not confirmed"
    assert row["pattern"]["behind"] == pytest.approx(0.05)
    assert row["conductance"]["beside"] == pytest.approx(0.05)
    assert row["pattern"]["behind_low"] == pytest.approx(0.05)
    assert "★" not in grid(table, Condition("all words", "pair")).cell("pattern", "kept nodes")
    other, _ = told({"pattern": own, "conductance": rival[::-1]})
    assert other.word == "cannot tell"


def test_a_claim_is_against_those_that_it_names():
    one = {
        "pattern-heads": 0.2,
        "pattern": 0.0,
        "flow-heads": 0.5,
        "node-heads": 0.9,
        "random-heads": 1.0,
    }
    verdict, _ = told({name: spread(value, 0.01) for name, value in one.items()}, "cut steps")
    assert verdict.word == "confirmed"
    assert (
        verdict.test == "Without the patterns' heads less is left than without as many other ones"
    )
    assert "heads of largest flow 50.0" in verdict.why
    assert "Best of all: influence pattern, 0.0" in verdict.why


def test_conditions_stand_beside_each_other_where_they_are_what_is_compared():
    def line(number: int) -> dict:
        found = [
            Measurement(method, "nodes", Condition(of), value + 0.02 * (number % 3))
            for method, of, value in (
                ("chance", "another word's pattern", 0.6),
                ("pattern", "all blocks drawn anew", 0.4),
                ("pattern", "from [PAD]", 0.8),
            )
        ]
        record = ProtocolRecord(
            "t", number, "all", "t", "a", "b", "sanity", f"n{number}", tuple(found), ()
        )
        return {"model": "tiny", **record.to_dict()}

    table = table_of(line(number) for number in range(20))
    assert conditions(table) == (Condition(),)
    found = grid(table, Condition())
    assert found.methods == ("another word's pattern", "all blocks drawn anew", "from [PAD]")
    assert not found.best
    ((measure, verdict),) = judged(table, Condition())
    assert (measure, verdict.word) == ("nodes", "confirmed")
    assert verdict.why.startswith("Inner nodes the same: all blocks drawn anew 41.9")
    assert "lower by 20.0" in verdict.why


def test_a_condition_is_read_from_its_own_record_alone():
    one = Measurement("a", "b", Condition("edge", "pair", "block 0 head 1 node 2 from 3"), 1.5)
    line = json.loads(json.dumps(asdict(one)))
    assert Measurement.from_json(line) == one
    for wrong in ("edge, pair", {"of": "edge", "with": "pair"}):
        with pytest.raises(TypeError):
            Measurement.from_json({**line, "condition": wrong})
    with pytest.raises(ExplainerError, match="condition's instead 'x' is not known"):
        Condition("a", "x")


def test_the_cuts_kept_one_by_one_are_points():
    at = Condition("edge", "pair", "block 0 head 1 node 2 from 3")
    found = (
        Measurement("pattern-heads", "point influence", at, 1.5),
        Measurement("pattern-heads", "point effect", at, 0.5),
        Measurement("pattern-heads", "effect", Condition("edge", "pair"), 3.0),
    )
    record = ProtocolRecord("sva-obj", 0, "all", "t", "a", "b", "edges", "noun", found, ())
    points = points_of([{"model": "tiny", **record.to_dict()}, {"model": "tiny", "left_out": "x"}])
    assert tuple(points.columns) == POINT_COLUMNS
    assert points.to_numpy().tolist() == [["tiny", "sva-obj", "edge", True, 1.5, 0.5]]


def test_a_measure_that_is_a_size_does_not_break_its_table():
    def line(number: int) -> dict:
        found = tuple(
            Measurement(name, "effect", Condition("edge", "pair"), value)
            for name, value in (("pattern-heads", 0.9), ("step-heads", 0.1))
        )
        record = ProtocolRecord("t", number, "all", "t", "a", "b", "edges", f"n{number}", found, ())
        return {"model": "tiny", **record.to_dict()}

    head, *others = grid(table_of(map(line, range(3))), Condition("edge", "pair")).table()
    assert head.replace("\\|", "").count("|") == others[1].count("|") == 3

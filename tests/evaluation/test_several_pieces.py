"""Sentences whose words have several pieces are evaluated where both have as many."""

import math

import pytest

from explainer import (
    METHODS,
    PROTOCOLS,
    Case,
    EvaluationOptions,
    ExplainerError,
    Run,
    Sentences,
    Settings,
    evaluate,
    evaluate_sentence,
    explain,
    measure_protocols,
)
from explainer.evaluation.effort import PATHS, sentence_estimate
from explainer.evaluation.evidence.protocols.grid import conditions, grid
from explainer.evaluation.evidence.protocols.measured import (
    points_of,
    read_protocols,
    table_of,
    unit_of,
)
from explainer.evaluation.evidence.report import markdown, write_report
from explainer.evaluation.line import with_unit
from explainer.evaluation.protocols.effort import protocol_estimate
from explainer.evaluation.question import read_case
from explainer.figures.charts.cuts import cut_points, cuts_scene
from explainer.influence.effort.count import effort
from explainer.influence.effort.size import Size
from explainer.influence.stability.found import stability_effort

TEXT = "the farmers that the assistant loves [MASK] old ."
SAMPLE = (
    ("are", "is"),
    ("are is", "is are"),
    ("unhappiest", "the old is"),
    ("unhappiest", "are"),
    ("are zebra", "is old"),
)
"""Of one piece each, of two, of three; of different numbers; with a word that is not known."""
SETTINGS = Settings(points=3)


def test_a_mixed_sample_loses_only_what_cannot_be_asked(tiny_masked_lm):
    read, why = [], []
    for correct, wrong in SAMPLE:
        try:
            sentence, quantity = read_case(tiny_masked_lm, Case(TEXT, correct, wrong))
            assert quantity.positions == sentence.masks
            read.append(len(sentence.masks))
        except ExplainerError as reason:
            why.append(str(reason))
    assert read == [1, 2, 3]
    different, unknown = why
    assert different.endswith("choose words of as many pieces.")
    assert "not in this model's vocabulary" in unknown


def test_every_method_is_evaluated_on_them(tiny_masked_lm):
    options = EvaluationOptions(settings=SETTINGS, methods=tuple(METHODS))
    record = evaluate_sentence(tiny_masked_lm, Case(TEXT, *SAMPLE[1]), options=options)
    found = explain(tiny_masked_lm, TEXT, correct="are is", wrong="is are", settings=SETTINGS)
    assert record.value == pytest.approx(found.target.value, abs=1e-9)
    assert record.unit == "log-probability"
    assert record.tokens.count("[MASK]") == 2
    assert record.target is None
    assert {outcome.method for outcome in record.outcomes} == set(METHODS)
    assert all(math.isfinite(outcome.value) for outcome in record.outcomes)


def test_every_protocol_measures_them(tiny_masked_lm):
    case = Case(TEXT, *SAMPLE[1], pair="the farmer that the assistant loves [MASK] old .")
    records = measure_protocols(tiny_masked_lm, case, tuple(PROTOCOLS), settings=SETTINGS)
    assert [record.protocol for record in records] == list(PROTOCOLS)
    for record in records:
        values = [m.value for m in record.measurements if m.value is not None]
        assert values
        assert all(map(math.isfinite, values))


def test_protocols_and_reports_say_what_q_is_in(tiny_masked_lm, tmp_path):
    """Of words of one piece and of several, and of both in one task."""
    for rows, unit in ((SAMPLE[:1], "logits"), (SAMPLE[1:3], "log-probability")):
        lines = [
            {"model": "tiny", **record.to_dict()}
            for number, words in enumerate(rows)
            for record in measure_protocols(
                tiny_masked_lm, Case(TEXT, *words), ("edges",), number=number, settings=SETTINGS
            )
        ]
        assert {line["unit"] for line in lines} == {unit}
        table = table_of(lines)
        assert unit_of(table) == unit
        heads = grid(table, conditions(table)[0]).heads
        assert any(head.startswith(f"|Q lost|, {unit}") for head in heads)
        assert not any("logits" in head for head in heads if unit != "logits")
        scene = cuts_scene(cut_points(points_of(lines), "edge"), title="cuts", unit=unit)
        said = [item.text for item in scene.stages[0] if hasattr(item, "text")]
        assert f"influence, {unit} (upwards: Q lost by the cut, {unit})" in said
    both = [{**line, "unit": unit} for line in lines for unit in ("logits", "log-probability")]
    for number, line in enumerate(both):
        line["number"] = number
    assert unit_of(table_of(both)) == "logits and log-probability"
    older = {name: value for name, value in lines[0].items() if name != "unit"}
    assert with_unit(older)["unit"] == "logits"
    table.drop(columns="unit").to_csv(tmp_path / "older.csv", index=False)
    assert unit_of(read_protocols(tmp_path / "older.csv")) == "logits"


def test_the_report_of_a_task_says_what_q_is_in(tiny_masked_lm_dir, tiny_masked_lm, tmp_path):
    rows = ["text,correct,wrong", f"{TEXT},are,is", f"{TEXT},are is,is are"]
    (tmp_path / "own.csv").write_text("\n".join(rows), encoding="utf-8")
    options = EvaluationOptions(settings=SETTINGS, methods=("pattern", "random"))
    own = Sentences(task="own", file=str(tmp_path / "own.csv"))
    run = Run(str(tiny_masked_lm_dir), own, options)
    evaluate(run, tiny_masked_lm, 2, tmp_path / "runs" / "own")
    found, _ = write_report(tmp_path / "runs")
    assert set(found.units.values()) == {"logits and log-probability"}
    said = markdown(found)
    assert " logits and log-probability (n = 2, " in said


def test_what_is_said_before_it_begins_counts_every_mask(tiny_masked_lm, monkeypatch):
    """Of a sentence's record, of a protocol and of stability: as much more as one explanation."""
    monkeypatch.setattr("explainer.influence.effort.estimate.pace", lambda *_, **__: 1.0)
    options = EvaluationOptions(settings=SETTINGS, methods=("pattern", "random"))
    sentence, quantity = read_case(tiny_masked_lm, Case(TEXT, *SAMPLE[1]))
    two = Size.of(sentence, quantity)
    assert (two.targets, two.normalised) == (2, 0)
    budget, adapter = 2**30, tiny_masked_lm.adapter
    for two_masks in (two, Size(two.n_tokens, 2, 2)):
        counted = [
            effort(adapter, size, SETTINGS, budget, flow=True).total
            for size in (Size(two.n_tokens), two_masks)
        ]
        records, protocols = (
            [of(size) for size in (Size(two.n_tokens), two_masks)]
            for of in (
                lambda size: sentence_estimate(tiny_masked_lm, size, options, budget).seconds,
                lambda size: (
                    protocol_estimate(
                        tiny_masked_lm, size, PROTOCOLS["edges"], SETTINGS, budget
                    ).seconds
                ),
            )
        )
        more = counted[1] - counted[0]
        assert more > 0
        times = 1 + PATHS * len(options.methods)
        assert records[1] - records[0] == pytest.approx(times * more)
        assert protocols[1] - protocols[0] == pytest.approx(PROTOCOLS["edges"].times * more)
        stable = [
            stability_effort(adapter, size, SETTINGS, budget, 1)
            for size in (Size(two.n_tokens), two_masks)
        ]
        assert stable[1] > stable[0]

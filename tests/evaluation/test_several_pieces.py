"""Sentences whose words have several pieces are evaluated where both have as many."""

import math

import pytest

from explainer import (
    METHODS,
    PROTOCOLS,
    Case,
    EvaluationOptions,
    ExplainerError,
    Settings,
    evaluate_sentence,
    explain,
    measure_protocols,
)
from explainer.evaluation.question import read_case

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

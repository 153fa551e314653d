"""Protocols under one signature: measurements that check themselves, and runs that go on."""

import json
from dataclasses import replace

import pytest

from explainer import Case, ExplainerError, Measurement, ProtocolRecord, Settings
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.protocols import run as runs
from explainer.evaluation.protocols.asked import NO_PAIR, AskedCase
from explainer.evaluation.protocols.condition import Condition
from explainer.evaluation.protocols.protocol import Protocol, Quantity
from explainer.evaluation.protocols.run import FOLDER, measure_protocols, run_protocols, wrong_line
from explainer.evaluation.protocols.table import PROTOCOLS
from explainer.evaluation.reading.cases import Sentences
from explainer.evaluation.run import Run
from explainer.evaluation.stored import RECORDS, read_records
from explainer.models.encode import without_gradients

TEXT = "the farmers that the assistant loves [MASK] old ."
PAIR = "the farmer that the assistant loves [MASK] old ."
CASE = Case(TEXT, "are", "is", "own", "plural-singular", "farmers", PAIR)
SETTINGS = Settings(points=2)


def counting(name="counted", **changes) -> Protocol:
    """A protocol that measures how many tokens a sentence has, and refuses short ones."""

    def measure(asked):
        yield Measurement(
            "tokens", "count", Condition(asked.shared), float(len(asked.sentence.tokens))
        )
        yield Measurement("none", "count", Condition(asked.shared), note="it cannot count")
        yield Measurement("tokens", "seconds", value=0.5)

    own = Protocol(
        name=name,
        label="Counting",
        asks="How many tokens are there?",
        refuted_by="None.",
        favours="Nobody.",
        quantities={"count": Quantity("tokens", None)},
        measure=measure,
        prepare=lambda _, settings, seed: f"{settings.points} points, seed {seed}",
        refuses=lambda asked: "too short" if len(asked.sentence.tokens) < 6 else None,
    )
    return replace(own, **changes)


@pytest.fixture(autouse=True)
def counted(monkeypatch):
    monkeypatch.setitem(PROTOCOLS, "counted", counting())


@pytest.fixture
def run(tmp_path):
    file = tmp_path / "own.csv"
    rows = ["text,correct,wrong", f"{TEXT},are,is", "the [MASK] .,are,is", f"{PAIR},is,are"]
    file.write_text("\n".join(rows), encoding="utf-8")
    return Run(
        "tiny", Sentences(task="own", file=str(file)), EvaluationOptions(settings=SETTINGS, seed=3)
    )


def asked_of(model, case) -> AskedCase:
    return AskedCase.read(model, case, 0, SETTINGS, 0, 2**30)


def test_a_measurement_has_a_finite_value_or_says_why_it_has_none():
    assert Measurement("a", "b", Condition("c"), 1).value == 1.0
    for value in (float("nan"), float("inf"), "1", True):
        with pytest.raises(ExplainerError, match="a finite number, or None with a note"):
            Measurement("a", "b", Condition("c"), value)
    with pytest.raises(ExplainerError, match="neither a value nor a note"):
        Measurement("a", "b")
    with pytest.raises(ExplainerError, match="measurement's method is 3"):
        Measurement(3, "b", Condition("c"), 1.0)


def test_a_record_measures_nothing_twice():
    twice = (Measurement("a", "b", Condition("c"), 1.0), Measurement("a", "b", Condition("c"), 2.0))
    of = {"combination": "all", "text": "", "correct": "", "wrong": "", "cluster": "x"}
    with pytest.raises(ExplainerError, match="measures the same twice in sentence 5"):
        ProtocolRecord("t", 4, **of, protocol="p", measurements=twice, seconds=())
    with pytest.raises(ExplainerError, match="give a Measurement"):
        ProtocolRecord("t", 4, **of, protocol="p", measurements=("x",), seconds=())


def test_a_sentence_is_measured_with_what_was_prepared(tiny_masked_lm):
    (record,) = measure_protocols(tiny_masked_lm, CASE, ["counted"], settings=SETTINGS, seed=7)
    assert record.measurements == (
        Measurement("tokens", "count", Condition("2 points, seed 7"), 11.0),
        Measurement("none", "count", Condition("2 points, seed 7"), note="it cannot count"),
    )
    assert [one.method for one in record.seconds] == ["tokens", "all"]
    assert (record.cluster, record.task, record.number) == ("farmer", "own", 0)
    with pytest.raises(ExplainerError, match="too short"):
        measure_protocols(tiny_masked_lm, Case("the [MASK] .", "are", "is"), ["counted"])


def test_what_is_asked_wrongly_is_refused(tiny_masked_lm, tiny_classifier):
    for names, said in (
        (["x"], "protocol 'x' is not known"),
        ([], "No protocol"),
        ("words", "give some of"),
    ):
        with pytest.raises(ExplainerError, match=said):
            measure_protocols(tiny_masked_lm, CASE, names)
    with pytest.raises(ExplainerError, match="give a Case"):
        measure_protocols(tiny_masked_lm, TEXT)
    with pytest.raises(ExplainerError, match="is for a masked language model"):
        measure_protocols(tiny_classifier, CASE)


def test_what_a_sentence_shares_is_its_controllers_lexeme_or_nothing(tiny_masked_lm):
    assert asked_of(tiny_masked_lm, CASE).cluster == "farmer"
    assert asked_of(tiny_masked_lm, replace(CASE, controller="")).cluster == TEXT


def test_a_minimal_pair_goes_token_for_token_or_it_is_said_why_not(tiny_masked_lm):
    pair = asked_of(tiny_masked_lm, CASE).pair
    assert pair.tokens[2] == "farmer"
    for other, why in (
        ("", NO_PAIR),
        ("the farmer [MASK] .", r"token for token \(11 and 6 tokens\)"),
        (f"{PAIR[:-1]}[MASK]", "cannot be read"),
        (TEXT.upper().replace("[mask]", "[MASK]"), "the same to the model"),
    ):
        found = asked_of(tiny_masked_lm, replace(CASE, pair=other)).pair
        assert isinstance(found, str)
        with pytest.raises(AssertionError, match=why):
            raise AssertionError(found)


def test_draws_are_a_sentences_own(tiny_masked_lm):
    one, other = (asked_of(tiny_masked_lm, CASE) for _ in range(2))
    assert one.rng("a").random() == other.rng("a").random() != one.rng("b").random()
    assert replace(one, number=1).rng("a").random() != one.rng("a").random()


def test_a_sentences_explanation_is_made_once_from_its_trace(tiny_masked_lm):
    asked = asked_of(tiny_masked_lm, CASE)
    with without_gradients():
        trace = asked.trace
        assert asked.explanation is asked.explanation
        assert asked.trace is trace
    assert asked.explanation.flow is not None


def test_a_run_goes_on_where_it_was_and_takes_further_protocols(
    tiny_masked_lm, run, tmp_path, monkeypatch
):
    monkeypatch.setitem(PROTOCOLS, "other", counting("other"))
    heard = []
    folder = tmp_path / "out"
    run_protocols(run, tiny_masked_lm, 2, folder, ["counted"], lambda *done: heard.append(done))
    assert heard == [(1, 2), (2, 2)]
    kept = folder / FOLDER / "counted"
    first = (kept / RECORDS).read_bytes()
    with (kept / RECORDS).open("ab") as file:
        file.write(b'{"half": ')  # as a killed run leaves it

    def refused(*_):
        raise AssertionError

    with monkeypatch.context() as never:
        never.setattr(runs, "measured", refused)
        run_protocols(run, tiny_masked_lm, 2, folder, ["counted"])
    assert (kept / RECORDS).read_bytes() == first
    run_protocols(run, tiny_masked_lm, 3, folder, ["other", "counted"])
    whole, short, last = read_records(kept, wrong_line)
    assert (kept / RECORDS).read_bytes().startswith(first)
    assert short["left_out"] == "too short"
    assert whole["measurements"][0]["condition"]["of"] == "2 points, seed 3"
    assert last["number"] == 2
    assert len(read_records(folder / FOLDER / "other", wrong_line)) == 3
    changed = replace(run, options=replace(run.options, seed=4))
    with pytest.raises(ExplainerError, match="holds another run"):
        run_protocols(changed, tiny_masked_lm, 3, folder, ["counted"])


def test_a_damaged_line_is_named(tiny_masked_lm, run, tmp_path):
    folder = tmp_path / "out"
    run_protocols(run, tiny_masked_lm, 1, folder, ["counted"])
    kept = folder / FOLDER / "counted" / RECORDS
    line = json.loads(kept.read_text(encoding="utf-8"))
    damages = {
        "cluster": [None, 3],
        "measurements": [
            None,
            [{}],
            [{**line["measurements"][0], "value": "1"}],
            [{**line["measurements"][1], "note": ""}],
            line["measurements"] * 2,
            [{**line["measurements"][0], "more": 1}],
        ],
        "seconds": [1.0],
        "number": [-1, 10**9],
    }
    for field, values in damages.items():
        for value in values:
            kept.write_text(json.dumps({**line, field: value}) + "\n", encoding="utf-8")
            with pytest.raises(ExplainerError, match=rf"damaged on line 1 \({field} is"):
                run_protocols(run, tiny_masked_lm, 1, folder, ["counted"])

"""Generated cases of evaluations: a right result or one sentence, no bare exception."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import strategies as st

from explainer import (
    PROTOCOLS,
    Case,
    Condition,
    Measurement,
    ProtocolRecord,
    evaluate,
    evaluate_sentence,
    measure_protocols,
    run_protocols,
    write_report,
)
from explainer.base.errors import ExplainerError
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.protocols.condition import INSTEAD
from explainer.evaluation.reading.cases import Sentences, cases_of
from explainer.evaluation.run import Run
from explainer.tasks import KINDS, generate, sentiment_cases
from tests.damage import ANYTHING, NUMBERS, TEXTS, cases, outcome
from tests.fuzz.asking import FEW, Quiet, arguments

AGREEING = Case("the farmer [MASK] .", "is", "are", "own", "all", "farmer", "the farmers [MASK] .")


@cases(
    case=st.just(AGREEING) | ANYTHING,
    names=st.just(["nothing"]) | ANYTHING,
    asked=arguments(
        {
            **{"number": st.integers(0, 9), "settings": st.just(FEW), "seed": st.integers(0, 9)},
            "memory": st.just(2**30),
        }
    ),
)
def test_measure_protocols(masked_lm, case, names, asked):
    how = {"settings": FEW, **asked}
    with pytest.MonkeyPatch.context() as patched:
        # What protocols measure is tested by itself: here it would be followed many hundred times.
        nothing = replace(PROTOCOLS["words"], name="nothing", measure=lambda _: ())
        patched.setitem(PROTOCOLS, "nothing", nothing)
        found = outcome(lambda: measure_protocols(masked_lm.it, case, names, **how))
    assert found is None or all(isinstance(one, ProtocolRecord) for one in found)


@pytest.fixture(scope="module")
def kept_run(tmp_path_factory):
    """A run and its folder: what one case measures, the next finds there."""
    run = Run("tiny", Sentences(task="sva-simple"), EvaluationOptions(settings=FEW))
    return Quiet((run, tmp_path_factory.mktemp("protocols")))


@cases(
    asked=arguments(
        {
            **{"run": st.nothing(), "model": st.nothing(), "folder": st.nothing()},
            **{"n": st.just(1), "protocols": st.just(["nothing"]), "memory": st.just(2**30)},
        }
    )
)
def test_run_protocols(masked_lm, kept_run, asked):
    run, folder = kept_run.it
    given_ = {"run": run, "model": masked_lm.it, "n": 1, "folder": folder}
    with pytest.MonkeyPatch.context() as patched:
        nothing = replace(PROTOCOLS["words"], name="nothing", measure=lambda _: ())
        patched.setitem(PROTOCOLS, "nothing", nothing)
        patched.setattr("explainer.evaluation.run.fingerprint", lambda _: "")
        patched.chdir(folder)  # some of what is given is a path
        outcome(lambda: run_protocols(**{**given_, "protocols": ["nothing"], **asked}))


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """As `kept_run`, with one method."""
    options = EvaluationOptions(settings=FEW, methods=("pattern",), replacements=("zero",))
    run = Run("tiny", Sentences(task="sva-simple"), options)
    return Quiet((run, tmp_path_factory.mktemp("evaluated")))


@cases(
    asked=arguments(
        {
            **{"run": st.nothing(), "model": st.nothing(), "folder": st.nothing()},
            **{"n": st.just(1), "progress": st.none(), "memory": st.just(2**30)},
        }
    ),
    own=arguments({"model": st.just("tiny"), "sentences": st.nothing(), "options": st.nothing()}),
)
def test_evaluate(masked_lm, evaluated, asked, own):
    run, folder = evaluated.it
    changed = outcome(lambda: replace(run, **own))
    assert changed is None or isinstance(changed.model, str)
    given_ = {"run": run, "model": masked_lm.it, "n": 1, "folder": folder, **asked}
    if callable(given_.get("progress")):  # what a caller's own function does is the caller's
        return
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("explainer.evaluation.run.fingerprint", lambda _: "")
        patched.chdir(folder)  # some of what is given is a path
        outcome(lambda: evaluate(**given_))
        if not isinstance(given_["folder"], Path):
            assert outcome(lambda: write_report(given_["folder"])) is None


@cases(
    case=st.just(AGREEING) | ANYTHING,
    asked=arguments(
        {
            "number": st.integers(0, 9),
            "options": st.just(EvaluationOptions(settings=FEW, methods=("random-heads",))),
            **{"shared": st.just({}), "memory": st.just(2**30)},
        }
    ),
    other=ANYTHING,
)
def test_evaluate_sentence(masked_lm, case, asked, other):
    with pytest.MonkeyPatch.context() as patched:
        # What a sentence's record holds is tested by itself: here it would take many minutes.
        patched.setattr("explainer.evaluation.sentence.read_case", nothing_read)
        assert outcome(lambda: evaluate_sentence(masked_lm.it, case, **asked)) is None
    assert outcome(lambda: evaluate_sentence(other, AGREEING)) is None


def nothing_read(*_):
    raise ExplainerError("The case is right, and is not followed here.")


@cases(
    of=TEXTS | ANYTHING,
    instead=st.sampled_from(["", *INSTEAD]) | ANYTHING,
    place=TEXTS | ANYTHING,
)
def test_condition(of, instead, place):
    found = outcome(lambda: Condition(of, instead, place))
    if found is not None:
        assert Condition(**json.loads(json.dumps(asdict(found)))) == found


@cases(
    method=st.just("influence") | ANYTHING,
    measure=st.just("rank") | ANYTHING,
    condition=st.builds(Condition, TEXTS) | ANYTHING,
    value=NUMBERS | ANYTHING,
    note=TEXTS | ANYTHING,
)
def test_measurement(method, measure, condition, value, note):
    found = outcome(lambda: Measurement(method, measure, condition, value, note))
    if found is not None:
        assert Measurement.from_json(json.loads(json.dumps(asdict(found)))) == found


@cases(
    kind=st.sampled_from(KINDS) | ANYTHING,
    n=st.integers(0, 4) | NUMBERS | ANYTHING,
    seed=st.integers(0, 9) | ANYTHING,
    rest=arguments(
        {"split": st.sampled_from(["held-out", "training"]), "predicate": st.just("past")}
    ),
)
def test_generate(kind, n, seed, rest):
    for found in (
        outcome(lambda: generate(kind, n, seed, **rest)),
        outcome(lambda: sentiment_cases(n, seed)),
    ):
        assert found is None or len(found) == n


@cases(
    sentences=arguments(
        {
            **{"task": st.just("sva-obj"), "seed": st.integers(0, 3), "split": st.just("training")},
            **{"predicate": st.just("past"), "file": st.none()},
        }
    ),
    options=arguments(
        {
            **{"settings": st.just(FEW), "methods": st.just(["pattern"]), "seed": st.just(1)},
            **{"replacements": st.just(["zero"]), "measured": st.none()},
        }
    ),
    n=st.integers(1, 3) | ANYTHING,
)
def test_runs(sentences, options, n):
    asked = outcome(lambda: Sentences(**{"task": "sva-pp", **sentences}))
    if asked is not None:
        outcome(lambda: cases_of(asked, n))
    found = outcome(lambda: EvaluationOptions(**options))
    assert found is None or json.dumps(asdict(found))

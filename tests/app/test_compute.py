"""The cached calls: nobody waits for himself, and nothing runs on for nobody or for ever."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import torch

from explainer import ExplainerError, Settings, explain, load_model
from explainer.app import compute
from explainer.app.compute import Reading, Request, server, session
from explainer.app.compute.explore import WhatIf, ablated, attention_weights, route_influence
from explainer.app.compute.method import node_choices, path_curve, word_influence
from explainer.app.compute.runs.evaluate import measured_line, record
from explainer.app.work import limits
from explainer.app.work.kept import MISSING, Kept
from explainer.base.budget import VARIABLE
from explainer.base.checkpoint import checkpoint, checkpoints
from explainer.evaluation.options import EvaluationOptions
from explainer.influence.effort.estimate import estimate
from explainer.influence.effort.pace import pace
from explainer.influence.effort.size import Size
from explainer.intervention.ablate import ablated_values, keep_all
from explainer.intervention.activations import no_activations
from explainer.intervention.attention import attention
from explainer.question.masks.word import masked_word
from explainer.question.quantity import Contrast
from explainer.question.sentence import read_sentence
from explainer.results.pattern import Pattern
from explainer.tasks import Case
from tests.app.threads import SOON, ended, in_thread, until
from tests.ui import checked, opened

SENTENCE = "the farmers that the assistant loves [MASK] old ."
CONTRAST = Contrast("are", "is")


class StopError(BaseException):
    """As Streamlit ends a run: by what no `except Exception` catches."""


@pytest.fixture(autouse=True)
def fresh():
    """A server without models and answers, as others' tests leave some."""
    for kept in (server.places, server.answers, server.flights, server.bench, server.loader):
        kept.clear()


@pytest.fixture
def request_(tiny_masked_lm_dir) -> Request:
    return Request(str(tiny_masked_lm_dir), SENTENCE, CONTRAST, Settings(points=4))


def stop_at(number: int):
    """A watch that stops at its checkpoint of this number."""
    seen = []

    def watch(*_: object) -> None:
        seen.append(1)
        if len(seen) == number:
            raise StopError

    return watch


def test_a_checkpoint_does_nothing_until_somebody_watches():
    checkpoint()
    with checkpoints(stop_at(2)):
        checkpoint()
        with pytest.raises(StopError):
            checkpoint()
    checkpoint()
    seen: list[int] = []
    with checkpoints(lambda: seen.append(1)):
        with checkpoints(lambda: seen.append(2)):
            checkpoint()
        checkpoint()
        ended(in_thread(checkpoint))
    assert seen == [2, 1]


def test_the_engine_looks_up_in_every_block(tiny_masked_lm):
    model, seen = tiny_masked_lm, []
    sentence = read_sentence(model, SENTENCE)
    quantity = masked_word(model, sentence, "are", "is")

    def counted(work) -> int:
        seen.clear()
        with checkpoints(lambda: seen.append(1)), torch.no_grad():
            work()
        return len(seen)

    layers = model.info.layers
    for work in (
        partial(explain, model, SENTENCE, correct="are", wrong="is", flow=True),
        partial(attention, model, sentence),
        partial(
            ablated_values,
            *(model, sentence, quantity),
            [keep_all(model, len(sentence.tokens))],
            no_activations(model.adapter),
        ),
    ):
        assert counted(work) >= layers


@pytest.mark.parametrize("number", [1, 5, 12])
def test_what_is_stopped_leaves_its_turn_and_no_half_answer(request_, monkeypatch, number):
    watch = stop_at(number)
    monkeypatch.setattr(session, "check", watch)
    with pytest.raises(StopError):
        compute.explanation(request_)
    monkeypatch.undo()
    assert not server.places().taken
    ended(in_thread(compute.explanation, request_))
    assert compute.explanation(request_).patterns


def test_no_model_is_asked_for_inside_a_turn(request_):
    def asks(_):
        with pytest.raises(RuntimeError, match="asked for a model"):
            compute.model(request_.model)
        with pytest.raises(RuntimeError, match="asked for a model"):
            compute.explanation(request_)
        return "done"

    assert compute.on(request_.model, asks, kind="test") == "done"
    assert compute.explanation(request_).patterns


def test_a_work_gets_the_model_that_was_asked_for_and_what_it_takes_is_looked_at_first(request_):
    went = []

    def refuse(loaded):
        assert not server.places().taken
        went.append(loaded.version)
        raise ExplainerError("This would take too long.")

    with pytest.raises(ExplainerError, match="too long"):
        compute.on(request_.model, lambda _: went.append("work"), kind="test", effort=refuse)
    assert went == [compute.fetch(request_.model).version]
    found = compute.on(request_.model, lambda loaded: loaded.version, kind="test", asked=went[0])
    assert found == went[0]
    refused = partial(compute.on, request_.model, lambda _: went.append("work"), kind="test")
    with pytest.raises(ExplainerError, match="have changed since this page"):
        refused(asked="another version")
    assert "work" not in went


def explore(request: Request, pattern: Pattern) -> None:
    """Every call of the explore page."""
    edge = pattern.edges("attention")[0]
    assert attention_weights(request, 0).ndim == 3
    assert ablated(request, WhatIf("step", "zero", edge, (pattern,), "attention"))
    assert route_influence(request, pattern.route)
    assert compute.predictions(Reading(request.model, request.text))
    assert compute.words(request.model, request.text)
    assert compute.reading_notes(request) is not None


def method(request: Request, pattern: Pattern) -> None:
    """Every call of the method page."""
    assert path_curve(request)
    assert word_influence(request)
    assert node_choices(request, pattern.nodes)


def evaluate(request: Request, pattern: Pattern) -> None:
    """Every call of the evaluate page: one sentence, and a sentence of a task."""
    assert record(request, "mean").patterns[0].source == pattern.source
    case = Case(
        text=SENTENCE, correct="are", wrong="is", kind="agreement", combination="", controller=""
    )
    options = EvaluationOptions(settings=request.settings)
    loaded = compute.fetch(request.model)
    model = Reading(request.model, version=loaded.version)
    assert measured_line(model, case, 0, options)["text"] == SENTENCE


@pytest.mark.parametrize("most_models", [1, 2])
def test_all_pages_compute_while_models_are_evicted_and_come_to_an_end(
    tiny_masked_lm_dir, tmp_path, monkeypatch, most_models
):
    """Every cached call, on more models than are kept, by a thread for each page."""
    fit = most_models * load_model(str(tiny_masked_lm_dir)).n_bytes
    monkeypatch.setattr(server.loader(), "_most_bytes", fit)
    folders = [shutil.copytree(tiny_masked_lm_dir, tmp_path / str(n)) for n in range(3)]
    failed: list[BaseException] = []

    def page(number: int, calls: Callable[[Request, Pattern], None]) -> None:
        try:
            for turn in range(3):
                name = f" {folders[(number + turn) % 3]}{'/' * (turn % 2)}"
                request = Request(name, SENTENCE, CONTRAST, Settings(points=3 + number % 2))
                calls(request, compute.explanation(request).patterns[0])
        except BaseException as error:
            failed.append(error)

    pages = (explore, method, evaluate, explore)
    ended(*(in_thread(page, number, calls) for number, calls in enumerate(pages)))
    assert not failed
    assert not server.places().taken
    assert len(server.loader()._kept) <= most_models


def test_a_name_with_a_space_is_the_same_model(monkeypatch):
    monkeypatch.setattr(server.loader(), "_most_bytes", 1)
    for name, page in (("agreement ", None), (" agreement", "method"), ("agreement", None)):
        test = opened(name, page, own="yes", text="the keys [MASK] old .", points="3")
        assert not test.error
        assert test.get("plotly_chart")
        assert page or "model" not in test.query_params
    assert [name for name, _ in server.loader()._kept] == ["agreement"]


def test_two_who_ask_the_same_compute_once(request_, monkeypatch):
    calls, go = [], threading.Event()

    def slow(*arguments, **options):
        calls.append(1)
        assert go.wait(SOON)
        return explain(*arguments, **options)

    monkeypatch.setattr("explainer.app.compute.sentence.explain", slow)
    found: list[object] = []
    asking = partial(compute.explanation, request_)
    threads = [in_thread(lambda: found.append(asking())) for _ in range(3)]
    until(lambda: calls)
    assert server.places().taken == 1  # the others wait with the first, and take nobody's place
    go.set()
    ended(*threads)
    assert len(calls) == 1
    assert found[0] is found[1] is found[2]


def test_who_waits_for_the_answer_of_somebody_who_goes_computes_it(request_, monkeypatch):
    calls, go = [], threading.Event()

    def first_goes(*arguments, **options):
        calls.append(1)
        assert go.wait(SOON)
        if len(calls) == 1:
            raise StopError
        return explain(*arguments, **options)

    monkeypatch.setattr("explainer.app.compute.sentence.explain", first_goes)

    def goes() -> None:
        with pytest.raises(StopError):
            compute.explanation(request_)

    one = in_thread(goes)
    until(lambda: calls)
    found: list[object] = []
    two = in_thread(lambda: found.append(compute.explanation(request_)))
    until(lambda: two.is_alive())
    go.set()
    ended(one, two)
    assert len(calls) == 2
    assert found


def test_a_folder_that_was_saved_again_gives_new_answers(tiny_masked_lm_dir, tmp_path):
    folder = shutil.copytree(tiny_masked_lm_dir, tmp_path / "mine")
    test = opened(folder)
    before = test.session_state["explore_last_request"]
    shown = compute.explanation(before)

    weights = tiny_masked_lm_dir.parent / "other"
    from tests.fixtures import BertForMaskedLM, save_tiny, tiny_config

    save_tiny(weights, BertForMaskedLM, tiny_config(), seed=7)
    shutil.copy(weights / "model.safetensors", folder / "model.safetensors")
    checked(test.run())
    after = test.session_state["explore_last_request"]
    assert after == replace(before, version=after.version) != before
    assert compute.explanation(after).influence != shown.influence
    assert any("files of the model have changed" in note.value for note in test.info)
    checked(test.run())
    assert not test.info
    # A part of the page that was drawn before is not answered by the new model.
    server.loader.clear()
    with pytest.raises(ExplainerError, match="have changed since this page"):
        word_influence(before)
    assert compute.explanation(before) is shown


def test_what_would_take_too_long_is_refused_with_what_to_lower(request_, monkeypatch):
    request = replace(request_, settings=Settings(points=1000, rule="trapezoid"))
    model = compute.model(request.model)
    whole = estimate(model, Size(11), request.settings, limits.budget(), flow=True)
    slower = pace(model.adapter) * whole.seconds / 2990  # 100 points with a little to spare
    monkeypatch.setattr("explainer.influence.effort.estimate.pace", lambda *_, **__: slower)
    monkeypatch.setenv(limits.SECONDS_VARIABLE, "300")
    with pytest.raises(ExplainerError) as error:
        compute.explanation(request)
    said = str(error.value)
    assert "11 tokens × 1,000 points × 3 layers" in said
    assert "5 minutes are allowed" in said
    adaptive = "take the adaptive rule (about 24 points) or 100 points instead of 1,000 (on"
    assert adaptive in said  # either is enough, and a shorter sentence is not
    points = 100
    compute.explanation(replace(request, settings=Settings(points=points, rule="trapezoid")))
    joint = ("or the staged search", {"search": "joint"})
    for less, more in (("fewer patterns kept", {"top_k": 9}), joint):
        wide = replace(request, settings=Settings(points=points, rule="trapezoid", **more))
        with pytest.raises(ExplainerError, match=less):
            compute.explanation(wide)
    with pytest.raises(ExplainerError, match="would take about"):
        word_influence(request)
    # Nothing but a shorter sentence is left where the usual points are too many already.
    monkeypatch.setenv(limits.SECONDS_VARIABLE, "1")
    with pytest.raises(ExplainerError, match=r"allowed: take a shorter sentence \(on"):
        compute.explanation(replace(request, settings=Settings()))
    wide = Settings(search="joint", beam=9, top_k=3)
    with pytest.raises(ExplainerError, match=r": take the staged search and a shorter sentence"):
        compute.explanation(replace(request, settings=wide))
    monkeypatch.setenv(limits.SECONDS_VARIABLE, "300")
    # Without patterns it is less.
    word_influence(replace(request, settings=Settings(points=250, rule="trapezoid")))
    assert not server.places().taken


@pytest.mark.parametrize("value", ["0", "-5", "soon", "1e3", "1" * 12, "²"])
def test_a_wrong_number_of_seconds_is_said(request_, monkeypatch, value):
    monkeypatch.setenv(limits.SECONDS_VARIABLE, value)
    with pytest.raises(ExplainerError, match="EXPLAINER_SECONDS"):
        compute.explanation(request_)


def test_what_takes_too_long_is_stopped_with_a_sentence(request_, monkeypatch):
    monkeypatch.setattr(server, "OVERTIME", 0)
    with pytest.raises(ExplainerError, match="was stopped: take fewer points"):
        compute.explanation(request_)
    assert not server.places().taken


def test_answers_are_bounded_by_number_and_size():
    kept = Kept(10_000, most=2)
    for name in "abc":
        kept.put(name, name)
    assert [kept.get(name) for name in "abc"] == [MISSING, "b", "c"]
    kept.put("d", bytes(9_980))
    assert [kept.get(name) for name in "bcd"] == [MISSING, MISSING, bytes(9_980)]
    kept.put("d", None)
    kept.put("e", bytes(20_000))
    assert kept.get("d") is kept.get("e") is MISSING
    kept.put("f", None)
    assert kept.get("f") is None


def test_one_budget_of_memory_for_the_servers_life(request_, monkeypatch):
    limits.budget.cache_clear()
    first, taken = limits.budget(), []
    monkeypatch.setenv(VARIABLE, "1 GB")
    assert limits.budget() == first
    monkeypatch.setattr(
        "explainer.app.compute.sentence.explain",
        lambda *a, memory, **how: taken.append(memory) or explain(*a, **how),
    )
    compute.explanation(request_)
    assert taken == [first]
    limits.budget.cache_clear()
    assert limits.budget() == 2**30
    limits.budget.cache_clear()

"""A model folder that goes, is cut short or is saved again while a process beside the server
computes with it: what is answered is of the version that it claims, and everybody else goes on."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from transformers import BertForMaskedLM, BertTokenizer

from explainer import ExplainerError, Settings, explain, load_model
from explainer.app import compute
from explainer.app.compute import Request, server
from explainer.app.compute.waiting import Wait
from explainer.app.work.beside import Beside
from explainer.models.version import version
from explainer.question.quantity import Contrast
from tests.app.work import works
from tests.fixtures import WORDS, save_tiny, tiny_config
from tests.forking import processes

SENTENCE, SHORT = (
    "the farmers that the assistant loves [MASK] old .",
    "the old farmer [MASK] good .",
)
CONTRAST, SETTINGS = Contrast("are", "is"), Settings(points=4)


@pytest.fixture(scope="module")
def process():
    """One process beside the server."""
    desk = Beside(1, processes())
    yield desk
    desk.end()


@pytest.fixture(autouse=True)
def fresh(process, monkeypatch):
    """A server with that process, which keeps nothing of other tests."""
    monkeypatch.setenv("EXPLAINER_PROCESSES", "1")
    monkeypatch.setattr(server, "beside", lambda: process)
    for kept in (server.places, server.answers, server.flights, server.bench, server.loader):
        kept.clear()


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder of one's own that may be changed."""
    (tmp_path / "mine").mkdir()
    return saved(tmp_path / "mine", seed=0)


def saved(folder: Path, seed: int) -> Path:
    return save_tiny(folder, BertForMaskedLM, tiny_config(), seed=seed)


def request(folder: Path, text: str = SENTENCE) -> Request:
    """What a page asks now."""
    name = str(folder)
    return Request(name, text, CONTRAST, SETTINGS, version(name))


def influence(folder: Path) -> object:
    """What the files as they are give without a server."""
    model = load_model(str(folder))
    found = explain(model, SENTENCE, correct="are", wrong="is", settings=SETTINGS)
    return pytest.approx(found.influence, rel=1e-5)


def computing(folder: Path) -> tuple[str, str]:
    """Version and weights of the model that the process computes with."""
    return server.on(str(folder), works.its_model, kind="test", asked=version(str(folder)))


def gone(folder: Path) -> None:
    shutil.rmtree(folder)


def cut_short(folder: Path) -> None:
    weights = folder / "model.safetensors"
    os.truncate(weights, weights.stat().st_size // 2)


def a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("no folder any more")


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (gone, r"^There is no model folder '.*: check the path"),
        (cut_short, r"^The weight file 'model\.safetensors' of the model 'mine' is damaged or cut"),
        (a_file, r"^'.*' is a file: give the folder"),
    ],
)
def test_what_goes_is_said_and_what_was_answered_stays(
    folder, happens, said, process, tiny_masked_lm_dir
):
    before = request(folder)
    found = compute.explanation(before)
    (pid,) = process.processes
    happens(folder)
    assert compute.explanation(before) is found
    with pytest.raises(ExplainerError, match=said):
        compute.explanation(request(folder, SHORT))
    # What is still in memory is what the page that is open asks about.
    assert compute.explanation(replace(before, text=SHORT)).patterns
    server.loader.clear()
    with pytest.raises(ExplainerError, match=r"have (gone|changed) since this page"):
        compute.explanation(replace(before, text="the farmer [MASK] old ."))
    assert compute.explanation(request(tiny_masked_lm_dir)).patterns
    assert process.processes == (pid,)


def test_other_weights_between_two_questions_are_taken_by_server_and_process(folder):
    before, old = request(folder), computing(folder)
    assert old == (version(str(folder)), load_model(str(folder)).fingerprint)
    found = compute.explanation(before)
    assert found.influence == influence(folder)
    saved(folder, seed=7)
    after, new = request(folder), computing(folder)
    assert new == (version(str(folder)), load_model(str(folder)).fingerprint)
    assert not {*new} & {*old}
    assert server.fetch(str(folder)).version == new[0]
    assert compute.explanation(after).influence == influence(folder) != found.influence
    assert compute.explanation(before) is found


def test_other_weights_during_a_computation_are_no_part_of_its_answer(folder, monkeypatch):
    before, of_old, began = request(folder), influence(folder), Wait.begin

    def saves(wait: Wait) -> None:
        began(wait)
        if version(str(folder)) == before.version:
            saved(folder, seed=7)

    monkeypatch.setattr(Wait, "begin", saves)
    found = compute.explanation(before)
    assert version(str(folder)) != before.version
    assert found.influence == of_old
    assert compute.explanation(before) is found
    assert compute.explanation(request(folder)).influence == influence(folder) != of_old


def test_a_process_that_finds_other_weights_than_the_server_answers_nothing(folder):
    """They are saved after the server has loaded the old ones and before the process does."""
    before = request(folder)
    server.fetch(str(folder))
    saved(folder, seed=7)
    with pytest.raises(ExplainerError, match="have changed since this page"):
        compute.explanation(before)
    with pytest.raises(ExplainerError, match="have changed since this page"):
        compute.explanation(before)  # nothing is kept of the new ones by this name
    assert compute.explanation(request(folder)).influence == influence(folder)


def test_an_answer_is_shown_with_the_words_of_its_own_tokenizer(folder):
    before = replace(request(folder), text="the unhappiest farmer [MASK] old .")
    words = compute.tokens_of_both(before)
    assert words == (((1,), (2, 3, 4), (5,), (6,), (7,), (8,)),)
    vocabulary = {word: n for n, word in enumerate(w.replace("##", "#") for w in WORDS)}
    BertTokenizer(vocab=vocabulary, do_lower_case=True).save_pretrained(folder)
    assert compute.tokens_of_both(request(folder, before.text)) != words
    assert compute.tokens_of_both(before) == words

"""Models in memory: loaded once, in the background, and again once their files have changed."""

import os
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from explainer import ExplainerError, load_model
from explainer.app.work import loader
from explainer.app.work.loader import MOST_LOADING, Loader
from explainer.models.loading import hub
from explainer.models.version import version
from tests.app.threads import SOON, ended, in_thread, until

MANY = 10**9


@pytest.fixture
def folders(tiny_masked_lm_dir, tmp_path) -> list[str]:
    """Folders of one's own that may be changed."""
    names = (f"model-{number}" for number in range(3))
    return [str(shutil.copytree(tiny_masked_lm_dir, tmp_path / name)) for name in names]


class Counted:
    """Loads models, and remembers which; `go` lets it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go = threading.Event()
        self.go.set()

    def __call__(self, name: str):
        self.asked.append(name)
        assert self.go.wait(SOON)
        return load_model(name)


def touch(folder: str) -> None:
    path = Path(folder) / "config.json"
    known = path.stat()
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns + 1_000_000))


def test_many_who_ask_for_one_model_share_one_load(folders):
    load = Counted()
    load.go.clear()
    models, found = Loader(load, most_bytes=MANY), []
    spellings = [folders[0], f" {folders[0]}", f"{folders[0]}/"]
    threads = [in_thread(lambda name=name: found.append(models.get(name))) for name in spellings]
    until(lambda: len(load.asked) == 1)
    load.go.set()
    ended(*threads)
    assert len(load.asked) == 1
    assert len({id(loaded) for loaded in found}) == 1
    assert models.get(folders[0]) is found[0]


def test_the_models_used_last_stay(folders):
    load = Counted()
    models = Loader(load, most_bytes=int(2.5 * load_model(folders[0]).n_bytes))
    for name in (*folders[:2], folders[0], folders[2], folders[0]):
        models.get(name)
    assert load.asked == folders
    models.get(folders[1])
    assert load.asked == [*folders, folders[1]]
    assert [Path(name).name for name in models.models] == ["model-0", "model-1"]


def test_a_model_that_is_larger_than_all_that_fits_stays_until_the_next_one(folders):
    load = Counted()
    models = Loader(load, most_bytes=1)
    for name in (folders[0], folders[0], folders[1], folders[0]):
        models.get(name)
    assert load.asked == [folders[0], folders[1], folders[0]]


def test_its_bytes_are_those_of_its_weights(folders):
    model = load_model(folders[0])
    weights = sum(one.numel() * one.element_size() for one in model.network.parameters())
    assert 0.9 * weights <= model.n_bytes <= 1.1 * weights


def test_a_folder_that_has_changed_is_loaded_again_and_what_was_of_the_old_one_is_said(folders):
    load = Counted()
    models = Loader(load, most_bytes=int(2.5 * load_model(folders[0]).n_bytes))
    name = folders[0]
    before = models.get(name)
    touch(name)
    after = models.get(name)
    assert after.version == version(name) != before.version
    assert len(load.asked) == 2
    assert models.get(name, before.version) is before  # a page goes on with what it shows
    for other in folders[1:]:
        models.get(other)
    with pytest.raises(ExplainerError, match="have changed since this page"):
        models.get(name, before.version)


def test_files_that_change_while_they_are_read_are_read_again(folders, monkeypatch):
    monkeypatch.setattr(loader, "PAUSE", 0.0)
    asked = []

    def load(name):
        asked.append(name)
        if len(asked) == 1:
            touch(name)
            raise ExplainerError("half a file")
        if len(asked) == 2:
            touch(name)
        return load_model(name)

    assert Loader(load, most_bytes=MANY).get(folders[0]).version == version(folders[0])
    assert len(asked) == 3

    def saved_for_ever(name):
        touch(name)
        return load_model(name)

    with pytest.raises(ExplainerError, match="change while they are read"):
        Loader(saved_for_ever, most_bytes=MANY).get(folders[0])


def test_what_cannot_be_loaded_is_said_to_all_and_tried_again(folders):
    def load(name):
        if name == folders[0] and not (Path(name) / "mended").exists():
            raise ExplainerError("broken")
        return load_model(name)

    models = Loader(load, most_bytes=MANY)
    for _ in range(2):
        with pytest.raises(ExplainerError, match="broken"):
            models.get(folders[0])
    (Path(folders[0]) / "mended").touch()
    assert models.get(folders[0]).model.info.layers == 3


def test_a_folder_that_goes_while_it_is_read_and_comes_again_is_read_again(folders):
    def load(name):
        shutil.move(name, f"{name}-elsewhere")
        raise ExplainerError("half of it has gone")

    models = Loader(load, most_bytes=MANY)
    running = models._begin(folders[0])  # whoever asked has given up waiting
    with pytest.raises(ExplainerError, match="half of it has gone"):
        running.result(SOON)
    shutil.move(f"{folders[0]}-elsewhere", folders[0])
    models._load = load_model
    assert models.get(folders[0]).model.info.layers == 3


def test_a_hub_that_never_answers_keeps_nobody_else_waiting(folders):
    answer = threading.Event()

    def load(name):
        if name.startswith("org/"):
            answer.wait(SOON)
            raise ExplainerError("the Hub cannot be reached")
        return load_model(name)

    models = Loader(load, most_bytes=MANY)
    for number in range(3):  # more than load at once
        with pytest.raises(ExplainerError, match="still being loaded after 0 seconds"):
            models.get(f"org/silent-{number}", patience=0.2)
    assert models.get(folders[0]).model.info.layers == 3
    answer.set()
    # The page had given up waiting; the next one that asks hears how it ended.
    until(lambda: not models._running)
    with pytest.raises(ExplainerError, match="cannot be reached"):
        models.get("org/silent-0")


def test_a_model_that_took_long_is_there_for_who_asks_again(folders):
    load = Counted()
    load.go.clear()
    models = Loader(load, most_bytes=MANY)
    with pytest.raises(ExplainerError, match="the loading goes on meanwhile"):
        models.get(folders[0], patience=0.1)
    load.go.set()
    assert models.get(folders[0]).model.info.layers == 3
    assert len(load.asked) == 1


def test_who_has_gone_waits_no_longer(folders):
    class GoneError(Exception):
        pass

    def gone() -> None:
        raise GoneError

    load = Counted()
    load.go.clear()
    with pytest.raises(GoneError):
        Loader(load, most_bytes=MANY).get(folders[0], waiting=gone)
    load.go.set()


def test_no_more_than_a_few_are_loaded_at_once():
    answer = threading.Event()

    def load(_):
        answer.wait(SOON)
        raise ExplainerError("gone")

    models = Loader(load, most_bytes=MANY)
    for number in range(MOST_LOADING):
        with pytest.raises(ExplainerError, match="still being loaded"):
            models.get(f"org/model-{number}", patience=0.0)
    with pytest.raises(ExplainerError, match="being loaded already"):
        models.get("org/one-more", patience=0.0)
    answer.set()


def test_a_silent_hub_ends_in_a_sentence(monkeypatch, tmp_path):
    """A stand-in that accepts every connection and says nothing."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub, "SILENCE", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr("huggingface_hub.hf_api.api.endpoint", address)
        began = time.monotonic()
        with pytest.raises(ExplainerError, match="nor can the Hugging Face Hub be reached"):
            hub.download("org/silent")
        assert time.monotonic() - began < SOON

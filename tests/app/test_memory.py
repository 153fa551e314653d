"""What is loaded for good is not looked through for garbage, in the app and on the command line."""

import gc

import pytest

from explainer import __main__ as process
from explainer.app import memory


@pytest.fixture
def new(monkeypatch):
    """A server that has imported nothing yet."""
    monkeypatch.setattr(memory, "settled", lambda: False)


@pytest.mark.usefixtures("new")
def test_a_new_server_looks_for_no_garbage_while_it_imports():
    with memory.loading():
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.usefixtures("new")
def test_an_import_that_fails_does_not_end_the_search_for_garbage():
    with pytest.raises(ImportError), memory.loading():
        raise ImportError
    assert gc.isenabled()


def test_a_server_that_has_imported_all_looks_for_garbage_as_ever(monkeypatch):
    monkeypatch.setattr(memory, "settled", lambda: True)
    with memory.loading():
        assert gc.isenabled()


def test_a_command_leaves_nothing_to_look_through_at_its_end(monkeypatch):
    before = gc.get_threshold()
    gc.set_threshold(700)  # Python's own
    frozen = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(gc.get_threshold()))
    monkeypatch.setattr(process, "main", lambda **_: 7 if not frozen else 8)
    try:
        assert process.run() == 7
    finally:
        gc.set_threshold(*before)
    assert len(frozen) == 1
    assert frozen[0][0] > 700

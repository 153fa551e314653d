"""What a server is told by its environment, and what it offers to others."""

import os

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explainer.app import compute, memory, settings
from explainer.app.corpus.sources import runs
from explainer.base.errors import ExplainerError
from tests.ui import APP, checked, opened, widget

HERE = ("localhost", "127.0.0.1", "127.0.0.2", "::1", "[::1]", "app.localhost")
MODELS = "EXPLAINER_MODELS"


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    """An environment that says nothing but that no process is begun, put back as it was."""
    for name in ("MODELS", "SECONDS", "MEMORY", "CORPORA", "GRACE", "LOG"):
        monkeypatch.setenv(f"EXPLAINER_{name}", "")
    monkeypatch.setenv("EXPLAINER_PROCESSES", "0")
    compute.listings.clear()
    yield
    compute.listings.clear()


@pytest.mark.parametrize("address", HERE)
def test_on_this_machine_all_models_are_offered(address):
    assert not settings.restrict_models(address, HERE)
    assert settings.settings().models.any


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        *(("0.0.0.0", ()), ("::", ()), ("", ()), ("192.168.1.4", ()), ("patterns.example.org", ())),
        ("localhost", ("localhost", "patterns.example.org")),  # behind a proxy
    ],
)
def test_where_others_can_ask_the_built_in_models_are_offered(address, hosts):
    assert settings.restrict_models(address, hosts)
    assert os.environ[MODELS] == "builtin"
    assert settings.settings().models.folders == ()
    assert not settings.restrict_models(address, hosts)  # it has been said


@pytest.mark.parametrize("said", ["any", "builtin"])
def test_what_is_said_is_so_wherever_one_listens(monkeypatch, said):
    monkeypatch.setenv(MODELS, said)
    assert not settings.restrict_models("0.0.0.0")
    assert os.environ[MODELS] == said


def test_streamlit_s_own_settings_count(monkeypatch):
    known = {"server.address": None, "server.allowedHosts": []}
    monkeypatch.setattr(st, "get_option", known.get)
    assert settings.restrict_models()
    monkeypatch.setenv(MODELS, "")
    known["server.address"] = "localhost"
    assert not settings.restrict_models()


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("MODELS", "some", "EXPLAINER_MODELS is 'some', in which 'some' is no folder"),
        ("SECONDS", "0", "EXPLAINER_SECONDS is '0': set it to a whole number from 1 to"),
        ("PROCESSES", "many", "EXPLAINER_PROCESSES is 'many': set it to a whole number"),
        ("WAITING", "0", "EXPLAINER_WAITING is '0': set it to a whole number from 1 to"),
        ("KEPT", "all", "EXPLAINER_KEPT is 'all', which is no size"),
        ("MEMORY", "lots", "EXPLAINER_MEMORY is 'lots', which is no size"),
        ("CORPORA", "/no/such", "EXPLAINER_CORPORA names '/no/such', which is no folder"),
        ("GRACE", "-1", "EXPLAINER_GRACE is '-1': set it to a whole number of seconds"),
        ("LOG", "/no/such/log", "EXPLAINER_LOG names '/no/such/log', which cannot be written"),
    ],
)
def test_every_setting_is_checked_at_once(monkeypatch, variable, value, says):
    monkeypatch.setenv(f"EXPLAINER_{variable}", value)
    with pytest.raises(ExplainerError) as refused:
        settings.settings()
    assert says in str(refused.value)


def test_all_settings_are_one_record(monkeypatch, tmp_path):
    values = {"SECONDS": "300", "PROCESSES": "3", "MEMORY": "2 GB", "GRACE": "0"}
    values["LOG"] = str(tmp_path / "log")
    values |= {"MODELS": str(tmp_path), "CORPORA": str(tmp_path)}
    for name, value in values.items():
        monkeypatch.setenv(f"EXPLAINER_{name}", value)
    found = settings.settings()
    assert (found.seconds, found.processes, found.memory) == (300, 3, 2**31)
    assert (found.corpora, found.grace) == (tmp_path, 0)
    assert found.log == tmp_path / "log"
    assert found.models.folders == (tmp_path,)


def test_a_server_for_others_begins_with_the_built_in_models(monkeypatch, capsys):
    known = {"server.address": "0.0.0.0", "server.maxUploadSize": 2}
    monkeypatch.setattr(st, "get_option", known.get)
    memory.guard.clear()
    test = checked(AppTest.from_file(APP, default_timeout=60).run())
    memory.guard.clear()
    assert "The built-in models only are offered" in capsys.readouterr().err
    box = widget(test, "selectbox", "model")
    assert sorted(name.split(" · ")[0] for name in box.options) == [
        *("agreement", "sentiment", "similarity")
    ]
    said = "This server offers its built-in models only."
    assert said in [one.value for one in test.caption]
    assert box.help == said


def test_a_link_to_what_is_not_offered_tells_nothing_of_the_disk(monkeypatch, tmp_path):
    monkeypatch.setenv(MODELS, "builtin")
    (tmp_path / "file").write_text("secret")
    for name in (tmp_path, tmp_path / "file", tmp_path / "none", "owner/model"):
        (error,) = opened(name).error
        assert error.value.replace("\\", "").endswith(
            "' is not offered here: choose one of agreement, sentiment, similarity."
        )


def test_a_run_that_leads_out_of_the_folder_of_runs_is_none(monkeypatch, tmp_path):
    for name in ("runs/one", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "run.json").write_text("{}")
    (tmp_path / "runs" / "two").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setenv("EXPLAINER_CORPORA", str(tmp_path / "runs"))
    assert list(runs()) == ["one"]


def test_visitors_are_not_told_where_the_runs_of_a_server_were_to_lie(monkeypatch):
    monkeypatch.setenv("EXPLAINER_CORPORA", "/no/such/folder")
    monkeypatch.setenv(MODELS, "builtin")
    with pytest.raises(ExplainerError) as refused:
        runs()
    assert "EXPLAINER_CORPORA names what is no folder" in str(refused.value)
    assert "/no/such" not in str(refused.value)

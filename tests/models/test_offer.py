"""Which models a server offers: what is refused, and that a refusal tells nothing of the disk."""

import os
import shutil

import pytest

from explainer.base.errors import ExplainerError
from explainer.models import version
from explainer.models.loading import offer
from explainer.models.registry import available_models, load_model
from tests.folders import close, refusal


@pytest.fixture
def allowed(monkeypatch, tmp_path, tiny_masked_lm_dir):
    """A folder of one model, the only one that is allowed."""
    folder = tmp_path / "allowed"
    shutil.copytree(tiny_masked_lm_dir, folder / "own")
    monkeypatch.setenv(offer.VARIABLE, str(folder))
    return folder


@pytest.fixture
def elsewhere(tmp_path, tiny_masked_lm_dir):
    """A model that is not allowed, beside the folder that is."""
    return shutil.copytree(tiny_masked_lm_dir, tmp_path / "elsewhere")


@pytest.mark.parametrize("scope", ["builtin", "folder"])
def test_a_refusal_is_the_same_whatever_lies_there(monkeypatch, tmp_path, elsewhere, scope):
    (tmp_path / "allowed").mkdir()
    there = str(tmp_path / "allowed") if scope == "folder" else "builtin"
    monkeypatch.setenv(offer.VARIABLE, there)
    file = tmp_path / "file"
    file.write_text("secret")
    names = [str(elsewhere), str(tmp_path / "none"), str(file), str(tmp_path), "/", "/dev/zero"]
    names += [
        "~",
        "~root",
        "~nobody-of-that-name/x",
        "owner/model",
        "..",
        "a\0b",
        "x" * 5000,
        "C:\\x",
    ]
    names += [str(tmp_path / "allowed" / ".." / "elsewhere"), str(tmp_path / "allowed" / "none")]
    said = set()
    for name in names:
        line = refusal(name)
        assert line.startswith("The model '")
        assert str(tmp_path / "allowed") not in line.split("' is not offered here: ")[1]
        said.add(line.split("' is not offered here: ")[1])
        assert version.version(name) == ""
        assert not version.is_local(name)
    assert len(said) == 1


def test_a_closed_folder_is_said_and_hides_no_other(allowed, elsewhere, monkeypatch):
    """As lost+found is, at the top of a disk."""
    closed = shutil.copytree(elsewhere, allowed / "closed")
    close(monkeypatch, closed)
    assert [path.name for path in offer.offered().listed()] == ["own"]
    assert "is not offered here" in refusal(closed)
    assert load_model(str(allowed / "own")).info.layers == 3
    monkeypatch.setenv(offer.VARIABLE, offer.ANY)
    assert refusal(closed) == (
        "The config.json of the model 'closed' cannot be read (Permission denied): check that you "
        "may read it and that its disk is there."
    )


def test_what_lies_in_an_allowed_folder_is_offered_and_listed(allowed):
    own = allowed / "own"
    for name in (str(own), own, f"{allowed}/./x/../own", os.path.relpath(own)):
        assert load_model(name).info.name == "own"
    assert load_model("agreement").info.name == "agreement"
    assert version.is_local(str(own))
    assert version.version(str(own))
    listings = {listing.name: listing.kind for listing in available_models()}
    assert listings.pop(str(own)) == "folder"
    assert set(listings.values()) == {"built-in"}


def test_a_model_folder_may_be_allowed_by_itself(monkeypatch, elsewhere):
    monkeypatch.setenv(offer.VARIABLE, f"{elsewhere}{os.pathsep}{elsewhere.parent}")
    assert load_model(elsewhere).info.name == "elsewhere"
    names = [listing.name for listing in available_models() if listing.kind == "folder"]
    assert names == [str(elsewhere)]


def test_a_link_out_of_an_allowed_folder_is_refused(allowed, elsewhere):
    (allowed / "leads-out").symlink_to(elsewhere)
    (allowed / "leads-in").symlink_to(allowed / "own")
    assert "is not offered here" in refusal(allowed / "leads-out")
    assert load_model(allowed / "leads-in").info.name == "own"
    (allowed / "own" / "config.json").unlink()
    (allowed / "own" / "config.json").symlink_to(elsewhere / "config.json")
    assert "is not offered here" in refusal(allowed / "own")
    assert not [one for one in available_models() if one.kind == "folder"]


def test_a_link_of_a_module_folder_is_followed_as_well(allowed, tmp_path):
    (tmp_path / "secret.json").write_text("{}")
    (allowed / "own" / "1_Pooling").mkdir()
    (allowed / "own" / "1_Pooling" / "config.json").symlink_to(tmp_path / "secret.json")
    assert "is not offered here" in refusal(allowed / "own")


def test_the_allowed_folder_may_itself_be_spelt_by_a_link(allowed, monkeypatch, tmp_path):
    (tmp_path / "link").symlink_to(allowed)
    monkeypatch.setenv(offer.VARIABLE, str(tmp_path / "link"))
    assert load_model(tmp_path / "link" / "own").info.name == "own"
    assert load_model(allowed / "own").info.name == "own"


def test_an_allowed_model_that_is_broken_says_why(allowed):
    (allowed / "own" / "model.safetensors").unlink()
    assert "has no model.safetensors" in refusal(allowed / "own")
    assert not [one for one in available_models() if one.kind == "folder"]


@pytest.mark.parametrize("given", ["built-in", "/no/such/folder", "\0", "~nobody-of-that-name/x"])
def test_what_is_no_offer_is_said(given):
    with pytest.raises(ExplainerError, match=r"EXPLAINER_MODELS is .* is no folder: set it to"):
        offer.read_offer(given)


@pytest.mark.parametrize("given", ["", " any ", "ALL"])
def test_all_are_offered_where_nothing_else_is_said(given):
    assert offer.read_offer(given).any

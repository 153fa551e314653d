"""Which model a name stands for: its one spelling, and what its files are at the moment."""

import os
import shutil

import pytest
from huggingface_hub import constants

from explainer.models import registry
from explainer.models.version import is_local, normalised, version


@pytest.fixture
def folder(tiny_masked_lm_dir, tmp_path):
    """A model of one's own that may be changed."""
    return shutil.copytree(tiny_masked_lm_dir, tmp_path / "mine")


def test_a_name_has_one_spelling(folder, monkeypatch):
    assert {normalised(name) for name in ("agreement", " agreement", "agreement\t")} == {
        "agreement"
    }
    monkeypatch.chdir(folder.parent)
    spellings = (str(folder), f" {folder}/ ", "mine", "./mine", f"{folder}/../mine")
    assert {normalised(name) for name in spellings} == {str(folder.resolve())}
    assert {version(name) for name in spellings} == {version(str(folder))}
    assert normalised("org/model ") == "org/model"
    assert normalised("  ") == ""


@pytest.mark.parametrize(
    "name", ["", " ", "no/such", "a\0b", "x" * 5000, "~nobody-here/x", "a/b/c"]
)
def test_what_is_no_model_has_no_version(name):
    assert version(name) == ""
    assert normalised(name) == name.strip()


@pytest.mark.parametrize("part", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_file_that_changes_makes_another_model(folder, part):
    before = version(str(folder))
    assert before
    assert before == version(str(folder))
    path = folder / part
    known = path.stat()
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns + 1))
    touched = version(str(folder))
    assert touched != before
    path.write_bytes(path.read_bytes() + b" ")
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns + 1))
    assert version(str(folder)) not in (before, touched)


def test_every_shard_counts_and_a_readme_does_not(folder):
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    before = version(str(folder))
    (folder / "README.md").write_text("about")
    assert version(str(folder)) == before
    (folder / "model-00002-of-00002.safetensors").write_bytes(b"")
    assert version(str(folder)) != before


def test_an_update_changes_with_its_base(monkeypatch, tmp_path, tiny_masked_lm_dir):
    for name in ("agreement", "sentiment"):
        shutil.copytree(tiny_masked_lm_dir, tmp_path / name)
    monkeypatch.setattr(registry, "MODELS", tmp_path)
    before = version("sentiment")
    os.utime(tmp_path / "agreement" / "config.json", ns=(1, 1))
    assert version("sentiment") != before


def test_a_model_of_the_hub_changes_with_what_is_downloaded(monkeypatch, tmp_path):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert version("org/model") == ""
    assert not is_local("org/model")
    seen = {""}
    for commit in ("abc", "def"):
        snapshot = tmp_path / "models--org--model" / "snapshots" / commit
        snapshot.mkdir(parents=True)
        (snapshot / "config.json").write_text("{}")
        seen.add(version(" org/model "))
    assert len(seen) == 3


def test_what_is_here_needs_no_hub(folder):
    assert is_local(" agreement ")
    assert is_local(str(folder))

"""What a corpus run refuses: in one sentence, with nothing overwritten."""

import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from explainer import ExplainerError, Settings
from explainer.base import files
from explainer.base.lock import held
from explainer.corpus import folder
from explainer.corpus.results import Corpus
from explainer.corpus.run import run_corpus
from tests.corpus.small import contents, ran
from tests.evaluation.own_run import full


def refused(model, source, out, **more):
    with pytest.raises(ExplainerError) as found:
        ran(model, source, out, **more)
    said = str(found.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"settings": Settings(points=4, rule="trapezoid")}, "settings"),
        ({"words": 2}, "words"),
        ({"part_size": 4}, "part_size"),
    ],
)
def test_the_folder_of_another_run_is_refused(tiny_masked_lm_dir, source, whole, more, field):
    out = whole.folder.path
    before = contents(out)
    said = refused(tiny_masked_lm_dir, source, out, **more)
    assert f"holds another run (its run.json differs in {field})" in said
    assert contents(out) == before


def test_another_model_or_changed_input_is_another_run(tiny_masked_lm_dir, source, whole, tmp_path):
    out = whole.folder.path
    other = tmp_path / "elsewhere" / tiny_masked_lm_dir.name
    shutil.copytree(tiny_masked_lm_dir, other)
    weights = load_file(other / "model.safetensors")
    weights["bert.embeddings.LayerNorm.bias"] += 1
    save_file(weights, other / "model.safetensors", {"format": "pt"})
    assert "differs in model" in refused(other, source, out)
    with source.open("a", encoding="utf-8") as file:
        file.write('\n{"text": "one [MASK] more ."}')
    assert "differs in input" in refused(tiny_masked_lm_dir, source, out)


def test_another_memory_budget_goes_on_with_that_of_the_run(tiny_masked_lm_dir, source, whole):
    before = contents(whole.folder.path)
    (whole.folder.path / "sentences" / "part-000001.parquet").unlink()
    ran(tiny_masked_lm_dir, source, whole.folder.path, memory="2 GB")
    assert contents(whole.folder.path) == before


def test_two_runs_do_not_write_into_one_folder(tiny_masked_lm_dir, source, tmp_path):
    with held(tmp_path / "out"):
        said = refused(tiny_masked_lm_dir, source, tmp_path / "out")
    assert "another run is writing there" in said


def test_a_full_disk_stops_the_run_which_goes_on_when_there_is_room(
    tiny_masked_lm_dir, source, whole, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    for table in ("patterns", "sentences"):

        def write(file, content, table=table, real=folder.write_whole):
            with monkeypatch.context() as patch:
                if file.match(f"{table}/part-000001.parquet"):
                    patch.setattr(files.os, "fsync", full)
                real(file, content)

        with monkeypatch.context() as patch:
            patch.setattr(folder, "write_whole", write)
            said = refused(tiny_masked_lm_dir, source, out)
        assert "cannot be written" in said
        assert not list(out.rglob("*.partial"))
        assert Corpus.open(out).rows_done == 3
    ran(tiny_masked_lm_dir, source, out)
    assert contents(out) == contents(whole.folder.path)


def test_a_part_that_is_damaged_or_of_another_run_is_named(
    tiny_masked_lm_dir, source, whole, tmp_path
):
    out = whole.folder.path
    part = out / "sentences" / "part-000001.parquet"
    other = ran(tiny_masked_lm_dir, source, tmp_path / "other", words=2)
    kept = part.read_bytes()
    part.write_bytes((other.folder.path / "sentences" / "part-000001.parquet").read_bytes())
    assert "is not of the run in this folder" in refused(tiny_masked_lm_dir, source, out)
    part.write_bytes(kept[:-9])
    assert "delete it, and the same command computes it again" in refused(
        tiny_masked_lm_dir, source, out
    )
    for table in ("sentences", "patterns"):  # a part without either is made again
        lost = out / table / part.name
        before = contents(out) if lost.exists() and table == "patterns" else None
        lost.unlink()
        ran(tiny_masked_lm_dir, source, out)
        assert before is None or contents(out) == before
    assert part.read_bytes() == kept


def test_tables_without_a_run_and_runs_that_are_none_are_refused(
    tiny_masked_lm_dir, source, tmp_path
):
    out = tmp_path / "out"
    (out / "patterns").mkdir(parents=True)
    assert "holds patterns without run.json" in refused(tiny_masked_lm_dir, source, out)
    (out / "patterns").rmdir()
    with pytest.raises(ExplainerError, match="holds no run"):
        Corpus.open(out)
    for text, said in (
        ("{", "cannot be read"),
        ("[]", "no corpus run's"),
        ('{"schema": 1}', "no corpus"),
    ):
        (out / "run.json").write_text(text, encoding="utf-8")
        assert said in refused(tiny_masked_lm_dir, source, out)
    (out / "run.json").write_text(json.dumps({"kind": "corpus", "schema": 9}), encoding="utf-8")
    assert "is of schema 9, and this program reads 1" in refused(tiny_masked_lm_dir, source, out)


def test_an_input_that_the_model_cannot_be_asked_about_is_refused_before_anything_is_written(
    tiny_classifier_dir, source, tmp_path
):
    said = refused(tiny_classifier_dir, source, tmp_path / "out")
    assert said.startswith("None of the first rows can be asked of the model 'tiny-classifier': ")
    assert "(row 1)" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"workers": 0}, "number of workers is 0"),
        ({"part_size": 0}, "size of a part is 0"),
        ({"words": 0}, "number of words is 0"),
        ({"words": 10**5000}, "number of words is a number of thousands of digits"),
        ({"part_size": 10**5000}, "size of a part is a number of thousands of digits"),
        ({"source": 3}, "argument source is 3"),
        ({"out": 3}, "argument out is 3"),
        ({"out": "\ud800"}, r"argument out is '\\ud800': give a path"),
        ({"settings": 3}, "settings"),
    ],
)
def test_arguments_that_are_none_are_refused(tiny_masked_lm_dir, source, tmp_path, more, said):
    given = {"source": source, "out": tmp_path / "out"} | more
    with pytest.raises(ExplainerError, match=said):
        run_corpus(str(tiny_masked_lm_dir), **given)
    assert not Path(tmp_path / "out").exists()

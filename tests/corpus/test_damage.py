"""The folder of a run that is damaged: one sentence says what is wrong, for every reader of it."""

import json
import os
import shutil

import pyarrow as pa
import pytest
from pyarrow import parquet

from explainer import Corpus, ExplainerError, common_pattern
from explainer.corpus.folder import TABLES
from tests.corpus.small import ran, written
from tests.corpus.test_refusals import refused


@pytest.fixture(scope="module")
def once(tiny_masked_lm_dir, tmp_path_factory):
    """A whole run, made once; a test that changes it takes a copy."""
    place = tmp_path_factory.mktemp("once")
    return ran(tiny_masked_lm_dir, written(place / "rows.jsonl"), place / "run").folder.path


@pytest.fixture
def folder(once, tmp_path):
    return shutil.copytree(once, tmp_path / "run")


def complaint(folder, read=common_pattern) -> str:
    with pytest.raises(ExplainerError) as found:
        read(Corpus.open(folder))
    said = str(found.value)
    assert said.isprintable()
    assert len(said) < 500
    return said


@pytest.mark.parametrize("name", ["run.json", "sentences/part-000001.parquet"])
@pytest.mark.parametrize("pipe", [True, False])
def test_what_is_no_plain_file_is_not_waited_for(folder, name, pipe):
    (folder / name).unlink()
    if pipe:
        os.mkfifo(folder / name)
    else:
        (folder / name).mkdir()
    assert "is no plain file" in complaint(folder)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("model", None, "a field is missing"),
        ("model", {"name": "x"}, "a field is missing"),
        ("input", [], "a field is missing"),
        ("input", {"rows": -1, "file": "x"}, "number of rows is -1"),
        ("input", {"rows": 3, "task": 5}, "input's name is 5"),
        ("part_size", 0, "size of a part is 0"),
        ("part_size", "3", "size of a part is '3'"),
        ("settings", {"points": 0}, "points is 0"),
        ("settings", {"nonsense": 0}, "a field is missing"),
        ("words", "all", "number of words is 'all'"),
        ("memory", 1.5, "memory is 1.5"),
    ],
)
def test_a_description_that_no_run_has_written(folder, field, value, said):
    file = folder / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {field: value}), encoding="utf-8")
    assert f"run.json' is damaged ({said}" in complaint(folder).replace("The ", "").replace(
        "setting ", ""
    )


def test_a_part_beyond_the_run_is_not_of_it(folder, once, tiny_masked_lm_dir):
    for name in ("part-100000.parquet", "part-0000001.parquet"):
        beyond = folder / "sentences" / name
        shutil.copy(folder / "sentences" / "part-000001.parquet", beyond)
        assert f"{name}' is not of the run" in complaint(folder)
        assert f"{name}' is not of the run" in complaint(folder, lambda corpus: corpus.rows_done)
        said = refused(tiny_masked_lm_dir, once.parent / "rows.jsonl", folder)
        assert f"{name}' is not of the run" in said
        beyond.unlink()


def rewritten(folder, table, change) -> None:
    """Change the rows of a part, and keep that it is said to be of the run."""
    file = folder / table / "part-000000.parquet"
    found = parquet.read_table(file)
    changed = change(found)
    parquet.write_table(changed.replace_schema_metadata(found.schema.metadata), file)


@pytest.mark.parametrize("table", TABLES)
def test_other_columns_are_refused(folder, table):
    rewritten(folder, table, lambda found: found.drop_columns(["number"]))
    said = complaint(folder, lambda corpus: corpus.table(table))
    assert "its columns are not those of the table" in said
    assert "delete it, and the same command computes it again" in said
    rewritten(folder, table, lambda _: pa.table({"x": [1]}))
    assert "its columns are not" in complaint(folder, lambda corpus: corpus.table(table))


def test_damage_inside_of_a_part_is_named(folder):
    file = folder / "patterns" / "part-000000.parquet"
    content = file.read_bytes()
    file.write_bytes(content[:4] + b"\xff" * 200 + content[204:])
    assert "part-000000.parquet' cannot be read" in complaint(folder)


def test_a_text_that_is_none_is_found(folder):
    def change(found: pa.Table) -> pa.Table:
        texts = pa.array([b"\xff"] * len(found)).view(pa.string())
        place = found.column_names.index("text")
        return found.set_column(place, found.field(place), texts)

    rewritten(folder, "sentences", change)
    said = complaint(folder, lambda corpus: corpus.table("sentences"))
    assert "part-000000.parquet' cannot be read" in said
    assert "UTF8" in said


def first(**fields):
    """A change of a table's first row."""

    def change(found: pa.Table) -> pa.Table:
        rows = found.to_pylist()
        rows[0] |= fields
        return pa.Table.from_pylist(rows, found.schema)

    return change


def first_step(**fields):
    def change(found: pa.Table) -> pa.Table:
        rows = found.to_pylist()
        rows[0]["steps"][0] |= fields
        return pa.Table.from_pylist(rows, found.schema)

    return change


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("sentences", first(tokens=[]), "tokens"),
        ("sentences", first(targets=[99]), "targets"),
        ("sentences", first(targets=[]), "targets"),
        ("sentences", first(targets=[-1]), "targets"),
        ("sentences", first(words=[1]), "words"),
        ("sentences", first(influence=[float("nan")] * 9), "influence"),
        ("sentences", first(influence=[1.0]), "influence"),
        ("sentences", first(unit="apples"), "unit"),
        ("patterns", first(source=99), "source of a pattern"),
        ("patterns", first(path_influence=float("inf")), "path_influence of a pattern"),
        ("patterns", first(steps=[]), "steps of a pattern"),
        ("patterns", first_step(to=-2), "step of a pattern"),
        ("patterns", first_step(layer=99), "layer of a step"),
        ("patterns", first_step(head=7), "head of a step"),
        ("patterns", first_step(value=None, key=1.0), "parts of a step"),
    ],
)
def test_a_row_that_no_run_has_written_is_named(folder, table, change, said):
    rewritten(folder, table, change)
    assert f"are damaged (row 0, {said}): delete the part" in complaint(folder)

"""What a run keeps for Ray beside its tables, without Ray: here a test writes what Ray would."""

from dataclasses import replace

import pytest
from pyarrow import parquet

from explainer import ExplainerError
from explainer.corpus.folder import Folder
from explainer.corpus.row import Row
from explainer.corpus.run import parts_of
from explainer.corpus.scorer import TRIES
from explainer.corpus.source import FileSource
from explainer.corpus.staged import Staged, rows_of
from tests.corpus.small import compute, contents, ran, scorer

ALL = {0, 1, 2}


@pytest.fixture
def staged(whole, tmp_path):
    """Of a folder that is begun, as the run that is whole was."""
    (tmp_path / "out").mkdir()
    return Staged(Folder.begun(tmp_path / "out", whole.folder.described))


@pytest.fixture
def parts(source):
    return lambda: parts_of(FileSource(source), 3)


def given(staged):
    return {part["part"]: part["rows"] for part in parquet.read_table(staged.given).to_pylist()}


def test_rows_are_given_as_they_were_read(staged, tmp_path):
    path = tmp_path / "rows.csv"
    lines = (b"text,correct,id", b"the [MASK] .,are,\xc3\xa4", b"a \xff,is,b", b"one,two", b",,c")
    path.write_bytes(b"\n".join(lines))
    rows = list(FileSource(path).rows())
    odd = Row(7, 9, "text \udcff", id="\ud800")
    staged.prepare({0, 2}, [(0, rows), (1, rows[:1]), (2, [odd])])
    assert {number: rows_of(text) for number, text in given(staged).items()} == {0: rows, 2: [odd]}


def test_what_ray_commits_becomes_the_tables_of_a_run_without_it(
    tiny_masked_lm_dir, staged, parts, whole
):
    staged.prepare(ALL, parts())
    compute(staged, tiny_masked_lm_dir, [2, 0])
    compute(staged, tiny_masked_lm_dir, [1], committed=False)
    assert list(staged.taken()) == [3, 2]
    assert staged.folder.done() == {0, 2}
    assert list(staged.taken()) == []
    compute(staged, tiny_masked_lm_dir, [1])
    assert list(staged.taken()) == [3]
    assert contents(staged.folder.path) == contents(whole.folder.path)
    assert not list(staged.begun.iterdir())


def test_ray_is_given_the_same_again_only_where_that_is_what_is_missing(
    tiny_masked_lm_dir, staged, parts
):
    staged.prepare(ALL, parts())
    compute(staged, tiny_masked_lm_dir, [0])
    list(staged.taken())
    before = staged.given.stat().st_ino
    staged.prepare({1, 2}, parts())
    assert staged.given.stat().st_ino == before  # Ray passes over what it has committed
    assert len(list(staged.committed.iterdir())) == 1
    for missing in ({2}, ALL):  # 1 was computed without Ray; the tables of 0 were lost
        staged.prepare(missing, parts())
        assert set(given(staged)) == missing
        assert not staged.committed.exists()
    staged.given.write_bytes(staged.given.read_bytes()[:-9])
    staged.prepare(ALL, parts())
    assert set(given(staged)) == ALL


def test_a_run_without_ray_goes_on_with_what_ray_has_computed(
    tiny_masked_lm_dir, source, staged, parts, whole
):
    staged.prepare(ALL, parts())
    compute(staged, tiny_masked_lm_dir, [1])
    damaged = staged.computed / "x_1-1.parquet"  # committed, and nothing can be read of it
    damaged.write_bytes(b"PAR1")
    heard = []
    ran(tiny_masked_lm_dir, source, staged.folder.path, progress=lambda *at: heard.append(at))
    assert heard[0] == (3, 8)
    assert contents(staged.folder.path) == contents(whole.folder.path)
    assert not staged.path.exists()


def test_a_worker_refuses_another_program_or_model(tiny_masked_lm_dir, staged, parts):
    staged.prepare(ALL, parts())
    table = parquet.read_table(staged.given)
    known = staged.folder.described
    for other, said in (
        ({"version": "0.0.1"}, r"has version .* and the run is of 0\.0\.1: install that on every"),
        ({"model": known["model"] | {"fingerprint": "0"}}, "has another model .* than the run's"),
    ):
        changed = Staged(replace(staged.folder, described=known | other))
        with pytest.raises(ExplainerError, match=said):
            scorer(tiny_masked_lm_dir, changed)(table)


def test_a_part_of_which_workers_die_again_and_again_is_named(tiny_masked_lm_dir, staged, parts):
    staged.prepare(ALL, parts())
    part = parquet.read_table(staged.given).slice(1, 1)
    staged.begun.mkdir()
    for time in range(TRIES - 1):
        (staged.begun / f"1-{time}").touch()
    assert scorer(tiny_masked_lm_dir, staged)(part)["rows"].to_pylist() == [3]
    (staged.begun / f"1-{TRIES - 1}").touch()
    with pytest.raises(ExplainerError, match="5 workers have ended while they were at rows 4 to 6"):
        scorer(tiny_masked_lm_dir, staged)(part)
    staged.prepare(ALL, parts())  # another run tries it again
    assert scorer(tiny_masked_lm_dir, staged)(part)["rows"].to_pylist() == [3]


def test_a_folder_that_cannot_be_written_is_named(staged, parts):
    staged.path.write_text("in the way", encoding="utf-8")
    with pytest.raises(ExplainerError, match="cannot be written"):
        staged.prepare(ALL, parts())

"""The command `corpus`: what it prints, what it refuses, and that it goes on."""

import pandas as pd
import pytest

from explainer.base import extras
from explainer.cli.main import main

CONTENT = """text,correct,wrong
the farmers [MASK] old .,are,is
no mask here .,are,is
none here .,are,is
the assistant [MASK] old .,is,are
"""
QUICK = ("--points", "2", "--rule", "trapezoid", "--workers", "1")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(CONTENT, encoding="utf-8")
    return str(path)


def printed(capsys, *arguments, code=0):
    assert main(["corpus", *arguments]) == code
    found = capsys.readouterr()
    return found.err if code else found.out


def test_it_says_what_was_explained_what_was_not_and_where_it_is(
    capsys, file, tiny_masked_lm_dir, tmp_path
):
    asked = (file, "--out", str(tmp_path / "out"), "--model", str(tiny_masked_lm_dir), *QUICK)
    said = printed(capsys, *asked)
    lines = said.splitlines()
    assert lines[0] == "2 sentences of 4 rows explained"
    assert lines[1] == "2 rows could not be explained, among them:"
    assert "1 × The text 'no mask here .' has no [MASK]" in lines[2]
    assert lines[-1] == (
        f"In {tmp_path / 'out'}: run.json and the tables sentences, patterns, errors, as Parquet"
    )
    table = pd.read_parquet(tmp_path / "out" / "sentences")
    assert list(table["number"]) == [0, 3]
    (tmp_path / "out" / "sentences" / "part-000000.parquet").unlink()
    assert printed(capsys, *asked) == said
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "sentences"), table)
    refused = printed(capsys, *asked, "--words", "1", code=2)
    assert "holds another run (its run.json differs in words)" in refused


def test_a_task_is_asked_of_its_built_in_model(capsys, tmp_path):
    for task, correct in (("sva-simple", "is"), ("sentiment", "positive")):
        out = tmp_path / task
        said = printed(capsys, task, "--n", "2", "--out", str(out), *QUICK, "--words", "1")
        assert said.startswith("2 sentences of 2 rows explained\nIn ")
        table = pd.read_parquet(out / "sentences")
        assert correct in set(table["correct"])
        assert len(pd.read_parquet(out / "patterns")) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["nothing.csv"], "There is no file 'nothing.csv', and no task of that name"),
        (["."], "'.' is a folder: name a file in it"),
        (["FILE", "--n", "3"], "--n is for tasks, and 'rows.csv' is a file"),
        (["sva-obj", "--n", "-1"], "number of sentences is -1"),
        (["FILE", "--workers", "0"], "number of workers is 0"),
    ],
)
def test_what_makes_no_sense_is_refused(capsys, file, tmp_path, given, said):
    given = [file if word == "FILE" else word for word in given]
    assert said in printed(capsys, *given, "--out", str(tmp_path / "out"), code=2)
    assert not (tmp_path / "out").exists()


def test_without_pyarrow_it_says_what_to_install(capsys, file, tmp_path, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "pyarrow" else True)
    said = printed(capsys, file, "--out", str(tmp_path / "out"), code=2)
    assert "A corpus needs the extra 'evaluate' (pyarrow cannot be found)" in said

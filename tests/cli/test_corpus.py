"""The command `corpus`: what it prints, what it refuses, and that it goes on."""

import pandas as pd
import pytest

from explainer.base import extras
from explainer.cli.main import main

CONTENT = """text,correct,wrong,group
the farmers [MASK] old .,are,is,are
no mask here .,are,is,are
none here .,are,is,are
the assistant [MASK] old .,is,are,is
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
    assert lines[0] == "2 of 4 rows explained"
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
        assert said == (
            f"2 of 2 rows explained\nIn {out}: run.json and the tables sentences, "
            "patterns, as Parquet\n"
        )
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


def test_a_name_that_no_file_has_is_refused(capsys, tmp_path):
    for name in ("9" * 5000, "\ud800"):
        said = printed(capsys, name, "--out", str(tmp_path / "out"), code=2)
        assert "There is no file" in said
    assert not (tmp_path / "out").exists()


def test_without_pyarrow_it_says_what_to_install(capsys, file, tmp_path, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "pyarrow" else True)
    said = printed(capsys, file, "--out", str(tmp_path / "out"), code=2)
    assert "A corpus needs the extra 'evaluate' (pyarrow cannot be found)" in said


def test_a_report_is_a_page_or_a_figure_of_what_is_done(capsys, file, tiny_masked_lm_dir, tmp_path):
    out = tmp_path / "out"
    printed(capsys, file, "--out", str(out), "--model", str(tiny_masked_lm_dir), *QUICK)
    page, figure = tmp_path / "report.html", tmp_path / "figure.svg"
    said = printed(capsys, "report", str(out), "--out", str(page))
    assert said.startswith("In 2 sentences “")
    assert said.endswith(f"Written to {page}\n")
    assert "<h2>What heads do</h2>" in page.read_text(encoding="utf-8")
    said = printed(capsys, "report", str(out), "--out", str(figure), "--word", "farmers", "--dark")
    assert said.startswith("In 1 sentence “")
    assert figure.read_text(encoding="utf-8").startswith("<svg")
    two = tmp_path / "two.html"
    sides = ("--group", "are", "--beside", "is")
    said = printed(capsys, "report", str(out), "--out", str(two), *sides)
    assert "speaks more for the answer in" in said
    assert "<h1>are less is</h1>" in two.read_text(encoding="utf-8")
    for more, wanted in (
        (["--out", str(figure), *sides], "Two groups make a page: give --out a name that ends"),
        (["--out", str(two), "--beside", "is"], "name the first with --group"),
        (["--out", str(tmp_path / "a.png")], "give it a name that ends with .html or .svg"),
        (["--out", str(figure), "--group", "none"], "No sentence of the run is of this choice"),
        (["--out", str(figure), "--threshold", "3"], "threshold is 3.0: give a share from 0 to 1"),
    ):
        assert wanted in printed(capsys, "report", str(out), *more, code=2)
    assert "holds no run" in printed(capsys, "report", str(tmp_path), "--out", str(page), code=2)

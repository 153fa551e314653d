"""Rows of every kind of file, one after the other; what is wrong with one is said of it alone."""

import json
import os

import pyarrow as pa
import pytest
from pyarrow import parquet

from explainer.base.errors import ExplainerError
from explainer.corpus import reading
from explainer.corpus.reading import rows_of
from explainer.corpus.row import Row
from explainer.corpus.source import FileSource, TaskSource
from explainer.evaluation.reading.cases import cases_of_file
from explainer.question.quantity import Contrast

WRITTEN = [
    {"text": "the farmers [MASK] old .", "correct": "are", "wrong": "is", "id": "a"},
    {"text": 'she said "no, never" [MASK] .', "group": "quoted", "id": "b"},
    {"text": "the old farmers .", "label": "1", "other": "0", "id": "c"},
]


def as_csv(separator):
    def quoted(value):
        return '"{}"'.format(value.replace('"', '""')) if value else ""

    names = ["id", "text", "correct", "wrong", "label", "other", "group", "elsewhere"]
    lines = [names, *([quoted(row.get(name, "")) for name in names] for row in WRITTEN)]
    return "".join(separator.join(line) + "\r\n" for line in lines).encode()


def as_parquet(path):
    names = ["text", "correct", "wrong", "label", "other", "group", "id"]
    columns = {name: [row.get(name) for row in WRITTEN] for name in names}
    columns["label"] = pa.array([None, None, 1])  # a class may be a number
    columns["elsewhere"] = [[1.0]] * 3
    parquet.write_table(pa.table(columns), path)


@pytest.mark.parametrize("ending", ["csv", "tsv", "semicolons.csv", "jsonl", "parquet"])
def test_every_form_of_a_table_holds_the_same_rows(tmp_path, ending):
    path = tmp_path / f"rows.{ending}"
    if ending == "parquet":
        as_parquet(path)
    elif ending == "jsonl":
        path.write_text("\n\n".join(json.dumps(row) for row in WRITTEN), encoding="utf-8-sig")
    elif ending == "tsv":
        path.write_bytes(as_csv("\t").replace(b"id\ttext", b'"id"\ttext'))
    else:
        path.write_bytes(as_csv(";" if "semicolons" in ending else ","))
    found = list(rows_of(path))
    assert [row.unfit for row in found] == ["", "", ""]
    for number, (row, written) in enumerate(zip(found, WRITTEN, strict=True)):
        assert row == Row(number, row.line, **written)
    lines = {"jsonl": [1, 3, 5], "parquet": [1, 2, 3]}.get(ending, [2, 3, 4])
    assert [row.line for row in found] == lines
    asked = found[2].question()
    assert (asked.text, asked.contrast) == ("the old farmers .", Contrast(label="1", other="0"))


def test_any_other_file_has_a_sentence_a_line(tmp_path):
    path = tmp_path / "sentences.txt"
    path.write_text("\ufefftext\n\n  \nthe, old\tfarmers\r\nlast", encoding="utf-8")
    assert list(rows_of(path)) == [
        Row(0, 1, "text"),
        Row(1, 4, "the, old\tfarmers"),
        Row(2, 5, "last"),
    ]


def test_tabs_without_quotes_in_the_heading_leave_quotes_as_they_are(tmp_path):
    path = tmp_path / "glue.tsv"
    path.write_text('text\tlabel\n"it\'s"" good\t1\n" bad\t0\n', encoding="utf-8")
    assert [row.text for row in rows_of(path)] == ['"it\'s"" good', '" bad']


def test_a_bad_row_is_said_and_those_around_it_are_read(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(
        b"text,correct\n"
        b"good one,a\n"
        b"too,many,cells\n"
        b"bytes \xe9,b\n"
        b",c\n"
        b"nul \0,d\n"
        b'"two\nlines",e\n'
        b"good two,f\n"
    )
    found = list(rows_of(path))
    assert [row.line for row in found] == [2, 3, 4, 5, 6, 7, 9]
    good = [row.text for row in found if not row.unfit]
    assert good == ["good one", "two\nlines", "good two"]
    said = [row.unfit for row in found if row.unfit]
    starts = (
        "It has 3 cells where the heading has 2",
        "It is not UTF-8",
        "It has no text",
        "It holds",
    )
    assert all(why.startswith(start) for why, start in zip(said, starts, strict=True))
    for row in found:
        if row.unfit:
            with pytest.raises(ExplainerError, match=row.unfit[:20]):
                row.question()


def test_a_bad_line_of_json_is_said(tmp_path):
    path = tmp_path / "rows.jsonl"
    lines = [
        '{"text": "one"}',
        "{",
        "[1]",
        '{"text": true}',
        '{"text": 3}',
        '{"text": "two"}',
        "[" * 9999,
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = list(rows_of(path))
    assert [row.text for row in found] == ["one", "", "", "", "3", "two", ""]
    assert [bool(row.unfit) for row in found] == [False, True, True, True, False, False, True]


@pytest.mark.parametrize("ending", ["txt", "csv", "jsonl"])
def test_a_line_that_is_too_long_is_never_held_as_a_whole(tmp_path, monkeypatch, ending):
    monkeypatch.setattr(reading, "LONGEST_LINE", 100)
    path = tmp_path / f"rows.{ending}"
    first, last = ('{"text": "a"}', '{"text": "b"}') if ending == "jsonl" else ("a", "b")
    heading = ["text"] if ending == "csv" else []
    path.write_text("\n".join([*heading, first, "x" * 1000, "y" * 100, last]), encoding="utf-8")
    found = list(rows_of(path))
    assert [row.text for row in found] == ["a", "", "", "b"]
    assert [row.unfit for row in found][1:3] == [
        "Its line is longer than 100 bytes: shorten it."
    ] * 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "rows.csv",
            b"sentence,label\na,b\n",
            "no column 'text' .its columns: 'sentence', 'label'",
        ),
        ("rows.csv", b"text,text\na,b\n", "two columns 'text'"),
        ("rows.csv", b"", "no column 'text' .its columns: none"),
        ("rows.txt", b"\n \n", "holds no rows: add sentences"),
        ("rows.csv", b"text\n", "holds no rows"),
        ("rows.txt", "text".encode("utf-16"), "UTF-16 or UTF-32 text: save it as UTF-8"),
        ("rows.csv", b"te\xe9xt,label\n", "heading of .* cannot be read. It is not UTF-8"),
        ("rows.csv", b"te\rxt,label\n", "heading of .* cannot be read .*in one line"),
        ("rows.parquet", b"PAR1 no", "cannot be read as Parquet"),
        ("rows.csv", b"text,id\na,x\nb,y\nc,x\n", "the id 'x' in lines 2 and 4"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ExplainerError, match=said) as refused:
        _ = FileSource(path).described
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ExplainerError, match=r"none\.txt' cannot be read: No such file"):
        list(rows_of(tmp_path / "none.txt"))


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "rows.txt")
    with pytest.raises(ExplainerError, match="is no plain file: name a file, which is read more"):
        _ = FileSource(tmp_path / "rows.txt").described
    with pytest.raises(ExplainerError, match="is no plain file: name a file, which is read more"):
        cases_of_file(tmp_path / "rows.txt", "own")


def test_what_a_file_is_does_not_depend_on_where_it_lies(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    for place in (tmp_path, tmp_path / "elsewhere"):
        (place / "rows.txt").write_text("one\ntwo\n", encoding="utf-8")
    first, second = (
        FileSource(p / "rows.txt").described for p in (tmp_path, tmp_path / "elsewhere")
    )
    assert first == second
    assert (first["rows"], first["format"], len(first["sha256"])) == (2, "text", 64)


def test_the_sentences_of_a_task_have_their_form_as_group():
    rows = list(TaskSource("sva-obj", 8).rows())
    assert [row.number for row in rows] == list(range(8))
    assert {row.group for row in rows[:4]} == {
        f"{a}-{b}" for a in ("singular", "plural") for b in ("singular", "plural")
    }
    assert {(row.correct, row.wrong) for row in rows} == {("is", "are"), ("are", "is")}
    reviews = list(TaskSource("sentiment", 4).rows())
    assert {(row.label, row.other) for row in reviews} == {
        ("positive", "negative"), ("negative", "positive")
    }  # fmt: skip
    with pytest.raises(ExplainerError, match="task 'nothing' is not known"):
        TaskSource("nothing", 3)

"""A person's own files: whatever is in a cell is read whole, or the line is named."""

import codecs
import csv
import io
import json
from random import Random

import pytest

from explainer import ExplainerError
from explainer.evaluation.reading.cases import Columns, Sentences, cases_of, cases_of_table
from explainer.tasks import Case

ODD = (
    *("two\nlines", "a\r\nb", "a\rb", "para\u2029graph", "line\u2028end", "form\x0cfeed"),
    *(
        "next\x85line",
        "file\x1cseparator",
        'a "quoted" word',
        '"',
        '""',
        "comma, comma",
        "semi; semi",
    ),
    *(" spaces around ", "", "{", "[MASK]", "日本", "🙂", "x" * 100_000),
)
"""Texts that readers of tables have cut, joined or dropped."""


def read(content: str | bytes, file: str = "own.csv", **columns: str) -> tuple[Case, ...]:
    data = content.encode() if isinstance(content, str) else content
    return cases_of_table(data, file, "own", Columns(**columns))


def texts(content: str | bytes, file: str = "own.csv", **columns: str) -> list[str]:
    return [case.text for case in read(content, file, **columns)]


def complaint(content: str | bytes, file: str = "own.csv", **columns: str) -> str:
    with pytest.raises(ExplainerError) as error:
        read(content, file, **columns)
    said = str(error.value)
    assert said.count("\n") == 0
    assert len(said) < 450
    return said


@pytest.mark.parametrize(
    ("end", "quoting"),
    [
        ("\r\n", csv.QUOTE_MINIMAL),
        *((end, csv.QUOTE_ALL) for end in ("\n", "\r\n", "\r")),
    ],
)
@pytest.mark.parametrize("separator", [",", ";"])
def test_what_a_writer_of_tables_wrote_comes_back(separator, end, quoting):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow(["text", "label"])
    writer.writerows([text, number] for number, text in enumerate(ODD))
    found = read(out.getvalue())
    assert [case.text for case in found] == list(ODD)
    assert [case.correct for case in found] == [str(number) for number in range(len(ODD))]


def test_tabs_between_cells_that_a_writer_quoted_come_back():
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t", quoting=csv.QUOTE_ALL)
    writer.writerow(["text", "label"])
    writer.writerows([text, number] for number, text in enumerate((*ODD, "a\ttab")))
    assert texts(out.getvalue(), "own.tsv") == [*ODD, "a\ttab"]
    assert texts('text\tlabel\n"two\nlines"\t1\nplain\t0\n') == ["two\nlines", "plain"]


def test_stray_quotation_marks_between_tabs_join_no_rows():
    rows = ['"the first', "the second", 'the third"', 'a "fine" fourth', 'fifth "']
    content = "text\tlabel\n" + "".join(f"{row}\t{n}\n" for n, row in enumerate(rows))
    found = read(content, "own.tsv")
    assert [case.text for case in found] == rows
    assert [case.correct for case in found] == list("01234")


@pytest.mark.parametrize("mark", ["\u2028", "\x0c", "\x85", "\x1c", "\x0b"])
def test_only_line_feeds_and_carriage_returns_end_a_line(mark):
    assert texts(f"text\tlabel\na{mark}b\t1\n") == [f"a{mark}b"]
    assert texts(json.dumps({"text": f"a{mark}b", "label": 1}, ensure_ascii=False)) == [f"a{mark}b"]


@pytest.mark.parametrize(
    ("content", "line", "part"),
    [
        ("text,label\ngood,1\nbad, awful,0\n", 3, "has 3 fields where the heading has 2"),
        ("text,label\ngood\n", 2, "has 1 field where"),
        ('text,label\n"two\nlines",1\nbad, awful,0\n', 4, "3 fields"),
        ("text;label\na;b;1\n", 2, "holds a semicolon in quotation marks"),
        ("text\tlabel\na\t1\nb\n", 3, "has 1 field where"),
        ('text\tlabel\n"two\nlines"\t1\n"stray\t1\n', 4, "nothing closes"),
        ('"text"\t"label"\n"a"\t"1"\n"b "c" d"\t"0"\n', 3, "double it"),
        ('text,label\ngood,1\n"open,1\nbad,0\n', 3, "nothing closes"),
        ('text,label\n"a" b,1\n', 2, "double it"),
        ('text,label\n\n"' + "x" * 140_000 + '",1\n', 3, "131,072 characters"),
        ("text,label,text\na,1,b\n", 1, "more than one column 'text'"),
        ("\n\ntext,label,text\na,1,b\n", 3, "more than one column 'text'"),
        (b"text,label\r\na,1\r\ncaf\xe9,1\r\n", 3, "not UTF-8"),
        (b"text,label\na,1\nb\0,1\n", 3, "NUL"),
        ("text,label\na,1\n".encode("utf-16-le"), 1, "NUL"),
    ],
)
def test_what_is_no_table_is_named_with_its_line(content, line, part):
    said = complaint(content)
    assert f"'own.csv' cannot be read: line {line} " in said
    assert part in said


@pytest.mark.parametrize(
    ("content", "line", "part"),
    [
        ('{"text": "a", "label": 1}\n\n{"text": "b"', 3, "not a JSON object"),
        ('{"text": "a", "label": 1}\n["b", 1]\n', 2, "no object"),
        ('{"text": "a", "label": 1}\n{"text": "b"}\n', 2, "has no 'label'"),
        ('{"text": "a", "label": 1}\n{"text": "b", "label": null}\n', 2, "has no 'label'"),
        ('{"text": "a", "label": 1.0}\n', 1, "neither text nor a whole number"),
        ('{"text": ["a"], "label": 1}\n', 1, "neither text nor a whole number"),
        ('{"text": "a", "label": true}\n', 1, "neither text nor a whole number"),
        ('{"text": "a", "text": "b", "label": 1}\n', 1, "names a field twice"),
        ('{"text": "a\\ud800", "label": 1}\n', 1, "half a character"),
        ("[" * 100_000, 1, "not a JSON object"),
        ('{"text": "a", "label": ' + "9" * 5000 + "}", 1, "not a JSON object"),
        ("", None, "has the columns none"),
    ],
)
def test_what_are_no_json_lines_is_named_with_its_line(content, line, part):
    said = complaint(content, "own.jsonl")
    assert part in said
    assert line is None or f"line {line} " in said


def test_json_lines_are_read():
    lines = [
        {"text": "a [MASK]", "correct": "is", "wrong": "are", "combination": "c", "id": [1]},
        {"text": "b\n[MASK]", "correct": "are", "wrong": "is", "controller": "b"},
    ]
    content = "\n\n".join(json.dumps(line) for line in lines)
    expected = (
        Case("a [MASK]", "is", "are", "own", "c", ""),
        Case("b\n[MASK]", "are", "is", "own", "all", "b"),
    )
    for name in ("own.jsonl", "own.ndjson", "own.txt"):
        assert read(content, name) == expected
    assert read('{"text": "a", "label": 0, "other": "x"}')[0] == Case("a", "0", "x", "own", "0", "")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"]
)
def test_the_mark_at_the_start_says_how_a_file_is_written(encoding):
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    content = marks.get(encoding, b"") + "text\tlabel\ncafé\t1\n".encode(encoding)
    assert texts(content) == ["café"]


def test_the_heading_says_what_separates_cells():
    assert texts("text;label;note\na, b;1;x,y\n") == ["a, b"]
    assert texts('text,label,"a\tnote"\na,1,b\n') == ["a"]
    assert texts("text\tlabel\na, b; c\t1\n") == ["a, b; c"]
    assert texts(" text , label \na,1\n") == ["a"]


def test_blank_lines_and_blank_names_are_no_matter():
    assert texts("\n,text,label\n0,a,1\n\n   \n1,b,0\n\n") == ["a", "b"]
    assert texts("text,label,,\na,1,,\n") == ["a"]
    assert texts("text\tlabel\n\t\n\nb\t0\n") == ["", "b"]


def test_columns_may_be_called_otherwise():
    content = "sentence,gold,text\na,1,no\n"
    assert read(content, text="sentence", label="gold") == (Case("a", "1", "", "own", "1", ""),)
    words = '{"s": "[MASK]", "good": "is", "bad": "are", "label": "x"}'
    (case,) = read(words, text="s", correct="good", wrong="bad")
    assert (case.correct, case.wrong) == ("is", "are")
    # Where both questions could be asked, it is the one whose columns were named.
    both = "text,correct,wrong,gold\na [MASK],is,are,1\n"
    assert read(both)[0].correct == "is"
    assert read(both, label="gold")[0].correct == "1"


def test_of_two_possible_questions_it_is_the_one_that_the_texts_can_be_asked():
    heading = "text,correct,wrong,label\n"
    assert read(heading + "a [MASK],is,are,1\n")[0].correct == "is"
    assert read(heading + "a film,is,are,1\n")[0].correct == "1"


def test_columns_that_are_not_there_are_named():
    said = complaint("sentence_good,sentence_worse\na,b\n")
    assert "has the columns 'sentence_good', 'sentence_worse'" in said
    assert "--text-column" in said
    said = complaint("text,label\na,1\n", other="rival")
    assert "no column 'rival' for other; it has 'text', 'label'" in said
    many = complaint(",".join(f"column {n} {'x' * 50}" for n in range(500)) + "\n")
    assert "490 more" in many
    with pytest.raises(ExplainerError, match="label column is named ' '"):
        Columns(label=" ")
    with pytest.raises(ExplainerError, match="give a Columns"):
        Sentences(task="own", file="own.csv", columns={"text": "sentence"})
    with pytest.raises(ExplainerError, match="no columns to name"):
        Sentences(task="sva-obj", columns=Columns(text="sentence"))


def test_a_files_columns_reach_its_cases(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text("sentence,gold\na,1\nb,0\n", encoding="utf-8")
    columns = Columns(text="sentence", label="gold")
    found = cases_of(Sentences(task="own", file=str(file), columns=columns), 1)
    assert found == (Case("a", "1", "", "own", "1", ""),)


def test_a_file_may_bring_minimal_pairs():
    rows = "text,correct,wrong,other sentence\nthe farmer [MASK] .,is,are,the farmers [MASK] .\n"
    (case,) = read(rows, pair="other sentence")
    assert case.pair == "the farmers [MASK] ."


def test_no_bytes_end_otherwise_than_in_cases_or_a_sentence():
    random = Random(0)
    marks = (",", "\t", ";", '"', "\n", "\r", "{", "}", ":", "\0", "[", "\\ud800", "\ufeff", " ")
    parts = [*(mark.encode() for mark in (*marks, "text", "label", "1")), b"\xff", b"\xfe"]
    for _ in range(2000):
        content = b"".join(random.choices(parts, k=random.randrange(30)))
        if random.random() < 0.7:
            content = b"text,label\n" + content
        try:
            found = cases_of_table(content, random.choice(["own.csv", "own.jsonl"]), "own")
        except ExplainerError:
            continue
        assert found

"""Generated cases of corpora: rows, a sentence about one or the file, no bare exception."""

from pathlib import Path

import pytest
from hypothesis import strategies as st

from explainer import (
    Corpus,
    Edge,
    TaskSource,
    common_pattern,
    figures,
    run_corpus,
    sentences_along,
)
from explainer.corpus.reading import rows_of
from explainer.corpus.row import COLUMNS, Row
from explainer.corpus.source import FileSource
from tests.damage import ANYTHING, cases, outcome
from tests.fuzz.asking import FEW, Quiet, arguments

PIECES = st.sampled_from(
    [
        *(b",", b";", b"\t", b'"', b'""', b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf"),
        *(
            b"text",
            b"label",
            b"id",
            b"the farmers [MASK] old .",
            b"{",
            b'{"text": "a"}',
            b"[",
            b"1",
        ),
        *(b"\xc3\xa9", b'{"text": null, "id": 3}', b"\xff\xfe", b" ", b"a" * 99),
    ]
)
CONTENTS = st.lists(PIECES, max_size=14).map(b"".join) | st.binary(max_size=40)
HEADED = st.tuples(st.lists(st.sampled_from([*COLUMNS, "more"]), max_size=4), CONTENTS).map(
    lambda drawn: ",".join(drawn[0]).encode() + b"\n" + drawn[1]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rows")


@cases(
    content=CONTENTS | HEADED,
    ending=st.sampled_from(["txt", "csv", "tsv", "jsonl", "parquet"]),
)
def test_rows_of_any_bytes(folder, content, ending):
    file = folder / f"rows.{ending}"
    file.write_bytes(content)
    rows = outcome(lambda: list(rows_of(file)))
    for number, row in enumerate(rows or []):
        assert row.number == number
        assert row.line >= 1
        assert bool(row.text) != bool(row.unfit)
        if row.unfit:
            assert len(row.unfit) < 200
        else:
            f"{row.text}{row.group}{row.id}".encode()  # whole characters
            assert row.question().text == row.text
    described = outcome(lambda: FileSource(file).described)
    assert described is None or described["rows"] == len(rows)


@cases(
    task=st.just("sva-obj") | ANYTHING, n=st.integers(0, 3) | ANYTHING, seed=st.just(0) | ANYTHING
)
def test_task_source(task, n, seed):
    source = outcome(lambda: TaskSource(task, n, seed))
    rows = outcome(lambda: list(source.rows())) if source and source.n < 10 else []
    assert rows is None or all(isinstance(row, Row) and not row.unfit for row in rows)


@cases(
    asked=arguments(
        {
            **{"model": st.just("tiny"), "source": st.nothing(), "out": st.just("kept")},
            **{"settings": st.just(FEW), "words": st.just(2), "workers": st.just(1)},
            **{"part_size": st.just(2), "memory": st.just(2**30), "progress": st.none()},
            "ray": st.none(),
        }
    )
)
def test_run_corpus(masked_lm, folder, asked):
    if callable(asked.get("progress")):  # what a caller's own function does is the caller's
        return
    workers = asked.get("workers", 1)
    if workers is None or (type(workers) is int and workers > 1):  # processes take seconds
        return
    (folder / "sentences.txt").write_text("the farmers [MASK] old .\nno mask\n", encoding="utf-8")
    given = {"model": "tiny", "source": folder / "sentences.txt", "out": folder / "out"}
    with pytest.MonkeyPatch.context() as patched:
        # How a model is found, and refused, is tested by itself.
        patched.setattr("explainer.corpus.run.load_model", lambda *_, **__: masked_lm.it)
        patched.chdir(folder)  # some of what is given is a path
        found = outcome(lambda: run_corpus(**{**given, "settings": FEW, **asked}))
        assert found is None or found.rows_done == found.rows


@pytest.fixture(scope="module")
def run(masked_lm, folder):
    (folder / "few.txt").write_text("the farmers [MASK] old .\nfarmers [MASK]\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("explainer.corpus.run.load_model", lambda *_, **__: masked_lm.it)
        return Quiet(run_corpus("tiny", folder / "few.txt", folder / "few", settings=FEW))


@cases(
    chosen=arguments(
        {
            **{"group": st.none(), "word": st.sampled_from(["farmers", "old", "none"])},
            "right": st.booleans(),
        }
    ),
    drawn_as=arguments({"width": st.just(400.0), "threshold": st.just(0.1)}),
)
def test_common_pattern(run, chosen, drawn_as):
    found = outcome(lambda: common_pattern(run.it, **chosen))
    assert found is None or 1 <= found.sentences <= 2
    if found is not None:
        svg = outcome(lambda: figures.common_svg(found, **drawn_as))
        assert svg is None or svg.startswith("<svg")


@cases(
    asked=arguments(
        {
            "step": st.builds(Edge, *[st.integers(-1, 3)] * 3, st.none() | st.integers(0, 2)),
            **{"group": st.none(), "word": st.sampled_from(["farmers", "none"])},
            **{"right": st.booleans(), "most": st.integers(1, 3)},
        }
    )
)
def test_sentences_along(run, asked):
    found = outcome(lambda: sentences_along(run.it, **{"step": Edge(0, 1, 1, None), **asked}))
    assert found is None or len(found.strongest) <= found.count <= found.sentences <= 2


@cases(path=ANYTHING | st.just("out"))
def test_open(folder, path):
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        found = outcome(lambda: Corpus.open(path))
    assert found is None or isinstance(found.folder.path, Path)

"""Generated damage of the folders of runs: what they hold or one sentence, for every reader."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import strategies as st
from pyarrow import parquet

from explainer import Corpus, Edge, common_pattern, run_corpus, sentences_along
from explainer.app.corpus import sources
from explainer.app.evaluate import results
from explainer.app.evaluate.protocols import found as protocols_found
from explainer.base import assets
from explainer.corpus.common import groups_of
from explainer.corpus.folder import TABLES
from explainer.evaluation.evidence.protocols.report import write_protocols
from explainer.evaluation.evidence.report import write_report
from explainer.evaluation.methods import METHODS
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.protocols.run import run_protocols
from explainer.evaluation.reading.cases import Sentences
from explainer.evaluation.run import Run, evaluate
from explainer.figures.charts.evaluation_files import write_figures
from explainer.figures.common.graph import common_svg
from explainer.figures.common.report import common_html
from explainer.figures.common.said import common_summary
from tests.damage import cases, outcome
from tests.fuzz.asking import FEW, Quiet
from tests.fuzz.damaged import (
    BLOW,
    BYTES,
    KINDS,
    Files,
    changed,
    changed_bytes,
    changed_json,
    changed_lines,
    put,
    put_instead,
    read_files,
)

LABELS = {name: method.label for name, method in METHODS.items()}
ROWS = [
    {"text": "the farmers [MASK] old .", "correct": "are", "wrong": "is", "group": "a"},
    {"text": "farmers [MASK]", "correct": "are", "wrong": "is", "group": "b", "id": "x"},
    {"text": "no mask ."},
    {"text": "the farmer [MASK] good .", "group": "a"},
]


@pytest.fixture(scope="module")
def corpus(tiny_masked_lm, tmp_path_factory):
    """The files of a corpus run, and how it is asked to go on."""
    place = tmp_path_factory.mktemp("corpus")
    file = place / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")

    def run(out):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("explainer.corpus.run.load_model", lambda *_, **__: tiny_masked_lm)
            how = {"settings": FEW, "part_size": 2, "memory": "1 GB"}
            return run_corpus("tiny", file, out, **how)

    run(place / "run")
    return Quiet((read_files(place / "run"), run))


def with_rows(content: bytes, how: str, blow: tuple) -> bytes:
    """A part of a table that says it is of this run, with other rows, columns or kinds of values;
    as it is where there is no such file."""
    try:
        table = parquet.read_table(io.BytesIO(content))
        metadata = None if how == "bare" else table.schema.metadata
        stream = io.BytesIO()
        parquet.write_table(other_rows(table, how, blow).replace_schema_metadata(metadata), stream)
    except (pa.ArrowException, OSError, TypeError, ValueError, OverflowError, AttributeError):
        return content
    return stream.getvalue()


def other_rows(table: pa.Table, how: str, blow: tuple) -> pa.Table:
    names = table.column_names
    if how == "column":
        return table.drop_columns([names[blow[1] % len(names)]])
    if how == "renamed":
        names[blow[1] % len(names)] = "x"
        return table.rename_columns(names)
    if how == "none":
        return table.slice(0, 0)
    if how == "twice":
        return pa.concat_tables([table, table])
    if how == "foreign":
        return pa.table({"x": [1, 2]})
    rows = changed(table.to_pylist(), *blow)
    return pa.Table.from_pylist(rows, table.schema if how == "kept" else None)


WHERE = st.integers(0, 30)
DAMAGE = st.one_of(
    st.tuples(st.just("run"), WHERE, BLOW),
    st.tuples(st.just("bytes"), WHERE, BYTES),
    st.tuples(
        st.just("rows"),
        WHERE,
        st.tuples(
            st.sampled_from(
                ["kept"] * 5
                + ["free", "free", "column", "renamed", "none", "twice", "foreign", "bare"]
            ),
            BLOW,
        ),
    ),
    st.tuples(st.just("lines"), WHERE, st.tuples(st.integers(0, 9), BLOW)),
    st.tuples(st.just("instead"), WHERE, st.sampled_from(KINDS)),
    st.tuples(st.just("exchanged"), WHERE, WHERE),
    st.tuples(st.just("again"), WHERE, st.integers(0, 3)),
    st.tuples(st.just("gone"), WHERE, st.none()),
)
BLOWS = st.lists(DAMAGE, min_size=1, max_size=2)


def damaged(files: Files, blows: list[tuple], folder: Path) -> Path:
    """The folder of these files after the blows."""
    files, later = dict(files), []
    for kind, where, how in blows:
        names = sorted(files)
        if not names:
            break
        name = names[where % len(names)]
        of = {
            "run": [one for one in names if one.endswith(".json")],
            "rows": [one for one in names if one.endswith(".parquet")],
            "lines": [one for one in names if one.endswith(".jsonl")],
        }.get(kind, names)
        name = of[where % len(of)] if of else name
        if kind == "run":
            files[name] = changed_json(files[name], how)
        elif kind == "bytes":
            files[name] = changed_bytes(files[name], *how)
        elif kind == "rows":
            files[name] = with_rows(files[name], *how)
        elif kind == "lines":
            files[name] = changed_lines(files[name], *how)
        elif kind == "exchanged":
            other = names[how % len(names)]
            files[name], files[other] = files[other], files[name]
        elif kind == "again":
            files[name.replace("part-00000", f"part-{how}0000")] = files[name]
        elif kind == "gone":
            del files[name]
        else:
            later.append((name, how))
    put(files, folder)
    for name, what in later:
        if (folder / name).is_file():
            others = sorted(path for path in (folder / name).parent.iterdir() if path.name != name)
            put_instead(folder / name, what, others[0] if others else folder)
    return folder


@cases(0.1, blows=BLOWS, step=st.builds(Edge, *[st.integers(0, 3)] * 3, st.none() | st.just(0)))
def test_damaged_corpus_runs(corpus, tmp_path_factory, blows, step):
    files, run = corpus.it
    place = damaged(files, blows, tmp_path_factory.getbasetemp() / "damaged" / "corpus")
    opened = outcome(lambda: Corpus.open(place))
    if opened is not None:
        for read in (lambda: opened.model, lambda: opened.rows, lambda: opened.rows_done):
            outcome(read)
        for table in TABLES:
            outcome(lambda table=table: opened.table(table).to_pylist())
        common = outcome(lambda: common_pattern(opened))
        if common is not None:
            assert common_svg(common).startswith("<svg")
            assert common_html(common, {})
            assert common_summary(common)
        outcome(lambda: sentences_along(opened, step))
        outcome(lambda: groups_of(opened))
    outcome(lambda: sources._as_it_is(place).said)
    went_on = outcome(lambda: run(place))
    if went_on is not None:
        assert went_on.rows_done == went_on.rows == len(ROWS)


@pytest.fixture(scope="module")
def evaluated(tiny_masked_lm, tmp_path_factory):
    """The files of an evaluation with a protocol, and how both are asked to go on."""
    place = tmp_path_factory.mktemp("evaluated")
    own = Sentences(task="own", file=str(place / "own.jsonl"))
    Path(own.file).write_text("\n".join(map(json.dumps, ROWS[:2])), encoding="utf-8")
    options = EvaluationOptions(settings=FEW, methods=("pattern", "random"), replacements=("zero",))
    run = Run("tiny", own, options)

    def go_on(folder):
        evaluate(run, tiny_masked_lm, 2, folder / "own", memory=2**30)

    def protocols(folder):
        run_protocols(run, tiny_masked_lm, 1, folder / "own", ["words"], memory=2**30)

    go_on(place / "runs")
    protocols(place / "runs")
    return Quiet((read_files(place / "runs"), go_on, protocols))


@cases(0.02, 0.15, blows=BLOWS)
def test_damaged_evaluations(evaluated, tmp_path_factory, blows):
    files, go_on, protocols = evaluated.it
    place = damaged(files, blows, tmp_path_factory.getbasetemp() / "damaged" / "runs")
    outcome(lambda: go_on(place))
    outcome(lambda: protocols(place))
    found = outcome(lambda: write_report(place))
    if found is not None:
        write_figures(place, found[0].summary, found[0].consistency, LABELS)
    outcome(lambda: write_protocols(place))


@pytest.fixture(scope="module")
def own_results():
    """The project's own results, as the Evaluate page reads them."""
    names = (
        *(results.SUMMARY, results.CONSISTENCY, results.FINDINGS, results.ABOUT),
        *(protocols_found.PROTOCOLS_FILE, protocols_found.POINTS_FILE, protocols_found.RUNS_FILE),
    )
    return Quiet({name: (assets.EVALUATION / name).read_bytes() for name in names})


def spoilt(blow: tuple) -> tuple:
    """The same blow to a file that comes with the project, where nobody puts pipes and devices."""
    return (*blow[:2], "folder") if blow[2] in ("pipe", "device") else blow


@cases(0.02, 0.2, blows=st.lists(DAMAGE.map(spoilt), min_size=1, max_size=2))
def test_damaged_results_of_the_project(own_results, tmp_path_factory, blows):
    place = damaged(own_results.it, blows, tmp_path_factory.getbasetemp() / "damaged" / "own")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(assets, "EVALUATION", place)
        results._stored.clear()
        protocols_found._stored.clear()
        outcome(lambda: results.stored_results("agreement"))
        stored = outcome(protocols_found.stored)
        if stored is not None:
            outcome(lambda: stored.of("agreement", "sva-obj", "words"))
    results._stored.clear()
    protocols_found._stored.clear()

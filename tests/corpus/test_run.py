"""A corpus run: what the tables hold, and that nothing stops it from ending with the same ones."""

import json
import os
import random
import signal
import time
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pandas as pd
import polars
import psutil
import pyarrow as pa
import pytest

from explainer import Contrast, ExplainerError, Question, explain, explain_many
from explainer.corpus import run as run_module
from explainer.corpus.folder import TABLES
from explainer.corpus.results import Corpus, First
from explainer.corpus.schema import FIELDS, STEP
from tests.corpus.small import SETTINGS, TEXTS, contents, ran
from tests.wings import ROOT

FAILED = [2, 5]


def test_the_tables_hold_what_explain_says(tiny_masked_lm, whole):
    sentences, patterns, errors = (
        whole.table(name).to_pylist() for name in ("sentences", "patterns", "errors")
    )
    assert [row["number"] for row in errors] == FAILED
    assert [row["number"] for row in sentences] == [n for n in range(8) if n not in FAILED]
    assert (whole.rows, whole.rows_done) == (8, 8)
    for row in sentences:
        found = explain(
            tiny_masked_lm, TEXTS[row["number"]], correct="are", wrong="is", settings=SETTINGS
        )
        assert row["id"] == f"row {row['number']}"
        assert (row["text"], row["group"]) == (TEXTS[row["number"]], f"g{row['number'] % 2}")
        assert row["tokens"] == list(found.tokens)
        assert row["words"] == [-1 if word is None else word for word in found.words]
        assert row["targets"] == [found.target.position]
        assert (row["correct"], row["wrong"], row["unit"]) == ("are", "is", "logits")
        assert row["value"] == pytest.approx(found.target.value, abs=1e-5)
        assert row["right"] == (found.target.value > 0)
        assert row["influence"] == pytest.approx(found.influence, abs=1e-5)
        mine = [one for one in patterns if one["number"] == row["number"]]
        assert [one["rank"] for one in mine] == list(range(len(found.patterns)))
        for one, pattern in zip(mine, found.patterns, strict=True):
            assert (one["source"], one["token"]) == (pattern.source, pattern.token)
            assert one["path_influence"] == pytest.approx(pattern.attention_influence, abs=1e-5)
            assert one["node_influence"] == pytest.approx(pattern.embedding_influence, abs=1e-5)
            steps = one["steps"]
            assert [step["layer"] for step in steps] == list(range(len(pattern.components)))
            assert tuple(step["from"] for step in steps) == pattern.nodes[:-1]
            assert tuple(step["to"] for step in steps) == pattern.nodes[1:]
            heads = tuple("skip" if s["head"] is None else s["head"] for s in steps)
            assert heads == pattern.components
            assert [s["influence"] for s in steps] == pytest.approx(
                pattern.attention_trail, abs=1e-5
            )
            for step, parts in zip(steps, pattern.attention_parts, strict=True):
                by = (step["value"], step["key"], step["query"])
                assert by == (3 * (None,) if parts is None else pytest.approx(parts, abs=1e-5))


def test_what_cannot_be_explained_is_kept_with_the_reason(tiny_masked_lm, whole):
    asked = [Question(TEXTS[number], Contrast("are", "is")) for number in FAILED]
    refused = [str(error) for error in explain_many(tiny_masked_lm, asked)]
    found = whole.table("errors").to_pylist()
    assert [row["reason"] for row in found] == refused
    assert [(row["id"], row["line"], row["text"]) for row in found] == [
        (f"row {n}", n + 1, TEXTS[n]) for n in FAILED
    ]


def test_pandas_polars_and_duckdb_read_the_tables(whole):
    folder = whole.folder.path
    steps = [row["steps"] for row in whole.table("patterns").to_pylist()]
    moved = sum(step["head"] is not None for some in steps for step in some)
    by_pandas = pd.read_parquet(folder / "patterns")
    assert [[dict(step) for step in some] for some in by_pandas["steps"]] == steps
    by_polars = polars.read_parquet(folder / "patterns" / "*.parquet")
    assert by_polars["steps"].to_list() == steps
    taken = polars.col("steps").struct.field("head").is_not_null()
    assert by_polars.explode("steps").select(taken.sum()).item() == moved
    query = f"""
        select count(*) from (select unnest(steps) as step from '{folder}/patterns/*.parquet')
        where step.head is not null
    """
    assert duckdb.sql(query).fetchall() == [(moved,)]
    for name in TABLES:
        assert polars.read_parquet(folder / name / "*.parquet").height == whole.table(name).num_rows
        known = pd.read_parquet(folder / name)
        assert list(known.columns) == [field.name for field in FIELDS[name]]


def test_every_column_says_what_it_holds(whole):
    for name in TABLES:
        file = next((whole.folder.path / name).glob("*.parquet"))
        written = pa.parquet.read_schema(file)
        assert written.equals(pa.schema(FIELDS[name]))
        assert all(field.metadata[b"description"] for field in written)
        assert json.loads(written.metadata[b"influence-patterns"])["version"] == 1


def test_a_class_is_asked_about_by_its_name_or_number(
    tiny_classifier_dir, tiny_classifier, tmp_path
):
    path = tmp_path / "rows.csv"
    path.write_text(
        "text,label\nthe old farmers .,2\nthe old farmers .,positive\n", encoding="utf-8"
    )
    found = ran(tiny_classifier_dir, path, tmp_path / "out").table("sentences").to_pylist()
    assert [row["correct"] for row in found] == [tiny_classifier.labels[2], "positive"]


def test_a_file_whose_name_is_not_unicode_is_an_input(tiny_masked_lm_dir, source, whole, tmp_path):
    odd = tmp_path / "rows \udcff.jsonl"
    try:
        odd.write_bytes(source.read_bytes())
    except OSError:
        pytest.skip("this file system has only names in Unicode")
    for _ in range(2):  # the second one finds what the first has kept
        found = ran(tiny_masked_lm_dir, odd, tmp_path / "out")
    assert found.run["input"] == whole.run["input"] | {"file": odd.name}
    assert found.table("sentences").equals(whole.table("sentences"))


def test_the_beginning_of_a_run_has_the_errors_of_its_own_parts(tiny_masked_lm_dir, tmp_path):
    """Only the last part has one, and so the only file of errors."""
    rows = ["the farmers [MASK] old ."] * 3 + ["no mask"]
    (tmp_path / "rows.txt").write_text("\n".join(rows), encoding="utf-8")
    run = ran(tiny_masked_lm_dir, tmp_path / "rows.txt", tmp_path / "out", part_size=2)
    assert list(First(run, 2).records("errors", ("number",))) == []
    assert list(First(run, 4).records("errors", ("number",))) == [[{"number": 3}]]


def is_worker(process) -> bool:
    """Whether it is forked from the process that this one has begun for its workers."""
    begun = " ".join(process.parent().cmdline())
    return "multiprocessing.forkserver" in begun and process.status() != psutil.STATUS_ZOMBIE


def test_workers_of_whom_one_is_killed_end_with_the_same_tables(
    tiny_masked_lm_dir, source, tmp_path
):
    """Of eight parts there are some left for whoever is killed after the first."""
    whole = ran(tiny_masked_lm_dir, source, tmp_path / "one", part_size=1)
    out, heard = tmp_path / "two", []
    asked = tiny_masked_lm_dir, source, out

    killed = []

    def kill_one(done, _total):
        if done and not killed:
            killed.append(next(filter(is_worker, psutil.Process().children(recursive=True))))
            killed[0].kill()

    with pytest.raises(ExplainerError, match=r"A worker has ended .*: what is done is kept"):
        ran(*asked, part_size=1, workers=2, progress=kill_one)
    assert 0 < len(Corpus.open(out).folder.done()) < 8
    ran(*asked, part_size=1, workers=2, progress=lambda *said: heard.append(said))
    assert contents(out) == contents(whole.folder.path)
    assert heard == sorted(heard)
    assert 0 < heard[0][0] < heard[-1][0] == 8


def run_until_killed(model, source, out, at):
    """In a process of its own: run, and end it like kill -9 at its n-th step of writing a file."""
    count = 0

    def step():
        nonlocal count
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1

    def rename(self, target, real=Path.replace):
        step()  # written, and not there yet
        found = real(self, target)
        step()  # there, and nothing after it
        return found

    Path.replace = rename
    ran(model, source, out)


FORK = get_context("forkserver")
FORK.set_forkserver_preload(["tests.corpus.test_run"])


def killed(model, source, out, at):
    """Whether the process was killed."""
    process = FORK.Process(target=run_until_killed, args=(model, source, out, at))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def test_killed_at_any_step_of_writing_a_run_goes_on_and_ends_with_the_same_tables(
    tiny_masked_lm_dir, source, whole, tmp_path
):
    wanted, at = contents(whole.folder.path), 0
    while killed(tiny_masked_lm_dir, source, out := tmp_path / str(at), at):
        for table, columns in FIELDS.items():  # whatever is there can be read
            for file in out.glob(f"{table}/*.parquet"):
                assert pd.read_parquet(file).columns.size == len(columns)
        done = Corpus.open(out).folder.done() if (out / "run.json").exists() else set()
        computed = []
        real = run_module.records_of

        def counted(model, rows, *rest, real=real, computed=computed):
            computed.append(rows[0].number // 3)
            return real(model, rows, *rest)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(run_module, "records_of", counted)
            ran(tiny_masked_lm_dir, source, out)
        assert contents(out) == wanted
        assert computed == [part for part in range(3) if part not in done]
        at += 1
    assert at == 2 * (1 + 3 + 3 + 2)  # run.json, three parts of two tables, two of errors


def test_killed_at_random_moments_twenty_times_a_run_ends_with_the_same_tables(
    tiny_masked_lm_dir, source, whole, tmp_path
):
    rng, out, kills = random.Random(0), tmp_path / "killed", 0
    begun = time.monotonic()
    FORK.Process(target=ran, args=(tiny_masked_lm_dir, source, tmp_path / "timed")).run()
    took = time.monotonic() - begun
    while kills < 20:
        process = FORK.Process(target=ran, args=(tiny_masked_lm_dir, source, out))
        process.start()
        process.join(rng.uniform(0, 2 * took))
        process.kill()
        process.join()
        kills += process.exitcode != 0
        if process.exitcode == 0:  # it came to its end: once more from the beginning
            assert contents(out) == contents(whole.folder.path)
            out = tmp_path / f"killed {kills} {rng.random()}"
    ran(tiny_masked_lm_dir, source, out)
    assert contents(out) == contents(whole.folder.path)


def test_the_document_says_what_every_column_holds():
    document = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8")
    for columns in (*FIELDS.values(), STEP):
        for field in columns:
            said = field.metadata[b"description"].decode()
            assert f"| `{field.name}` | {said} |" in document

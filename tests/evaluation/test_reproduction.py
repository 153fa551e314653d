"""The document of the paper's evidence is of what is stored, and what is stored of its runs."""

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from benchmarks import evidence
from benchmarks.paper.document import DOCUMENT, sections
from benchmarks.paper.figures import FIGURES, scenes
from benchmarks.paper.stored import measured, read, store
from benchmarks.paper.tables import model_tables
from docs.marks import filled
from explainer import ExplainerError
from explainer.base.assets import EVALUATION
from explainer.evaluation.evidence.protocols.measured import PROTOCOLS_FILE, read_protocols
from explainer.evaluation.evidence.report import FINDINGS, findings_json, report
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.evidence.tables import tables_of
from explainer.evaluation.question import cluster_of
from explainer.evaluation.reading.cases import Columns, Sentences, cases_of
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.svg import to_svg
from tests.evaluation.lines import cut, line

STORED = read()


def test_figures_are_drawn_from_the_stored_results():
    drawn = scenes(STORED.numbers, STORED.forms)
    assert set(drawn) == {"skip-by-block", "consistency-agreement"}  # sentiment has four forms
    for name, (title, scene) in drawn.items():
        svg = to_svg(scene, palette(False).surface, title, title)
        assert (FIGURES / f"{name}.svg").read_text(encoding="utf-8") == svg


def test_the_document_says_what_the_stored_results_say():
    made = sections(STORED)
    assert set(made) == {"agreement", "sentiment", "verdicts"}
    assert filled(DOCUMENT, made) == DOCUMENT.read_text(encoding="utf-8")
    assert "| sva-obj | 1,000 | 30 | 0 |" in made["agreement"]  # sentences, nouns, left out
    assert "Refuted by:" in made["verdicts"]


def test_the_tables_of_sanity_in_the_document_are_of_the_stored_protocols():
    made = evidence.sections(read_protocols(EVALUATION / PROTOCOLS_FILE))
    assert filled(DOCUMENT, made) == DOCUMENT.read_text(encoding="utf-8")
    assert made["sanity"].count("| a word reworded |") == 2


def test_stored_findings_are_those_of_the_stored_numbers():
    assert findings_json(STORED.findings) == (EVALUATION / FINDINGS).read_text(encoding="utf-8")


def test_a_document_without_a_place_for_what_is_made_is_refused(tmp_path):
    (tmp_path / "page.md").write_text("<!-- made: other -->\n\n<!-- end -->", encoding="utf-8")
    new = filled(tmp_path / "page.md", {"other": "new"})
    assert new == "<!-- made: other -->\nnew\n<!-- end -->"
    with pytest.raises(SystemExit, match="no place for agreement"):
        filled(tmp_path / "page.md", {"agreement": "new"})


def test_stored_numbers_say_of_how_many_nouns_they_are():
    numbers = STORED.numbers
    runs = [r for r in STORED.about if r["model"] == "agreement"]
    nouns: set[str] = set()
    for run in runs:
        asked = Sentences(**{**run["sentences"], "columns": Columns()})
        of_task = {cluster_of(case) for case in cases_of(asked, run["done"])}
        alike = (numbers["task"] == run["task"]) & (numbers["quantity"] == "accuracy")
        assert set(numbers.loc[alike, "clusters"]) == {len(of_task)}
        nouns |= of_task
    alike = (numbers["task"] == EVERY_TASK) & (numbers["quantity"] == "accuracy")
    assert set(numbers.loc[alike & (numbers["model"] == "agreement"), "clusters"]) == {len(nouns)}


def runs(folder, model, task, lines, file=None):
    """A run's folder as `evaluate` leaves it."""
    of = folder / task
    of.mkdir(parents=True)
    example = next(run for run in STORED.about if run["model"] == "agreement")
    described = {name: example[name] for name in ("schema", "options", "info", "fingerprint")}
    sentences = {**example["sentences"], "task": task, "file": file}
    described |= {"model": model, "sentences": sentences}
    (of / "run.json").write_text(json.dumps(described), encoding="utf-8")
    once = {"target": 3, "correct": "is", "wrong": "are", "seconds": 0.5}
    word = {
        **{"token": "a", "influence": 2.0, "embedding_influence": 0.5, "attention_influence": 0.25},
        **{"embedding_trail": [1.0, 0.5], "attention_trail": [0.5, 0.25]},
    }
    written = [
        {
            **{**one, **once, "model": model, "task": task},
            "patterns": [{**part, **word} for part in one["patterns"]],
        }
        for one in lines
    ]
    text = "".join(json.dumps(one) + "\n" for one in written)
    (of / "records.jsonl").write_text(text, encoding="utf-8")


@pytest.fixture
def stored(tmp_path):
    shutil.copytree(EVALUATION, tmp_path / "stored")
    return tmp_path / "stored"


def test_runs_of_a_model_take_the_place_of_what_is_stored_of_it(stored, tmp_path):
    new = [line(n, 4.0, 1.0) for n in range(12)]
    runs(tmp_path / "a", "sentiment", "one", new)
    runs(tmp_path / "b", "sentiment", "two", new)
    (found,) = measured(tmp_path / "a", tmp_path / "b")
    whole = store(found, stored)
    assert whole.models == ["agreement", "sentiment"]
    again = read(stored)
    kept = again.of("agreement")
    before = STORED.of("agreement").numbers
    pd.testing.assert_frame_equal(kept.numbers[before.columns], before, check_dtype=False)
    numbers = again.of("sentiment").numbers
    assert set(numbers["task"]) == {"one", "two", EVERY_TASK}
    assert set(numbers["n"]) == {12, 24}
    assert [run["task"] for run in again.of("sentiment").about] == ["one", "two"]
    assert findings_json(again.findings) == (stored / FINDINGS).read_text(encoding="utf-8")
    text = sections(again)["sentiment"]
    assert "| two | 12 |" in text
    assert "drawn" not in text


def test_a_file_of_ones_own_has_a_section_and_is_not_stored(tmp_path):
    runs(tmp_path, "sentiment", "own", [line(n, 4.0, 1.0) for n in range(12)], "own.csv")
    (found,) = measured(tmp_path)
    assert found.name == "own"
    assert set(sections(found)) == {"own"}
    with pytest.raises(ExplainerError, match="holds no evaluated sentences"):
        list(measured(tmp_path / "nowhere"))


def test_a_table_says_how_far_methods_are_from_the_patterns_in_the_same_sentences():
    new = [
        line(n, 4.0, 1.0, outcomes=[cut("pattern-heads", 1.0), cut("flow-heads", 0.2)])
        for n in range(12)
    ]
    found = report(tables_of(new))
    text = "\n".join(model_tables(found.summary, found.consistency))
    row = next(part for part in text.splitlines() if "largest flow" in part and "– | – |" in part)
    assert row.startswith("| heads of largest flow | 12 |")
    old = replace(found, summary=found.summary.drop(columns=["beside", "beside_low"]))
    assert "same sentences" in text
    assert "same sentences" not in "\n".join(model_tables(old.summary, old.consistency))

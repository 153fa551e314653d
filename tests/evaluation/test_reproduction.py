"""The document of the paper's evidence is of what is stored: its figures, and what it prints."""

import json

import pandas as pd

from benchmarks.reproduction import FIGURES, printed, scenes
from benchmarks.stored import with_clusters
from explainer.base.assets import EVALUATION, ROOT
from explainer.evaluation.evidence.report import ABOUT, CONSISTENCY, SUMMARY
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.svg import to_svg

STORED = [pd.read_csv(EVALUATION / name) for name in (SUMMARY, CONSISTENCY)]


def test_figures_are_drawn_from_the_stored_results():
    drawn = scenes(*STORED)
    assert set(drawn) == {"skip-by-block", "consistency-agreement"}  # sentiment has four forms
    for name, (title, scene) in drawn.items():
        svg = to_svg(scene, palette(False).surface, title, title)
        assert (FIGURES / f"{name}.svg").read_text(encoding="utf-8") == svg


def test_rows_of_the_document_are_those_of_the_stored_results():
    text = (ROOT / "docs" / "reproduction.md").read_text(encoding="utf-8")
    (lines,) = (found for model, found in printed(*STORED) if model == "agreement")
    rows = [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines if line.startswith("| sva-")]
    assert len(rows) > 12
    assert [row for row in rows if row not in text] == []


def test_stored_numbers_say_of_how_many_nouns_they_are():
    numbers = STORED[0]
    about = json.loads((EVALUATION / ABOUT).read_text(encoding="utf-8"))
    few = numbers[numbers["n"] <= 600].drop_duplicates(["model", "task", "n"])
    assert len(few) > 10
    assert with_clusters(few, about)["clusters"].tolist() == few["clusters"].tolist()
    own = [{**run, "sentences": {**run["sentences"], "file": "own.csv"}} for run in about]
    assert with_clusters(few, own)["clusters"].isna().all()
    less = [{**run, "left_out": 1} for run in about]
    assert with_clusters(few, less)["clusters"].isna().all()
    one = [{**run, "left_out": int(run["task"] == "sva-obj")} for run in about]
    of_agreement = few[few["model"] == "agreement"]
    told = with_clusters(of_agreement, one).groupby("task")["clusters"].count()
    assert told[EVERY_TASK] == told["sva-obj"] == 0
    assert told["sva-subj"] > 0

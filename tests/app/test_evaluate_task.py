"""The evaluate page's task section without a browser: stored results, and measuring."""

import json
import shlex
from functools import partial

import pandas as pd
import pytest

from explainer import ExplainerError, load_model
from explainer.app.compute import server, waiting
from explainer.app.evaluate import live
from explainer.app.evaluate.choices import ABOUT, OWN_FILE, inquiry_from_query
from explainer.app.evaluate.figures import ICONS
from explainer.app.evaluate.results import stored_results
from explainer.app.evaluate.snippet import task_command
from explainer.app.state.choices import FAIREST
from explainer.app.widgets import running as runs
from explainer.base import assets
from explainer.cli.arguments import settings_of
from explainer.cli.main import _parser
from explainer.evaluation.evidence.report import write_report
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.reading.cases import Sentences
from explainer.evaluation.run import Run, evaluate
from explainer.results.settings import Settings
from explainer.tasks import KINDS
from tests.app.evaluating import measured, open_task, said, specs, widget
from tests.ui import alts, checked, opened, query

NBSP = "\N{NO-BREAK SPACE}"
FIGURES = ("Right answers that stay right", "Share of influence that the paths carry", "Skip")


@pytest.fixture
def page(tiny_masked_lm_dir):
    """A function that opens the section with a tiny masked LM and further link parameters."""
    return partial(open_task, tiny_masked_lm_dir)


@pytest.fixture(scope="module")
def results(tiny_masked_lm_dir, tmp_path_factory):
    """The folder that `explainer evaluate` leaves for two tasks of the tiny model."""
    folder = tmp_path_factory.mktemp("results")
    model = load_model(str(tiny_masked_lm_dir))
    options = EvaluationOptions(settings=Settings(points=2, rule="trapezoid"))
    for task in ("sva-obj", "sva-simple"):
        run = Run(str(tiny_masked_lm_dir), Sentences(task=task), options)
        evaluate(run, model, 45 if task == "sva-obj" else 9, folder / task)
    write_report(folder)
    return folder


@pytest.fixture
def stored(monkeypatch, results) -> None:
    """The project's own results are those of the tiny model."""
    monkeypatch.setattr(assets, "EVALUATION", results)


@pytest.mark.usefixtures("stored")
def test_stored_results_are_shown_for_all_tasks_and_for_one(page, results):
    test = page()
    assert not test.error
    assert said(test, "The project’s own results: 9 to 45 sentences of a task, 2 trapezoid points")
    assert said(test, "trapezoid points, staged search.")
    kept, carried = (alt.split(":")[0] for alt in alts(test)[:2])
    assert (kept, carried) == (f"{FIGURES[0]}, with zero (off the data) elsewhere", FIGURES[1])
    assert len(alts(test)) == 4
    table = pd.read_csv(results / "summary.csv")
    for task in (EVERY_TASK, "sva-simple"):
        checked(widget(test, "selectbox", "task").set_value(task).run())
        row = table[
            (table["task"] == task)
            & (table["quantity"] == "retained accuracy")
            & (table["method"] == "pattern")
            & (table["level"] == "embedding")
            & (table["words"] == "all")
            & (table["replacement"] == "zero")
        ].iloc[0]
        written = f"{100 * row['value']:.1f}\u00a0%"
        # Their nouns are told apart though the tiny vocabulary spells them with the same pieces.
        many = task == EVERY_TASK
        assert (row["clusters"] >= 10) == many
        assert pd.notna(row["low"]) == many
        assert f"{written}{NBSP}[" in alts(test)[0] if many else f"{written} with" in alts(test)[0]
        labels = [part.label for part in test.expander]
        alone = [label for label in labels if " alone: " in label]
        assert len(alone) == (0 if task == EVERY_TASK else 3)
        few = "n = 9: fewer than 10 are too few for an interval."
        assert said(test, few) == (task == "sva-simple")
        assert not said(test, "all about fewer than 10 nouns")
    assert query(test) == {
        "about": "task",
        "points": "3",
        "task": "sva-simple",
        "replacement": "zero",
    }
    assert said(test, "needs at least 10 sentences")


@pytest.mark.usefixtures("stored")
def test_every_finding_is_said_beside_its_figure(page, results):
    found = page()
    texts = [text.value.replace("\\", "") for text in found.markdown]
    captions = [caption.value.replace("\\", "") for caption in found.caption]
    findings = json.loads((results / "findings.json").read_text(encoding="utf-8"))
    assert len(findings) == 3
    for finding in findings:
        first, *others = finding["says"].split("\n")
        mark = "- " if others else ""
        assert "\n".join(mark + point for point in (first, *others)) in texts
    for finding in findings:
        assert finding["tests"]
        assert f"Refuted by: {finding['refuted_by']} {finding['favours']}".strip() in captions
        word = finding["verdict"]
        assert f"{ICONS[word]} **{word.capitalize()}**" in texts
        lines = []
        for test in finding["tests"]:
            word = f"{ICONS[test['word']]} **{test['word'].capitalize()}**"
            lines.append(f"- {word}: {test['test']}. {test['why']}")
        assert "\n".join(lines) in texts
    claims = {header.value for header in found.subheader}
    assert claims == {f"The paper: “{finding['claim'].rstrip('.')}”" for finding in findings}


@pytest.mark.usefixtures("stored")
def test_toggles_change_the_figures(page):
    test = page()
    before = specs(test)
    for kind, name, value in (
        ("segmented_control", "level", "attention"),
        ("segmented_control", "mode", "remove"),
        ("segmented_control", "measure", "Q"),
        ("selectbox", "replacement", "baseline"),
    ):
        checked(widget(test, kind, name).set_value(value).run())
        assert specs(test)[0] != before[0]
        before = specs(test)
    assert alts(test)[0].startswith(
        "Share of Q that is left, with the baseline's values in their place: "
    )
    assert "without as many random heads at the same nodes" in alts(test)[0]
    checked(widget(test, "segmented_control", "entropy").set_value("component entropy").run())
    assert "component entropy" in alts(test)[3]


@pytest.mark.usefixtures("stored")
def test_a_replacement_without_results_falls_back(page):
    test = page(replacement="mean")
    assert widget(test, "selectbox", "replacement").value == "baseline"
    assert len(alts(test)) == 4
    said = "These results have nothing with “its mean over other sentences”: shown is “its value"
    assert [caption for caption in test.caption if caption.value.startswith(said)]
    assert query(test)["replacement"] == "baseline"
    again = page(**{name: value for name, value in query(test).items() if name == "replacement"})
    assert not [caption for caption in again.caption if caption.value.startswith(said)]
    assert alts(again) == alts(test)
    # It stays chosen for the sentence, for which there are numbers with it.
    checked(widget(test, "segmented_control", "about").set_value("sentence").run())
    assert query(test)["replacement"] == "mean"


def test_a_link_that_names_a_section_alone_begins_with_what_is_fairest():
    for about in ABOUT:
        found, notes = inquiry_from_query({"about": about})
        assert (found.asked.replacement, notes) == (FAIREST, ())
    found, (note,) = inquiry_from_query({"about": "protocols", "measured": "effect"})
    assert note.startswith("The link asks for measured 'effect', which is not possible")
    assert found.measured == ""


@pytest.mark.parametrize("damage", ["missing", "torn"])
def test_missing_files_are_an_error_and_measuring_still_works(page, monkeypatch, tmp_path, damage):
    if damage == "torn":
        for name in ("summary.csv", "consistency.csv"):
            (tmp_path / name).write_text("model\n", encoding="utf-8")
        (tmp_path / "findings.json").write_text("[{", encoding="utf-8")
    monkeypatch.setattr(assets, "EVALUATION", tmp_path)
    test = page(n="10", task="sva-simple")
    (error,) = test.error
    assert "Fetch the project's files again" in error.value.replace("\\", "")
    assert not alts(test)
    test = measured(checked(test.button(key="start").click().run()))
    assert len(alts(test)) == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("about.json", "[null]"),
        ("about.json", '[{"model": "agreement", "evaluated": 1, "options": {"settings": 3}}]'),
        ("findings.json", '[{"model": "agreement", "tests": [{}]}]'),
        ("findings.json", "[" * 50_000),
        ("summary.csv", "model,task\nagreement,sva-obj\n"),
        ("consistency.csv", "a,b\n1,2\n"),
    ],
)
def test_a_damaged_file_of_the_stored_results_is_said(monkeypatch, tmp_path, name, content):
    for file in assets.EVALUATION.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.setattr(assets, "EVALUATION", tmp_path)
    with pytest.raises(ExplainerError, match=f"{name} is missing or damaged"):
        stored_results("agreement")


@pytest.mark.usefixtures("stored")
def test_a_model_without_stored_results_is_measured(tiny_masked_lm_dir):
    other = f"{tiny_masked_lm_dir}/."  # the same weights under a name of their own
    test = opened(
        other, "evaluate", about="task", points="2", rule="trapezoid", n="10", task="sva-obj"
    )
    assert said(test, "There are no results of this model yet")
    assert not alts(test)
    test = measured(checked(test.button(key="start").click().run()))
    assert said(
        test,
        "Measured just now on 10 sentences of sva-obj, 2 trapezoid points, joint search, beam 4.",
    )
    assert alts(test)
    checked(widget(test, "selectbox", "task").set_value("sva-pp").run())
    assert not alts(test)
    assert not said(test, "Measured just now")


@pytest.mark.usefixtures("stored")
def test_measuring_is_stopped_gone_on_with_and_taken_back(page):
    test = page(n="10", task="sva-obj")
    own = alts(test)
    checked(test.button(key="start").click().run())
    running = test.session_state[live.KEPT]
    assert running.running
    assert alts(test) == own
    runs.advance(running)
    runs.advance(running)
    checked(test.button(key="stop").click().run())
    assert not running.running
    assert said(test, "Measured just now on 2 sentences")
    assert alts(test) != own
    (go_on,) = [button for button in test.button if "Go on (8 sentences left)" in button.label]
    checked(go_on.click().run())
    assert running.running
    test = measured(test)
    assert said(test, "Measured just now on 10 sentences")
    assert not any("Go on" in button.label for button in test.button)
    (back,) = [button for button in test.button if "Back to" in button.label]
    checked(back.click().run())
    assert alts(test) == own


def test_all_tasks_are_measured_in_turn(page):
    test = page(n="10")
    checked(test.button(key="start").click().run())
    cases = test.session_state[live.KEPT].cases
    assert [case.kind for case in cases] == [*KINDS, *KINDS[:2]]
    test = measured(test)
    lines = test.session_state[live.KEPT].lines
    # The tiny vocabulary has no himself.
    left_out = [line["task"] for line in lines if "left_out" in line]
    assert "reflexive-number" in left_out
    assert "sva-simple" not in left_out
    assert said(test, f"Measured just now on {10 - len(left_out)} sentences of all tasks")


@pytest.mark.usefixtures("stored")
def test_a_measurement_of_another_task_is_stopped(page):
    test = page(n="10", task="sva-obj")
    checked(test.button(key="start").click().run())
    running = test.session_state[live.KEPT]
    checked(widget(test, "selectbox", "task").set_value("sva-simple").run())
    assert not running.running
    assert said(test, "The project’s own results")


def test_where_too_many_wait_it_stops_with_a_reason(page, monkeypatch):
    test = page(n="10", task="sva-obj")
    checked(test.button(key="start").click().run())
    running = test.session_state[live.KEPT]
    monkeypatch.setattr(server.places(), "_most", 0)
    runs.measure(running, lambda: None)
    monkeypatch.undo()
    assert not running.running
    checked(test.run())
    assert said(test, "0 people are waiting for answers already")
    assert any("Go on (10 sentences left)" in button.label for button in test.button)


def test_a_run_that_is_cancelled_while_it_waits_stops_and_can_go_on(page, monkeypatch):
    test = page(n="10", task="sva-obj")
    checked(test.button(key="start").click().run())
    running = test.session_state[live.KEPT]
    runs.advance(running)
    state = {waiting.ASKED: waiting.RUN}
    monkeypatch.setattr(waiting.st, "session_state", state)
    waiting._cancel()
    runs.measure(running, lambda: None)
    assert len(running.lines) == 1
    runs.advance(running)  # it is no longer cancelled
    monkeypatch.undo()
    assert not running.running
    checked(test.run())
    assert any("Go on (8 sentences left)" in button.label for button in test.button)
    assert not test.error


def test_a_task_of_another_kind_of_model_gets_a_note(tiny_classifier_dir):
    test = opened(tiny_classifier_dir, "evaluate", about="task", task="sva-obj")
    assert said(test, "The task sva-obj is not for this model: sentiment is shown.")
    assert list(widget(test, "selectbox", "task").options) == ["sentiment", OWN_FILE]
    assert query(test)["task"] == "sentiment"  # what is shown
    assert test.session_state["inquiry"].task == "sva-obj"  # and this is again with its model
    assert not test.error


def test_a_model_that_is_not_there_is_refused_with_a_sentence():
    test = opened("/no/such/folder", "evaluate", about="task")
    (error,) = test.error
    assert "no model folder" in error.value.replace("\\", "")


def test_files_hold_all_tables_of_what_was_measured(page):
    test = measured(checked(page(n="10", task="sva-obj").button(key="start").click().run()))
    shown = test.session_state[live.KEPT].results()
    assert set(shown.tables) == {
        *("summary", "consistency", "sentences", "patterns", "outcomes", "carried"),
        "left_out",
    }
    assert len(shown.tables["sentences"]) == 10


@pytest.mark.parametrize("task", [EVERY_TASK, "sva-pp", OWN_FILE])
def test_the_command_measures_the_same(task):
    settings = Settings(points=7, rule="midpoint", keep_special=True)
    program, module, name, *words = shlex.split(task_command("a b", task, 30, settings))
    assert (program, module, name) == ("python", "-m", "explainer")
    options = _parser().parse_args(words)
    assert (options.model, options.n, settings_of(options)) == ("a b", 30, settings)
    tasks = {EVERY_TASK: list(KINDS), "sva-pp": ["sva-pp"], OWN_FILE: []}
    assert options.task == tasks[task]
    assert (options.file is not None) == (task == OWN_FILE)

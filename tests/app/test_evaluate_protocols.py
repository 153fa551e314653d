"""The evaluate page's section about protocols: verdict first, figures, and measuring now."""

import shlex
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from explainer.app.evaluate.protocols import live
from explainer.app.evaluate.protocols.found import stored
from explainer.app.evaluate.snippet import protocol_command
from explainer.app.widgets import running as runs
from explainer.base import assets
from explainer.cli.arguments import settings_of
from explainer.cli.main import _parser
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.protocols.table import PROTOCOLS
from explainer.results.settings import Settings
from explainer.tasks import KINDS
from tests import ui
from tests.ui import alts, checked, opened, query


def page(model="agreement", **choices: str) -> AppTest:
    return opened(model, "evaluate", about="protocols", **choices)


def widget(test: AppTest, kind: str, name: str):
    return ui.widget(test, kind, name, "evaluate")


def texts(test: AppTest) -> str:
    every = (*test.markdown, *test.caption, *test.info, *test.warning, *test.error)
    return "\n".join(part.value.replace("\\", "") for part in every)


def verdict(test: AppTest) -> str:
    words = ("**Confirmed**", "**Not confirmed**", "**Cannot tell**")
    (said,) = [m.value.replace("\\", "") for m in test.markdown if any(w in m.value for w in words)]
    return said


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("model", ["agreement", "sentiment"])
def test_each_protocol_has_its_verdict_two_figures_and_its_command(model, name):
    test = page(model, protocol=name)
    assert not test.error
    assert not test.info
    assert len(alts(test)) == 2
    assert " -" not in "".join(alts(test))  # for numbers have a true minus sign
    said = verdict(test)
    assert "sentences, " in said
    assert "lexemes)" in said
    assert "[" in said
    assert "Refuted by: " in texts(test)
    assert "The project’s own results: " in texts(test)
    (code,) = test.code
    assert f"--protocols {name}" in code.value
    assert test.subheader[0].value.replace("\\", "").replace("’", "'") == PROTOCOLS[name].asks
    assert query(test) == {"about": "protocols", "replacement": "zero"} | (
        {} if name == "words" else {"protocol": name}
    )


def test_choices_change_verdict_and_figures_and_stay_in_the_link():
    test = page(protocol="edges")
    first = verdict(test)
    assert "Influence predicts how much a cut does" in first
    checked(widget(test, "selectbox", "measured").set_value("effect").run())
    assert "Cutting a pattern’s own head does more" in verdict(test)
    checked(widget(test, "segmented_control", "of").set_value("node").run())
    assert "a head at its node" in alts(test)[0]
    checked(widget(test, "selectbox", "instead").set_value("zero").run())
    assert query(test)["instead"] == "zero"
    own = verdict(test)
    checked(widget(test, "toggle", "redrawn").set_value(True).run())
    assert verdict(test) != own
    assert "benchmarks.redrawn agreement redrawn-agreement" in test.code[0].value
    again = opened("agreement", "evaluate", **query(test))
    assert verdict(again) == verdict(test)


def test_the_fairest_replacement_is_first_and_zero_last():
    assert list(widget(page(protocol="paths"), "selectbox", "instead").options) == [
        *("the minimal pair’s", "the mean", "the baseline’s", "zero")
    ]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_what_is_measured_is_said(name):
    assert widget(page(protocol=name), "selectbox", "measured").help


def test_every_method_stands_beside_the_best_in_numbers():
    test = page()
    said = texts(test)
    (table,) = [part.body for part in test.get("html") if "<th scope" in part.body]
    for method in ("DecompX, head linearised", "ALTI", "Value Zeroing", "random order"):
        assert f'<th scope="row">{method}</th>' in table
    assert "seconds a sentence ↓</th>" in table
    assert "<b>0.94" in table
    assert "favour the methods that are computed with [MASK]" in said


def test_what_is_stored_of_all_tasks_stands_for_one_and_it_is_said():
    assert "of sva-obj by itself there are none" in texts(page(protocol="paths", task="sva-obj"))
    assert "40 sentences of sva-obj" in texts(page(protocol="words", task="sva-obj"))


def test_a_protocol_is_measured_stopped_and_gone_on_with(tiny_masked_lm_dir):
    test = page(tiny_masked_lm_dir, task="sva-obj", points="2", rule="trapezoid", few="10")
    assert "There are no results of this model yet" in texts(test)
    assert not alts(test)
    checked(test.button(key="start").click().run())
    running = test.session_state[live.KEPT]
    assert running.running
    assert runs.progress(running).startswith("0 of 10 sentences, about ")
    for _ in range(2):
        runs.advance(running)
    checked(test.button(key="stop").click().run())
    assert "Measured just now on 2 sentences of sva-obj" in texts(test)
    assert "fewer than 10 are too few for an interval" in verdict(test)
    (go_on,) = [button for button in test.button if "Go on (8 sentences left)" in button.label]
    checked(go_on.click().run())
    runs.measure(running, lambda: None)
    checked(test.run())
    assert "Measured just now on 10 sentences of sva-obj" in texts(test)
    assert "--n 10 --protocols words" in test.code[0].value
    checked(widget(test, "segmented_control", "protocol").set_value("paths").run())
    assert not alts(test)
    assert "Measured just now" not in texts(test)


def test_own_results_come_back_after_measuring():
    test = page(protocol="sanity", points="2", rule="trapezoid", few="10")
    own = verdict(test)
    checked(test.button(key="start").click().run())
    running = test.session_state[live.KEPT]
    assert running.task == EVERY_TASK
    runs.advance(running)
    checked(test.button(key="stop").click().run())
    assert verdict(test) != own
    (back,) = [button for button in test.button if "Back to" in button.label]
    checked(back.click().run())
    assert verdict(test) == own


def test_where_nothing_was_measured_the_results_that_are_shown_are_named():
    def origin(test: AppTest) -> str:
        (said,) = [line for line in texts(test).splitlines() if "The project’s own results" in line]
        return said

    test = page(protocol="edges", points="2", rule="trapezoid", few="10")
    own = origin(test)
    checked(widget(test, "toggle", "redrawn").set_value(True).run())
    redrawn = origin(test)
    assert redrawn != own
    checked(test.button(key="start").click().run())
    checked(test.button(key="stop").click().run())
    assert test.session_state[live.KEPT].left == 10
    assert origin(test) == redrawn


def test_a_file_is_asked_for_before_it_is_measured(tiny_masked_lm_dir):
    test = page(tiny_masked_lm_dir, task="own file")
    checked(test.button(key="start").click().run())
    assert any("upload a file first" in error.value for error in test.error)


def test_a_damaged_file_is_said(monkeypatch, tmp_path):
    for file in assets.EVALUATION.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "protocols.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    monkeypatch.setattr(assets, "EVALUATION", tmp_path)
    test = page()
    (error,) = test.error
    assert "protocols.csv is missing or damaged" in error.value.replace("\\", "")
    assert not alts(test)


def test_the_task_section_leads_to_protocols():
    test = opened("agreement", "evaluate", about="task")
    checked(test.button(key="to_protocols").click().run())
    assert query(test)["about"] == "protocols"
    assert verdict(test)


@pytest.mark.parametrize("tasks", [KINDS, ("sva-pp",), ("own file",)])
def test_the_command_measures_the_same(tasks):
    settings = Settings(points=7, rule="midpoint")
    words = shlex.split(protocol_command("a b", tasks, 30, "edges", settings))
    options = _parser().parse_args(words[3:])
    assert (options.model, options.n, settings_of(options)) == ("a b", 30, settings)
    assert options.protocols == "edges"
    assert options.task == ([] if tasks == ("own file",) else list(tasks))


def test_where_none_were_stored_they_are_measured(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "EVALUATION", tmp_path)
    assert stored().of("agreement", "sva-obj", "words") is None


DEEP = "[" * 50_000


@pytest.mark.parametrize("runs", ["[", "[]", DEEP, '[{"model": "agreement", "protocol": "words"}]'])
def test_runs_that_do_not_fit_the_table_are_said(monkeypatch, tmp_path, runs):
    for file in assets.EVALUATION.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "protocols.json").write_text(runs, encoding="utf-8")
    monkeypatch.setattr(assets, "EVALUATION", tmp_path)
    (error,) = page().error
    assert "protocols.json is missing or damaged" in error.value.replace("\\", "")


def test_a_sentence_with_hardly_any_cut_has_its_figures(tiny_masked_lm_dir):
    how = {"points": "2", "rule": "trapezoid", "protocol": "edges", "task": "own file"}
    test = page(tiny_masked_lm_dir, **how)
    rows = "text,correct,wrong\nfarmers [MASK],are,is\n"
    test.file_uploader(key="own_sentences").set_value(("own.csv", rows.encode(), "text/csv"))
    checked(checked(test.run()).button(key="start").click().run())
    runs.measure(test.session_state[live.KEPT], lambda: None)
    checked(test.run())
    assert "Measured just now on 1 sentence of own file" in texts(test)
    assert len(alts(test)) == 2
    assert not any("nan" in alt for alt in alts(test))


def test_dots_are_those_of_the_task_that_is_shown():
    kept = stored()
    one = kept.table.assign(task=kept.table["task"].replace(EVERY_TASK, "sva-obj"))
    found = replace(kept, table=one).of("agreement", "sva-obj", "edges")
    assert found is not None
    assert set(found.points["task"]) == {"sva-obj"}
    assert found.points["model"].eq("agreement").all()
    every = kept.of("agreement", EVERY_TASK, "edges")
    assert every is not None
    assert len(set(every.points["task"])) == 6

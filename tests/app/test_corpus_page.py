"""The corpus page without a browser: the example, runs, one's own sentences, groups and steps."""

import shutil
from functools import partial

import pytest

from explainer import Corpus, Edge, TaskSource, common_pattern, load_model, run_corpus
from explainer.app.corpus import live
from explainer.app.corpus.choices import Survey, survey_from_query
from explainer.app.corpus.panel import explored
from explainer.app.corpus.snippet import EXAMPLE_ROWS, EXAMPLE_TASK
from explainer.app.corpus.sources import known_run, runs
from explainer.app.corpus.tables import head_frame
from explainer.app.settings import CORPORA_VARIABLE as VARIABLE
from explainer.app.state.choices import Choices, from_query
from explainer.app.widgets import running as going
from explainer.base import assets
from explainer.corpus.along import taking
from explainer.corpus.common import Chosen
from explainer.corpus.tables import records_of
from explainer.figures.common.said import common_summary
from explainer.results.settings import Settings
from tests import ui
from tests.corpus.small import SETTINGS
from tests.folders import close
from tests.ui import alts, checked, opened, query

ROWS = "text,correct,wrong,group\n" + "\n".join(
    f"the {noun} [MASK] {word} .,are,is,{noun}"
    for noun in ("farmers", "assistant")
    for word in ("old", "the")
)


@pytest.fixture
def page(tiny_masked_lm_dir):
    """A function that opens the page with a tiny masked LM and further link parameters."""
    return partial(opened, tiny_masked_lm_dir, "corpus")


@pytest.fixture(scope="module")
def folder(tiny_masked_lm_dir, tmp_path_factory):
    """A folder of runs: one is whole, one damaged, and something else."""
    found = tmp_path_factory.mktemp("runs")
    (found / "rows.csv").write_text(ROWS, encoding="utf-8")
    how = {"settings": SETTINGS, "part_size": 2, "memory": "1 GB"}
    run_corpus(str(tiny_masked_lm_dir), found / "rows.csv", found / "few", **how)
    (found / "other").mkdir()
    (found / "bad").mkdir()
    (found / "bad" / "run.json").write_text("{", encoding="utf-8")
    return found


@pytest.fixture
def stored(folder, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


def said(test, text):
    kinds = ("caption", "info", "error", "warning", "markdown")
    shown = [item.value.replace("\\", "") for kind in kinds for item in getattr(test, kind)]
    shown += [block.proto.body for block in test.get("html")]
    return any(text in one for one in shown)


def widget(test, kind, name):
    return ui.widget(test, kind, name, "corpus")


def explained(test):
    """The page after its run has come to its end."""
    going.measure(test.session_state[live.KEPT], lambda: None)
    return checked(test.run())


def given(test, text):
    """One's own sentences, typed and begun."""
    widget(test, "text_area", "text").set_value(text)
    return checked(checked(test.run()).button(key="start").click().run())


def test_the_example_is_there_at_once(page):
    test = page()
    common = common_pattern(Corpus.open(assets.CORPUS / "sva-obj"))
    assert alts(test) == [common_summary(common)]
    assert said(test, "120 rows of sva-obj under agreement")
    assert said(test, "The strongest step that a head carries")
    assert query(test) == {}


def test_the_example_is_what_the_command_makes():
    run = Corpus.open(assets.CORPUS / EXAMPLE_TASK)
    source = TaskSource(EXAMPLE_TASK, EXAMPLE_ROWS)
    assert run.run["input"] == source.described
    assert run.rows_done == run.rows == EXAMPLE_ROWS
    model = load_model("agreement")
    assert run.run["model"]["fingerprint"] == model.fingerprint
    settings = Settings(**run.run["settings"])
    assert settings == Settings(search="joint")
    rows = list(source.rows())[:2]
    found = records_of(model, rows, settings, None, 10**9)
    sentences, patterns = (run.table(name).to_pylist() for name in ("sentences", "patterns"))
    for one, other in zip(found["sentences"], sentences, strict=False):
        assert one["influence"] == pytest.approx(other["influence"], abs=1e-4)
    ways = [
        [[(step["to"], step["head"]) for step in pattern["steps"]] for pattern in of]
        for of in (found["patterns"], [p for p in patterns if p["number"] < 2])
    ]
    assert ways[0] == ways[1]


def test_runs_of_the_server_are_named_and_read(page, stored):
    assert list(runs()) == ["bad", "few"]
    test = page(of="run:few")
    common = common_pattern(Corpus.open(stored / "few"))
    assert alts(test) == [common_summary(common)]
    assert said(test, "4 rows of rows.csv under")
    test = page(of="run:bad")
    assert "cannot be read" in test.error[0].value
    assert not alts(test)
    test = page(of="run:none")
    assert "There is no run 'none' on this server any more" in test.error[0].value.replace("\\", "")


def test_a_run_that_is_not_done_shows_what_there_is(page, stored, tmp_path, monkeypatch):
    shutil.copytree(stored / "few", tmp_path / "half")
    (tmp_path / "half" / "sentences" / "part-000001.parquet").unlink()
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    test = page(of="run:half")
    assert said(test, "2 of 4 rows, as far as the run has come, of rows.csv")
    shutil.copy(stored / "few" / "sentences" / "part-000001.parquet", tmp_path / "half/sentences")
    assert said(checked(test.run()), "4 rows of rows.csv under")


def test_a_run_that_goes_while_its_page_is_open_is_said(page, stored, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    for name in ("few", "closed"):
        shutil.copytree(stored / "few", tmp_path / "runs" / name)
    with monkeypatch.context() as one:
        close(one, tmp_path / "runs" / "closed")
        assert list(runs()) == ["few"]
    test = page(of="run:few")
    assert said(test, "4 rows of rows.csv under")
    part = tmp_path / "runs" / "few" / "sentences" / "part-000000.parquet"
    part.unlink()
    part.write_bytes(b"PAR1")
    checked(test.run())
    assert len(test.error) == 1
    assert "part-000000" in test.error[0].value.replace("\\", "")
    shutil.rmtree(tmp_path / "runs" / "few")
    checked(test.run())
    assert "There is no run 'few' on this server any more" in test.error[0].value.replace("\\", "")
    shutil.rmtree(tmp_path / "runs")
    checked(test.run())
    assert all("EXPLAINER_CORPORA names" in error.value.replace("\\", "") for error in test.error)


def test_a_folder_of_runs_that_is_none_is_said_and_the_example_stays(page, monkeypatch):
    monkeypatch.setenv(VARIABLE, "/no/such/folder")
    test = page()
    assert "EXPLAINER_CORPORA names '/no/such/folder'" in test.error[0].value.replace("\\", "")
    assert len(alts(test)) == 1


def test_groups_answers_and_words_choose_sentences(page, stored):
    test = page(of="run:few", group="farmers")
    run = Corpus.open(stored / "few")
    assert alts(test) == [common_summary(common_pattern(run, group="farmers"))]
    widget(test, "text_input", "word").set_value(" the ")
    test = checked(test.run())
    assert query(test)["word"] == "the"
    assert alts(test) == [common_summary(common_pattern(run, group="farmers", word="the"))]
    widget(test, "text_input", "word").set_value("none")
    test = checked(test.run())
    assert "No sentence of the run is of this choice" in test.error[0].value
    widget(test, "text_input", "word").set_value("")
    test = checked(test.run())
    widget(test, "selectbox", "group").set_value("assistant")
    test = checked(test.run())
    assert query(test)["group"] == "assistant"
    assert alts(test) == [common_summary(common_pattern(run, group="assistant"))]


def test_a_group_that_is_not_there_is_said(page, stored):
    test = page(of="run:few", group="gnus")
    assert said(test, "There is no group gnus among them")
    assert alts(test) == [common_summary(common_pattern(Corpus.open(stored / "few")))]


def test_two_groups_stand_beside_each_other_with_what_differs(page, stored):
    test = page(of="run:few", group="farmers", beside="assistant")
    run = Corpus.open(stored / "few")
    difference, *others = alts(test)
    assert "speaks more for the answer in" in difference
    assert others == [
        f"{name}: {common_summary(common_pattern(run, group=name))}"
        for name in ("farmers", "assistant")
    ]


def test_a_step_names_its_sentences_and_opens_one_in_explore(page):
    known = known_run("example")
    common = common_pattern(Corpus.open(assets.CORPUS / "sva-obj"))
    step = common.heads[0].strongest
    test = page(at=f"{step.layer},{step.source},{step.target},{step.component}")
    assert said(test, f"In {step.sentences:,} of 120 sentences")
    found = taking(known.sentences.found, Chosen(), step.place).strongest[0]
    link = explored(known, common, found)
    assert link is not None
    assert explored(known, common, found._replace(text="old " * 600)) is None
    chosen, notes = from_query(link)
    assert not notes
    assert (chosen.text, chosen.word, chosen.at) == (found.text, found.word, found.step)
    assert chosen.settings == known.settings
    there = checked(opened("agreement", None, **link))
    assert query(there)["at"] == link["at"]  # the step is one of Explore's too
    assert not there.info


def test_a_step_that_the_sentences_do_not_take_is_said(page):
    test = page(at="0,1,9,3")
    assert said(test, "The selected step is taken in none of these sentences")


def test_ones_own_sentences_are_explained_and_what_cannot_be_is_named(page):
    test = page(of="own sentences", points="3", rule="trapezoid")
    assert not alts(test)
    test = explained(given(test, f"{ROWS}\nno mask here .,are,is,x"))
    assert said(test, "4 sentences of own sentences, explained just now under")
    assert said(test, "1 sentence of 5 could not be explained.")
    assert len(alts(test)) == 1
    assert "of" in query(test)
    common = live.Explaining.known(test.session_state[live.KEPT])
    assert [part[0]["correct"] for part in common.sentences.found.records("sentences")] == ["are"]


def test_what_was_typed_is_there_after_other_sentences_and_in_no_link(page):
    test = page(of="own sentences")
    widget(test, "text_area", "text").set_value("the farmers [MASK] old .")
    test = checked(test.run())
    for of in ("sva-obj", "own sentences"):
        widget(test, "selectbox", "of").set_value(of)
        test = checked(test.run())
    assert widget(test, "text_area", "text").value == "the farmers [MASK] old ."
    assert "text" not in query(test)


def test_a_file_is_read_where_nothing_is_typed(page):
    test = page(of="own sentences", points="3", rule="trapezoid")
    content = "the farmers [MASK] old .\nthe assistant [MASK] old .\n"
    test.file_uploader(key="corpus_file").set_value(("own.txt", content.encode(), "text/plain"))
    test = explained(checked(checked(test.run()).button(key="start").click().run()))
    assert said(test, "2 sentences of own sentences")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("  \n ", "There are no sentences yet"),
        ("no mask", "None of the sentences can be asked of this model. The first:"),
        ("text,correct,correct\na,b,c", "has two columns 'correct'"),
        ("the [MASK] \0 .", "None of the sentences can be asked"),
    ],
)
def test_what_is_no_sentence_is_refused(page, text, complaint):
    test = given(page(of="own sentences"), text)
    assert complaint in test.error[0].value.replace("\\", "")
    assert live.KEPT not in test.session_state


def test_what_is_kept_of_a_run_is_never_shown_of_another(page):
    """A later run may lie where an earlier one was in memory, with as many sentences."""
    names, first = set(), None
    for noun in ("farmers", "assistant", "farmers"):
        test = page(of="own sentences", points="3", rule="trapezoid")
        test = explained(given(test, f"the {noun} [MASK] old ."))
        names.add(test.session_state[live.KEPT].known().sentences.name)
        first = first or alts(test)
    assert len(names) == 3
    assert alts(test) == first


def test_no_more_than_so_many_are_taken(page):
    test = given(page(of="own sentences"), "the farmers [MASK] old .\n" * 230)
    running = test.session_state[live.KEPT]
    assert (len(running.cases), running.more) == (200, True)
    running.running = False


def test_a_task_is_explained_stopped_and_gone_on_with(page):
    test = page(model="agreement", of="sva-obj", n="10", points="2", rule="trapezoid")
    assert said(test, "Sentences of the task sva-obj are made and explained here")
    test = checked(test.button(key="start").click().run())
    running = test.session_state[live.KEPT]
    going.advance(running)
    going.advance(running)
    test = checked(test.button(key="stop").click().run())
    assert said(test, "2 sentences of sva-obj, explained just now")
    assert any("Go on (8 sentences left)" in button.label for button in test.button)


def test_a_task_is_asked_of_the_model_that_is_made_for_it(page):
    test = page(model="agreement")
    for task, model in (("sentiment", "sentiment"), ("sva-pp", "agreement")):
        widget(test, "selectbox", "of").set_value(task)
        test = checked(test.run())
        assert query(test)["of"] == task
        assert test.session_state["survey"].asked.model == model
    test = page()  # one's own model stays
    widget(test, "selectbox", "of").set_value("sentiment")
    test = checked(test.run())
    assert "tiny" in test.session_state["survey"].asked.model
    test = checked(test.button(key="start").click().run())
    assert "None of the sentences can be asked of this model" in test.error[0].value


def test_a_link_is_read_back_and_a_wrong_one_is_said():
    survey = Survey(
        asked=Choices(model="sentiment", points=4, rule="trapezoid"),
        of="run:few",
        n=50,
        group="a b",
        beside="c",
        answers="wrong",
        word="##s",
        share=7,
        at=Edge(1, 2, 3, 4),
    )
    assert survey_from_query(survey.to_query()) == (survey, ())
    wrong = {"of": "x", "n": "5000", "answers": "maybe", "share": "-1", "at": "1,2", "points": "no"}
    found, notes = survey_from_query(wrong)
    assert (found.of, found.n, found.answers, found.share) == ("example", 40, "all", 2)
    assert len(notes) >= 5


def test_heads_are_listed_strongest_first():
    frame = head_frame(common_pattern(Corpus.open(assets.CORPUS / "sva-obj")))
    assert list(frame["carries"]) == sorted(frame["carries"], reverse=True)
    assert (frame["block"].iloc[0], frame["head"].iloc[0]) == (3, 7)

"""Selecting a word, a node or a step: what goes together, what a link may ask, what is shown."""

from dataclasses import replace

import pytest

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.compute import server
from explainer.app.explore.selection import after_click, place_name, places, with_place, with_word
from explainer.app.explore.tables import step_frame
from explainer.app.state.choices import Choices, from_query
from explainer.app.state.place import read_place, written_place
from explainer.base.numbers import signed
from explainer.figures import View, summary
from explainer.figures.canvas.scene import Area
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.influence import together
from explainer.results.route import SKIP, Edge, Node
from tests.app import test_pages
from tests.app.test_pages import graph_alt, messages, plain_text, strip_values
from tests.figures import conftest
from tests.ui import checked, parts_bars, query, widget

page = test_pages.page
small = conftest.small
SHARED = Edge(1, 1, 3, 1)
"""The step that farmers and the hostile word share."""


def test_a_pattern_knows_what_it_passes(small):
    farmers, _, old, _ = small.patterns
    assert farmers.passes(Node(2, 3), "attention")
    assert not farmers.passes(Node(2, 4), "attention")
    assert farmers.passes(SHARED, "attention")
    assert farmers.passes(SHARED._replace(component=None), "attention")
    assert not farmers.passes(SHARED._replace(component=0), "attention")
    assert farmers.passes(SHARED._replace(component=0), "embedding")
    assert not old.passes(SHARED, "embedding")
    assert not old.passes(Node(99, 4), "attention")
    assert not old.passes(Edge(99, 4, 4, None), "attention")


@pytest.mark.parametrize(
    "place", [Node(0, 2), Node(12, 511), SHARED, Edge(0, 4, 4, "skip"), Edge(0, 4, 4, None)]
)
def test_a_place_survives_the_link(place):
    assert read_place(written_place(place)) == place
    found, notes = from_query(Choices(at=place).to_query())
    assert (found.at, notes) == (place, ())
    assert type(found.at) is type(place)


@pytest.mark.parametrize(
    "text",
    ["1", "1,2,3", "1,2,3,x", "-1,2", "1,2,3,skip", "1,²", "1,9999999", "<b>,1", "1,2,3,4,5"],
)
def test_what_is_no_place_is_refused_with_a_note(text):
    found, (note,) = from_query({"at": text})
    assert found.at is None
    assert "asks for at" in note


def test_a_place_keeps_every_pattern_through_it_in_front(small):
    view = View(minimum_share=0.4, place=SHARED)
    assert {p.source for p in Drawn.of(small, view).patterns} == {1, 2}
    assert {p.source for p in small.patterns if Drawn.of(small, view).leads(p)} == {1, 2}
    narrowed = replace(view, selected=2)
    assert {p.source for p in small.patterns if Drawn.of(small, narrowed).leads(p)} == {2}
    everything = replace(view, place=Node(3, 3))
    assert len(Drawn.of(small, everything).patterns) == len(small.patterns)
    assert not View().selects


@pytest.mark.parametrize("level", ["attention", "embedding"])
@pytest.mark.parametrize("place", [SHARED, SHARED._replace(component=None), Node(2, 3)])
def test_the_selected_place_is_outlined_once(small, level, place):
    ink = View().colours.ink

    def outlines(view: View) -> int:
        items = [item for stage in lay_out(Drawn.of(small, view)).stages for item in stage]
        return sum(isinstance(item, Area) and item.outline == ink for item in items)

    view = View(level=level, minimum_share=0)
    assert outlines(replace(view, place=place)) == outlines(view) + 1


def test_the_summary_says_what_passes(small):
    said = summary(small, "attention", None, SHARED)
    assert said.startswith("2 patterns pass through block 1, “farmers” → “[MASK]” by head 1")
    assert "“farmers” +0.50" in said
    assert "+0.80" in said
    assert said.count(". ") == 0  # one sentence
    assert said.endswith(".")
    assert summary(small, "attention", None, Node(1, 0)).startswith("No pattern passes")
    assert summary(small, "attention", 1, SHARED) == summary(small, "attention", 1)


def test_a_word_and_a_place_stay_together_only_where_they_fit(small):
    chosen = with_place(small, Choices(word=2), SHARED)
    assert (chosen.word, chosen.at) == (2, SHARED)
    assert with_place(small, Choices(word=4), SHARED).word is None
    assert with_word(small, chosen, 1).at == SHARED
    assert with_word(small, chosen, 4).at is None
    assert with_word(small, chosen, None).at == SHARED
    assert with_place(small, chosen, None).word == 2


def test_a_click_selects_and_a_second_one_unselects(small):
    def click(chosen: Choices, *data: object) -> Choices:
        return after_click(small, chosen, [{"customdata": list(data)}])

    once = click(Choices(), "edge", 1, *SHARED)
    assert (once.at, once.word) == (SHARED, None)
    assert click(once, "edge", 2, *SHARED).at is None
    node = click(once, "node", 1, 2, 3, 3, None)
    assert node.at == Node(2, 3)
    assert click(node, "node", None, 1, 0, 0, None) == node  # nothing passes there
    assert click(Choices(), "node", 4, 0, 4, 4, None).word == 4
    word = click(node, "token", 2, 0, 2, 2, None)
    assert (word.word, word.at) == (2, Node(2, 3))
    assert click(word, "token", 2, 0, 2, 2, None).word is None
    assert click(word, "flow", None, 0, 1, 1, None) == word
    assert after_click(small, word, [{}]) == word


def test_every_place_has_a_name_of_its_own(small):
    for level in ("attention", "embedding"):
        found = places(small.patterns, level)
        assert len({place_name(small, place) for place in found}) == len(found)
        assert SHARED._replace(component=1 if level == "attention" else None) in found


def shared_step(test, level="attention") -> tuple[Edge, list[int]]:
    """The step that most patterns of the page's sentence share below the last, and their words."""
    shown = compute.explanation(test.session_state["explore_last_request"])
    steps = [(edge, found) for edge, found in shown.by_edge(level) if edge.layer < 2]
    edge, found = max(steps, key=lambda step: len(step[1]))
    return edge, [p.source for p in found]


def passing(test):
    """The table of what passes the selected place."""
    (found,) = [t.value for t in test.dataframe if "of all that pass" in t.value.columns]
    return found


def test_a_selected_step_lives_in_the_link_and_survives_every_toggle(page, monkeypatch):
    edge, words = shared_step(page())
    test = page(at=written_place(edge))
    assert not messages(test)
    assert f"{len(words)} pattern" in graph_alt(test)
    assert len(passing(test)) == len(words)
    assert len(test.get("plotly_chart")) == 1
    assert len(parts_bars(test)) == (edge.component != SKIP)
    monkeypatch.setattr("explainer.app.compute.sentence.explain", None)
    for name, value in (("level", "embedding"), ("overlay", "both"), ("level", "attention")):
        checked(widget(test, "segmented_control", name).set_value(value).run())
        assert query(test)["at"] == written_place(edge)
    checked(widget(test, "slider", "share").set_value(40).run())
    assert query(test)["at"] == written_place(edge)
    assert not messages(test)
    checked(widget(test, "selectbox", "word").set_value(words[0]).run())
    assert query(test)["at"] == written_place(edge)
    assert len(passing(test)) == len(words)
    checked(test.button(key="show_all").click().run())
    assert not {"at", "word"} & query(test).keys()
    with pytest.raises(KeyError):
        test.button(key="show_all")


def test_a_head_says_how_it_carries_and_a_skip_does_not(page):
    shown = compute.explanation(page().session_state["explore_last_request"])
    steps = [(edge, found) for edge, found in shown.by_edge("attention")]
    shared = max((s for s in steps if s[0].component != SKIP), key=lambda step: len(step[1]))
    for edge, found in (shared, next(s for s in steps if s[0].component == SKIP)):
        test = page(at=written_place(edge))
        said = parts_bars(test)
        if edge.component == SKIP:
            assert not said
            continue
        value, key = (sum(p.attention_parts[edge.layer][part] for p in found) for part in (0, 1))
        assert f"{signed(value, 3)} by what" in said[0]
        assert f"{signed(key, 3)} by how much attention" in said[0]
        assert said[0] in [plain_text(shown.value) for shown in test.markdown]


def test_a_step_is_knocked_out_without_choosing_a_word_and_the_undo_is_plain(page):
    edge, _ = shared_step(page())
    test = page(at=written_place(edge))
    as_it_is = strip_values(test)
    for what in ("component", "step"):
        checked(widget(test, "segmented_control", "what").set_value(what).run())
        before, after, _ = strip_values(test)[len(as_it_is) :]
        assert before == signed(
            compute.explanation(test.session_state["explore_last_request"]).target.value
        )
        assert after != before
    checked(test.button(key="undo").click().run())
    assert strip_values(test) == as_it_is
    assert "what" not in query(test)


def test_a_what_if_that_cannot_be_computed_is_one_sentence(page, monkeypatch):
    edge, _ = shared_step(page())

    def busy(*_arguments, **_options):
        raise ExplainerError("8 computations are waiting already: try again in a minute.")

    monkeypatch.setattr("explainer.app.compute.explore.run_kept", busy)
    server.answers.clear()
    test = page(at=written_place(edge), what="step")
    (error,) = test.error
    assert "try again" in error.value
    assert len(test.dataframe) == 2  # the tables stay, of words and of what passes


def test_a_node_is_chosen_by_its_list_and_cut(page):
    test = page()
    shown = compute.explanation(test.session_state["explore_last_request"])
    node = Node(1, shown.patterns[0].nodes[1])
    checked(widget(test, "selectbox", "at").set_value(node).run())
    assert query(test)["at"] == written_place(node)
    assert f"“{shown.tokens[node.position]}” at hidden state 1" in plain_text(graph_alt(test))
    as_it_is = strip_values(test)
    checked(widget(test, "segmented_control", "what").set_value("step").run())
    before, after, _ = strip_values(test)[len(as_it_is) :]
    assert before != after


def test_the_engine_runs_once_for_a_sentence_whatever_is_toggled(page, monkeypatch):
    calls = []

    def counted(*arguments):
        calls.append(arguments)
        return trace(*arguments)

    trace = together.trace_together
    monkeypatch.setattr(together, "trace_together", counted)
    test = page(text="the bad assistants that the farmer loves [MASK] good .")
    assert len(calls) == 1
    edge, words = shared_step(test)
    for kind, name, value in (
        ("segmented_control", "level", "embedding"),
        ("segmented_control", "overlay", "both"),
        ("toggle", "merge", True),
        ("toggle", "special", False),
        ("slider", "share", 0),
        ("segmented_control", "level", "attention"),
        ("selectbox", "at", edge),
        ("selectbox", "word", words[0]),
        ("segmented_control", "what", "component"),
    ):
        checked(widget(test, kind, name).set_value(value).run())
    assert query(test)["at"] == written_place(edge)
    assert len(calls) == 1


def test_a_sentence_without_influence_says_so(page):
    test = page(text="[MASK]", keep_special="yes")
    (said,) = messages(test)
    assert "No word has any influence" in said
    assert "No word has any influence" in graph_alt(test)
    assert not test.dataframe


@pytest.mark.parametrize("at", ["9,9,9,9", "99,1", "1,99,2,any", "0,2,2,1"])
def test_a_place_that_nothing_passes_falls_back_with_a_note(page, at):
    test = page(at=at)
    for again in (test, test.run()):  # the page runs again once its width is known
        (said,) = messages(again)
        assert "it is no longer selected" in said
        assert "at" not in query(again)
    for level in ("embedding", "attention"):  # and back: nobody has asked for it again
        checked(widget(test, "segmented_control", "level").set_value(level).run())
        assert not messages(test)


def test_a_word_that_does_not_pass_the_links_place_stays_alone(page):
    edge, words = shared_step(page())
    shown = compute.explanation(page().session_state["explore_last_request"])
    other = next(p.source for p in shown.patterns if p.source not in words)
    test = page(at=written_place(edge), word=str(other))
    (said,) = messages(test)
    assert "only the word stays" in said
    assert query(test) == {"word": str(other)}


def test_the_table_of_steps_adds_up_to_what_patterns_carry(page):
    shown = compute.explanation(page().session_state["explore_last_request"])
    frame = step_frame(Drawn.of(shown, View(minimum_share=0)))
    assert len(frame) == len(shown.patterns) * shown.model.layers
    heads = frame[frame["by"] != "skip"]
    parts = heads[["value", "key", "query"]].sum(axis=1)
    assert parts.to_numpy(float) == pytest.approx(heads["carries"].to_numpy(), abs=1e-6)
    assert frame[frame["by"] == "skip"][["value", "key", "query"]].isna().all(axis=None)
    last = frame[frame["block"] == shown.model.layers - 1].set_index("position")["carries"]
    assert last.to_dict() == {p.source: p.attention_influence for p in shown.patterns}
    assert {tuple(row) for row in frame[["to", "to_token"]].to_numpy()} <= {
        *enumerate(shown.tokens)
    }


def test_a_late_click_brings_no_undone_cut_back(page):
    edge, _ = shared_step(page())
    test = page(at=written_place(edge), what="step")
    late = test._tree.get_widget_states()  # what a browser sends until it hears of the next run
    checked(test.button(key="undo").click().run())
    assert "what" not in query(test)
    checked(test._run(late))
    assert "what" not in query(test)

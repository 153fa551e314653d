"""The inspector: what it looks into, what a cut does in words and in the graph."""

from dataclasses import replace

import pytest

from explainer import Prediction
from explainer.app import compute
from explainer.app.explore import page as explore_page
from explainer.app.explore.inspector import what_if
from explainer.app.explore.inspector.beaten import SHOWN, beaten_table
from explainer.app.explore.inspector.effect import says_effect, says_odd
from explainer.app.explore.inspector.panel import UNSELECTED, says_step
from explainer.app.explore.inspector.subject import strongest_step, subject
from explainer.app.explore.rows import rows_of
from explainer.app.state.place import written_place
from explainer.base.numbers import signed
from explainer.figures import View
from explainer.figures.canvas import wording
from explainer.figures.canvas.scene import Label, Line
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.ways.cut import Cut
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Edge, Node
from explainer.results.step import step_of
from tests.app import test_pages
from tests.app.test_pages import graph_alt, plain_text
from tests.figures import conftest
from tests.ui import alts, checked, query, widget

page = test_pages.page
small = conftest.small


def explained(test):
    return compute.explanation(test.session_state["explore_last_request"])


def html(test) -> str:
    return " ".join(block.proto.body for block in test.get("html"))


def test_without_a_selection_it_is_the_strongest_step_of_the_strongest_word(page):
    test = page()
    found = explained(test)
    word = max(range(len(found.tokens)), key=lambda i: abs(found.influence[i]))
    pattern = next(p for p in found.patterns if p.source == word)
    edge = strongest_step(pattern)
    assert widget(test, "segmented_control", "step").value == edge.layer
    assert f"Block {edge.layer}, " in html(test)
    assert any(UNSELECTED in caption.value for caption in test.caption)
    assert not {"word", "at"} & query(test).keys()
    step = says_step(found, step_of(edge, (pattern,)))
    assert any(step == plain_text(said.value) for said in test.markdown)
    assert " %" not in step  # no line begins with the sign
    other = pattern.edges("attention")[(edge.layer + 1) % found.model.layers]
    checked(widget(test, "segmented_control", "step").set_value(other.layer).run())
    assert query(test) == {"word": str(word), "at": written_place(other)}
    assert not any(UNSELECTED in caption.value for caption in test.caption)


def test_the_strongest_step_is_one_that_a_head_moves(page):
    found = explained(page())
    for pattern in found.patterns:
        edge = strongest_step(pattern)
        moves = [
            (abs(carried), step)
            for step, carried in zip(
                pattern.edges("attention"), pattern.attention_trail, strict=True
            )
            if step.component != SKIP and step.source != step.target
        ]
        if moves:
            assert edge == max(moves, key=lambda move: move[0])[1]
        else:
            assert edge.source == edge.target


def test_a_cut_is_one_click_and_is_seen_in_the_graph(page):
    test = page()
    before = graph_alt(test)
    checked(test.button(key="cut").click().run())
    assert query(test) == {"what": "component"}
    found = explained(test)
    assert f"Q goes from {signed(found.target.value)} to " in graph_alt(test)
    assert "; without head" in html(test)
    assert "of Q is left" in html(test)
    with pytest.raises(KeyError):
        test.button(key="cut")
    checked(test.button(key="undo").click().run())
    assert graph_alt(test) == before
    assert query(test) == {}


def test_a_link_with_a_cut_shows_it_without_a_selection(page):
    assert "Q goes from" in graph_alt(page(what="component"))


def test_a_link_with_a_cut_draws_the_graph_before_the_cut_is_computed(page, monkeypatch):
    done = []

    def told(name, function):
        return lambda *a, **k: done.append(name) or function(*a, **k)

    drawn, cut = explore_page.graph, what_if.ablated
    monkeypatch.setattr(explore_page, "graph", told("graph", drawn))
    monkeypatch.setattr(what_if, "ablated", told("cut", cut))
    test = page(what="component")
    assert done == ["graph", "cut", "graph"]
    assert len(test.get("plotly_chart")) == len(
        {chart.proto.id for chart in test.get("plotly_chart")}
    )
    assert sum("Q goes from" in alt for alt in alts(test)) == 1
    done.clear()
    checked(test.run())  # its answer is kept: nothing has to be waited for
    assert done == ["cut", "graph"]


def test_a_node_is_cut_and_its_place_is_named(page):
    found = explained(page())
    node = Node(1, found.patterns[0].nodes[1])
    test = page(at=written_place(node))
    assert f"at hidden state {node.layer}" in html(test)
    assert test.button(key="cut").label == "Cut this node"
    checked(test.button(key="cut").click().run())
    assert query(test)["what"] == "step"
    assert "Without this node: Q goes from" in graph_alt(test)


def test_the_output_itself_cannot_be_cut(page):
    found = explained(page())
    test = page(at=written_place(Node(found.model.layers, found.target.position)))
    with pytest.raises(KeyError):
        test.button(key="cut")
    assert widget(test, "segmented_control", "what").options == [
        *("As it is", "Only the drawn patterns", "Without the drawn patterns"),
    ]


def test_where_the_head_looks_is_listed_with_the_step_among_it(page):
    test = page()
    attends = html(test).split("attends to")[1].split("</table>")[0]
    assert attends.count('class="ipe-lead"') == 1
    assert 6 <= attends.count("<tr") <= 7


def test_what_a_step_beat_is_listed_with_its_own_component_set_apart(page):
    found = explained(page())
    step = step_of(strongest_step(found.patterns[0]), found.patterns[:1])
    table = beaten_table(step)
    for component, value in step.ranked:
        assert f">{wording.component(component)}</th>" in table
        assert f"<td>{signed(value)}</td>" in table
    assert table.count("<tr") == len(step.ranked)
    assert table.count('-less"') == len(step.ranked) - 1
    assert table.count("<span") == sum(signed(value) != "0.00" for _, value in step.ranked)
    assert table in html(page())


def test_of_many_components_a_few_are_listed_and_always_the_steps_own():
    weak = Pattern(
        token="a", influence=1.0, nodes=(0, 0), embedding_influence=1.0,
        embedding_trail=(1.0,), components=(11,), attention_influence=0.5,
        attention_trail=(0.5,), attention_candidates=(tuple(range(13, 0, -1)),),
    )  # fmt: skip
    table = beaten_table(step_of(Edge(0, 0, 0, 11), [weak]))
    assert table.count("<tr") == SHOWN
    assert table.count("head 11<") == 1
    assert 'class="ipe-for"><th scope="row">head 11' in table


def test_what_is_folded_up_is_drawn_when_it_is_opened(page):
    test = page()
    figures, tables = len(alts(test)), len(test.dataframe)
    test.session_state["select"] = False
    assert not any(box.label == "Passing through" for box in checked(test.run()).selectbox)
    assert not any("Start from the pattern" in caption.value for caption in test.caption)
    for box in ("head_map", "blocks", "own_route", "select"):
        test.session_state[box] = True
    checked(test.run())
    assert any(box.label == "Passing through" for box in test.selectbox)
    assert any("Start from the pattern" in caption.value for caption in test.caption)
    (whole,) = [said for said in alts(test) if said.startswith("Attention of head")]
    assert "the marked step takes" in whole
    assert (len(alts(test)), len(test.dataframe)) == (figures + 1, tables + 2)


def words(**shares: float) -> tuple[Prediction, ...]:
    return tuple(
        Prediction(id=number, word=word, asked=word, logit=0.0, probability=share)
        for number, (word, share) in enumerate(shares.items())
    )


def test_what_a_cut_does_is_said_in_words(small):
    asked = replace(small.target, correct="are", wrong="is", value=7.5)
    assert says_effect(asked, 5.25, "Without head 7 of block 3") == (
        "“are” leads “is” by 7.50; without head 7 of block 3, “are” leads “is” by 5.25."
    )
    assert says_effect(asked, -0.5, "Without this step").endswith("“is” leads “are” by 0.50.")
    alone = replace(asked, wrong=None)
    assert says_effect(alone, -1.0, "Without this node") == (
        "“are” stands at 7.50 logits; without this node, “are” stands at −1.00 logits."
    )


def test_where_q_and_probability_part_it_is_said_why(small):
    asked = replace(small.target, correct="are", wrong="is", value=7.5)
    low, high = words(are=0.48, were=0.24), words(are=0.60, were=0.10)
    said = says_odd(asked, 5.0, low, high)
    assert said.startswith("“are” becomes likelier all the same, from 48 % to 60 %: Q compares")
    assert says_odd(asked, 8.0, high, low).startswith("“are” becomes less likely all the same")
    assert says_odd(asked, 8.0, low, high) is None
    assert says_odd(asked, 5.0, high, low) is None
    assert says_odd(asked, 5.0, low, words(were=0.9)) is None
    assert says_odd(replace(asked, wrong=None), 5.0, low, high) is None


SHARED = Edge(1, 1, 3, 1)


def strokes(explanation, view, cut) -> list[Line]:
    stages = lay_out(Drawn(explanation, view, cut=cut)).stages
    lines = [item for stage in stages for item in stage if isinstance(item, Line)]
    return [line for line in lines if line.x0 < line.x1 and line.y0 > line.y1]


@pytest.mark.parametrize("place", [SHARED, Node(2, 3), Edge(0, 4, 4, SKIP)])
@pytest.mark.parametrize("level", ["attention", "embedding"])
def test_what_is_cut_is_struck_out_once(small, place, level):
    view = View(minimum_share=0, level=level)
    assert not strokes(small, view, None)
    (halo, stroke) = strokes(small, view, Cut("Without it", 0.25, place))
    assert (halo.x0, halo.y0) == (stroke.x0, stroke.y0)
    labels = [
        item.text
        for stage in lay_out(Drawn(small, view, cut=Cut("Without it", 0.25, place))).stages
        for item in stage
        if isinstance(item, Label)
    ]
    assert "→ +0.25" in labels
    assert signed(small.target.value) in labels


def test_a_head_that_is_cut_everywhere_is_struck_out_at_each_of_its_steps(small):
    view = View(minimum_share=0)
    steps = {e for p in small.patterns for e in p.edges("attention") if (e[0], e[3]) == (1, 1)}
    cut = Cut("Without head 1 of block 1", 0.25, SHARED, everywhere=True)
    assert len(strokes(small, view, cut)) == 2 * len(steps)
    assert not strokes(small, view, Cut("Only the drawn patterns", 0.25))


def test_on_a_phone_the_graph_has_the_strokes_alone(small):
    view = View(minimum_share=0, width=320)
    assert len(strokes(small, view, Cut("Without it", 0.25, SHARED))) == 2


def test_a_subject_is_in_tokens_where_rows_are_words(small):
    pieces = replace(small, tokens=(*small.tokens[:2], f"##{small.tokens[2]}", *small.tokens[3:]))
    small = replace(
        pieces,
        patterns=tuple(replace(p, token=pieces.tokens[p.source]) for p in small.patterns),
    )
    rows = rows_of(small, merged=True)
    view = View(merge_pieces=True)
    found = subject(rows, view, rows.drawn(view))
    assert found.pattern in small.patterns
    assert not found.selected
    cut = Cut("Without it", 0.0, found.place)
    assert rows.cut(cut).place == rows.words.place(found.place)
    assert rows.cut(None) is None
    assert rows_of(small, merged=False).cut(cut) == cut

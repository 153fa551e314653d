"""Word pieces as one word: exact sums, nothing lost, and a page that can go back and forth."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from explainer import Settings, explain, load_model
from explainer.app.explore.rows import rows_of
from explainer.app.explore.selection import place_name
from explainer.app.explore.tables import pattern_file, pattern_frame, step_frame
from explainer.app.state.choices import Choices
from explainer.app.state.explored import explored_from_query
from explainer.app.state.place import written_place
from explainer.figures import View, pattern_graph, pattern_html, pattern_svg
from explainer.figures.canvas import wording
from explainer.figures.canvas.scene import Label
from explainer.figures.patterns import drawn as drawing
from explainer.figures.patterns.bars import values
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import drawn_summary
from explainer.results import merged
from explainer.results.merged import (
    has_pieces,
    merge_pieces,
    special_positions,
    token_at,
    word_rows,
)
from explainer.results.pattern import HeadParts
from explainer.results.route import Edge, Node
from tests.figures.made import small_explanation
from tests.ui import alts, checked, opened, query, widget

TEXT = "the unhappiest farmers [MASK] bad ."
WORD = 2
"""The row of `unhappiest`, whose pieces are tokens 2, 3 and 4."""


@pytest.fixture(scope="module")
def found(tiny_masked_lm):
    return explain(
        tiny_masked_lm, TEXT, correct="are", wrong="is", settings=Settings(points=4), flow=True
    )


def test_words_are_found_from_their_pieces():
    assert word_rows(("[CLS]", "un", "##happi", "##est", "a", "##s")) == (0, 1, 1, 1, 2, 2)
    assert word_rows(("[CLS]", "##s", "##", "a")) == (0, 1, 2, 3)
    assert word_rows(()) == ()


def test_every_sum_is_exact(found):
    words = merge_pieces(found)
    merged = words.explanation
    assert merged.tokens == ("[CLS]", "the", "unhappiest", "farmers", "[MASK]", "bad", ".", "[SEP]")
    assert merged.tokens[merged.target.position] == "[MASK]"
    assert merged.influence[WORD] == pytest.approx(sum(found.influence[2:5]), abs=1e-12)
    one, other = values(found, found.patterns), values(merged, merged.patterns)
    for piece in range(3):
        pieces = sum(one[source][piece] for source in (2, 3, 4))
        assert other[WORD][piece] == pytest.approx(pieces, abs=1e-12)
    assert {p.source for p in merged.patterns} == {words.rows[p.source] for p in found.patterns}


def test_flow_between_words_is_conserved(found):
    merged = merge_pieces(found).explanation
    np.testing.assert_allclose(merged.flow.layer_totals(), sum(found.influence), atol=1e-9)
    inner = found.flow.heads[:, :, 2:5, 2:5].sum(axis=(2, 3))
    np.testing.assert_allclose(merged.flow.heads[:, :, WORD, WORD], inner, atol=1e-12)
    np.testing.assert_allclose(merged.flow.skip[:, WORD], found.flow.skip[:, 2:5].sum(axis=1))


def test_heads_keep_the_models_precision_and_sums_of_them_do_not(tiny_masked_lm_dir, found):
    """Of a long text they are hundreds of megabytes."""
    model = load_model(str(tiny_masked_lm_dir))
    single = explain(model, TEXT, correct="are", wrong="is", settings=Settings(points=4), flow=True)
    assert found.flow.heads.dtype == np.float64
    assert single.flow.heads.dtype == np.float32
    assert merge_pieces(single).explanation.flow.heads.dtype == np.float32
    totals = single.flow.skip.sum(1) + single.flow.heads.astype(np.float64).sum((1, 2, 3))
    assert single.flow.layer_totals() == pytest.approx(totals, rel=1e-14)
    for_q, against = single.flow.by_sign()
    assert for_q + against == pytest.approx(totals, rel=1e-12)


def test_pieces_of_one_way_become_one_pattern_and_others_stay_apart(found):
    words = merge_pieces(found)
    routes = [words.route(p) for p in found.patterns]
    assert len(words.explanation.patterns) == len(set(routes))
    way = {"components": (0, 1, 0), "attention_parts": ()}
    same = [replace(p, nodes=(p.source, 5, 6, 6), **way) for p in found.patterns]
    together = merge_pieces(replace(found, patterns=tuple(same))).explanation.patterns
    (pattern,) = [p for p in together if p.source == WORD]
    pieces = [p for p in same if p.source in (2, 3, 4)]
    carried = sum(p.attention_influence for p in pieces)
    assert pattern.attention_influence == pytest.approx(carried)
    assert len(pattern.attention_trail) == found.model.layers


def test_parts_of_pieces_add_up(found):
    def with_parts(p, told=True):
        way = {"nodes": (p.source, 5, 6, 6), "components": (0, 1, "skip")}
        parts = (HeadParts(1.0, 0.25, 0.0), HeadParts(float(p.source), -0.5, 0.0), None)
        return replace(p, **way, attention_parts=parts if told else ())

    def merged_word(patterns):
        words = merge_pieces(replace(found, patterns=patterns)).explanation
        (pattern,) = [p for p in words.patterns if p.source == WORD]
        return pattern

    patterns = tuple(with_parts(p) for p in found.patterns)
    first, second, third = merged_word(patterns).attention_parts
    assert (first, second, third) == ((3.0, 0.75, 0.0), (2.0 + 3.0 + 4.0, -1.5, 0.0), None)
    assert isinstance(first, HeadParts)
    untold = tuple(with_parts(p, told=p.source != 3) for p in found.patterns)
    assert merged_word(untold).attention_parts == ()


def test_merging_draws_one_row_and_keeps_what_is_selected(found):
    view = View(minimum_share=0, merge_pieces=True, selected=3)
    scene = lay_out(Drawn.of(found, view))
    tokens = {spot.source for spot in scene.spots if spot.kind == "token"}
    assert tokens == set(range(8))
    assert "“unhappiest”" in drawn_summary(Drawn.of(found, view))
    assert ">unhappiest<" in pattern_svg(found, merge_pieces=True)
    assert ">##happi<" not in pattern_svg(found, merge_pieces=True)
    for share in (0, 0.1, 0.3):
        drawn = {p.source for p in Drawn.of(found, replace(view, minimum_share=share)).of_tokens}
        assert {2, 3, 4} <= drawn  # one is selected, and they are one word
        rows_drawn = merge_pieces(found).explanation.drawn(share)
        assert {merge_pieces(found).rows[source] for source in drawn} == {
            WORD,
            *(p.source for p in rows_drawn),
        }


@pytest.fixture
def merges(monkeypatch):
    """Every merge of word pieces, whoever asks for it."""
    calls = []
    names = merged.word_names
    monkeypatch.setattr(merged, "word_names", lambda *given: calls.append(given) or names(*given))
    return calls


@pytest.mark.parametrize("draw", [pattern_svg, pattern_html, pattern_graph])
def test_one_drawing_merges_once_and_only_where_it_is_asked_to(found, merges, draw):
    draw(found, selected=3, merge_pieces=True, overlay="both")
    assert len(merges) == 1
    draw(found, selected=3, merge_pieces=False, overlay="both")
    assert len(merges) == 1


def test_the_tokens_drawn_are_those_of_the_words_drawn(found, monkeypatch):
    """Also where there are so many patterns that only the strongest words are drawn."""
    monkeypatch.setattr(drawing, "MOST_STEPS", 2 * found.model.layers)
    drawn = Drawn.of(found, View(minimum_share=0, merge_pieces=True, selected=3))
    assert len(drawn.patterns) == 2 < len(drawn.wanted)
    assert {drawn.merged.route(p) for p in drawn.of_tokens} == {p.route for p in drawn.patterns}
    together = sum(p.attention_influence for p in drawn.of_tokens)
    assert together == pytest.approx(sum(p.attention_influence for p in drawn.patterns))


def test_special_tokens_can_be_left_out_of_words_and_bars(found):
    assert special_positions(found) == {0, 6, 9}
    view = View(minimum_share=0, hide_special=True, merge_pieces=False)
    assert not {p.source for p in Drawn.of(found, view).patterns} & {0, 6, 9}
    assert not {p.source for p in Drawn.of(found, view).listed} & {0, 6, 9}
    chosen = replace(view, selected=0)
    # What is selected is never hidden.
    assert 0 in {p.source for p in Drawn.of(found, chosen).patterns}


def test_a_selection_goes_into_rows_and_back(found):
    shown = rows_of(found, merged=True)
    at = Edge(0, 3, 4, 1)
    chosen = Choices(word=3, at=at)
    inside = shown.inside(chosen)
    assert (inside.word, inside.at) == (WORD, Edge(0, WORD, WORD, 1))
    assert shown.outside(chosen, inside) == chosen
    strongest = max((2, 3, 4), key=lambda i: abs(found.influence[i]))
    assert shown.outside(Choices(), Choices(word=WORD)).word == strongest
    pattern = found.patterns[0]
    node = shown.outside(Choices(), Choices(at=shown.words.place(Node(1, pattern.nodes[1])))).at
    assert any(p.passes(node, "attention") for p in found.patterns)
    assert rows_of(found, merged=False).outside(Choices(), chosen) == chosen


@pytest.fixture
def page(tiny_masked_lm_dir):
    return partial(opened, tiny_masked_lm_dir, text=TEXT)


def test_the_page_merges_and_takes_it_back(page):
    test = page(share="0")
    table = test.dataframe[0].value
    assert {"un", "##happi", "##est"} <= set(table["word"])
    checked(widget(test, "toggle", "merge").set_value(True).run())
    merged = test.dataframe[0].value
    pieces = table[table["word"].isin(["un", "##happi", "##est"])]
    (row,) = [r for _, r in merged.iterrows() if r["word"] == "unhappiest"]
    for column in ("g", "I_e", "I_a"):
        assert row[column] == pytest.approx(pieces[column].sum())
    checked(widget(test, "selectbox", "word").set_value(WORD).run())
    assert "“unhappiest”" in alts(test)[0]
    piece = widget(test, "segmented_control", "piece")
    assert len(piece.options) == 3
    other = next(p for p in (2, 3, 4) if p != piece.value)
    checked(piece.set_value(other).run())
    assert query(test)["word"] == str(other)
    checked(widget(test, "toggle", "merge").set_value(False).run())
    assert query(test) == {"text": TEXT, "share": "0", "word": str(other)}


def test_the_page_merges_once_a_run(page, merges):
    test = page(merge="yes", word="3", points="4")
    assert len(merges) == 1
    checked(widget(test, "toggle", "special").set_value(False).run())
    assert len(merges) == 2
    checked(widget(test, "toggle", "merge").set_value(False).run())
    assert len(merges) == 2


def test_a_place_survives_merging(page, found):
    pattern = next(p for p in found.patterns if p.source in (2, 3, 4))
    at = written_place(pattern.edges("attention")[0])
    test = page(at=at, merge="yes", points="4")
    assert not test.info
    assert query(test)["at"] == at
    assert "unhappiest" in alts(test)[0]
    assert any("ipe-candidates" in html.proto.body for html in test.get("html"))
    checked(widget(test, "toggle", "special").set_value(False).run())
    assert query(test)["special"] == "no"
    (words,) = [table.value for table in test.dataframe if "I_e / g" in table.value]
    assert words["word"].any()
    assert not {"[CLS]", "[SEP]", "[MASK]"} & set(words["word"])


def test_a_page_without_a_link_has_words_and_a_link_from_before_its_tokens(found):
    fresh, notes = explored_from_query({})
    assert (fresh.merge, notes, fresh.to_query()) == (True, (), {})
    for link, merge in (({"share": "0"}, False), ({"share": "0", "merge": "yes"}, True)):
        assert explored_from_query(link)[0].merge is merge
    for chosen in (Choices(), Choices(merge=True), Choices(text=TEXT, merge=True)):
        assert explored_from_query(chosen.to_query())[0] == chosen
    # What Python draws unless it is told otherwise is what a page without a link shows.
    assert View().merge_pieces
    assert pattern_svg(found) == pattern_svg(found, merge_pieces=True)
    assert pattern_svg(found) != pattern_svg(found, merge_pieces=False)


def test_a_sentence_without_pieces_is_left_as_it_is():
    small = small_explanation()
    assert not has_pieces(small)
    assert Drawn.of(small, View()).explanation is small
    assert rows_of(small, merged=True).words is None


def test_a_word_that_stands_twice_is_told_apart_in_the_table_and_by_its_position_in_the_file():
    small = small_explanation()
    twice = replace(small, tokens=("[CLS]", "old", "b", "[MASK]", "old"), words=None)
    drawn = Drawn.of(twice, View(minimum_share=0))
    assert {"old (1)", "old (4)", "b"} <= set(pattern_frame(drawn)["word"])
    file = pattern_file(drawn)
    assert {*zip(file["word"], file["position"], strict=True)} >= {("old", 1), ("old", 4)}
    assert {"g (logits)", "I_a (logits)", "I_a / g (%)"} <= {*file.columns}
    assert file["g (logits)"].tolist() == pattern_frame(drawn)["g"].tolist()


def test_words_keep_their_text(tiny_classifier):
    few = Settings(points=2)
    found = explain(tiny_classifier, "unhappiest .", pair="the happiest .", settings=few)
    words = merge_pieces(found).explanation
    assert words.texts == (None, 0, 0, None, 1, 1, 1, None)
    assert words.tokens[1] == "unhappiest"


def test_a_place_has_one_number_wherever_it_is_named(found):
    """The position of its token, of a word its first, whether rows are words or tokens."""
    twice = replace(
        found, tokens=tuple("the" if token == "farmers" else token for token in found.tokens)
    )
    at = twice.tokens.index("the", 2)
    tokens, words = (
        Drawn.of(twice, View(merge_pieces=merge, minimum_share=0)) for merge in (False, True)
    )
    row = words.explanation.tokens.index("the", 2)
    assert row < at
    assert token_at(words.explanation, row) == at
    for drawn, place in ((tokens, at), (words, row)):
        explanation = drawn.explanation
        assert wording.name(explanation, place) == f"the ({at})"
        assert place_name(explanation, Node(2, place)) == f"hidden state 2: the ({at})"
        assert wording.of_token(explanation, place, ())[0] == f"the (token {at})"
        says = [i.text for stage in lay_out(drawn).stages for i in stage if isinstance(i, Label)]
        assert f"the ({at})" in says
        frame = pattern_file(drawn)
        assert {1, at} <= set(frame[frame["word"] == "the"]["position"])
        steps = step_frame(drawn)
        begin = steps[(steps["block"] == 0) & (steps["from_token"] == "the")]
        assert {*begin["from"]} == {*begin["position"]} == {1, at}
        assert set(steps[steps["to_token"] == "[MASK]"]["to"]) == {twice.target.position}
    # A token that occurs once needs none, in lists neither.
    assert place_name(words.explanation, Node(2, WORD)) == "hidden state 2: unhappiest"

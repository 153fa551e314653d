"""Long texts take no longer than they are: what is drawn, listed and compared is bounded."""

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explainer.app.state.choices import alike
from explainer.cli import table
from explainer.figures import pattern_html, pattern_svg
from explainer.figures.canvas import text
from explainer.figures.canvas.scene import Label
from explainer.figures.patterns.drawn import MOST_STEPS, Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.view import View
from explainer.results import comparison as compare
from explainer.results.explanation import Explanation
from explainer.results.model_info import ModelInfo
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Edge
from explainer.results.settings import Settings
from explainer.results.target import Target
from explainer.results.total_flow import TotalFlow

MEGABYTE = 10**6


def cut_slowly(whole: str, size: float, room: float) -> str:
    """What `shorten` means, one character after the other from the end."""
    whole = text.clean(whole)
    if text.width(whole, size) <= room:
        return whole
    while whole and text.width(whole + "…", size) > room:
        whole = whole[:-1]
    return whole + "…"


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=40), st.sampled_from([12.0, 14.0]), st.floats(0, 400))
def test_a_shortened_text_is_as_long_as_there_is_room(whole, size, room):
    assert text.shorten(whole, size, room) == cut_slowly(whole, size, room)


@pytest.mark.parametrize("whole", ["x" * MEGABYTE, "e" + "\u0301" * MEGABYTE, "\u202e" * MEGABYTE])
def test_only_what_is_drawn_of_a_text_is_measured(monkeypatch, whole):
    measured: Counter[str] = Counter()
    plain = text._em

    def counting(character):
        measured["characters"] += 1
        return plain(character)

    monkeypatch.setattr(text, "_em", counting)
    assert len(text.shorten(whole, text.SMALL, 90)) < 40
    assert measured["characters"] < 40


def explanation(tokens: tuple[str, ...], layers: int, target: Target, seed: int = 0) -> Explanation:
    """Every word but the target with a way of its own."""
    rng, n = np.random.default_rng(seed), len(tokens)
    patterns = []
    for source in (i for i in range(n) if i != target.position):
        turn, middle = int(rng.integers(1, layers)), int(rng.integers(n))
        nodes = [source if k < turn else middle for k in range(layers)] + [target.position]
        components = tuple(
            SKIP if nodes[k] == nodes[k + 1] else int(rng.integers(12)) for k in range(layers)
        )
        g = float(rng.normal())
        trail = (g,) * layers
        patterns.append(
            Pattern(
                nodes=tuple(nodes),
                components=components,
                token=tokens[source],
                influence=g,
                embedding_influence=g,
                embedding_trail=trail,
                attention_influence=g,
                attention_trail=trail,
            )
        )
    influence = [0.0] * n
    for p in patterns:
        influence[p.source] = p.influence
    return Explanation(
        model=ModelInfo("toy", "masked-lm", layers, 12, 8),
        tokens=tokens,
        target=target,
        settings=Settings(),
        influence=tuple(influence),
        completeness_gap=0.0,
        points_used=24,
        patterns=tuple(sorted(patterns, key=lambda p: -abs(p.influence))),
    )


def test_names_of_a_megabyte_are_drawn_short():
    long = "\u0301<b>" + "é" * MEGABYTE
    found = explanation((long, "[MASK]", long + "2"), 3, Target((1,), long, long, 1.0, 0.0))
    drawn = pattern_svg(found, minimum_share=0)
    ET.fromstring(drawn)
    # The sentence itself is whole, as the figure's title: twice the long word.
    assert len(drawn) < 2.1 * MEGABYTE + 10**5
    assert drawn.count("é" * 100) <= 2 * MEGABYTE / 100 + 2
    page = pattern_html(found, minimum_share=0)
    assert len(page) < 5.5 * MEGABYTE + 4.2 * MEGABYTE
    rows = table.explanation_table(found, level="attention", minimum_share=0).splitlines()
    (first,) = [at for at, row in enumerate(rows) if row.startswith("word")]
    assert len(rows[first:]) == 3
    assert all(len(row) < 500 for row in rows[first:])


def test_a_very_long_text_draws_its_strongest_patterns_and_says_so():
    n, layers = 512, 24
    tokens = tuple(f"word{i}" for i in range(n))
    found = explanation(tokens, layers, Target((100,), "are", "is", 1.0, 0.0))
    view = View(minimum_share=0)
    drawn = Drawn.of(found, view).patterns
    assert len(drawn) == MOST_STEPS // layers
    weakest = min(abs(p.influence) for p in drawn)
    assert sum(abs(p.influence) > weakest for p in found.patterns) == len(drawn) - 1
    items = [item for stage in lay_out(Drawn.of(found, view)).stages for item in stage]
    labels = [item.text for item in items if isinstance(item, Label)]
    assert f"{n - 1 - len(drawn)} weaker patterns not drawn" in labels
    last = found.patterns[-1]
    assert last in Drawn.of(found, View(minimum_share=0, selected=last.source)).patterns
    place = Edge(0, *last.nodes[:2], last.components[0])
    assert last in Drawn.of(found, View(minimum_share=0, place=place)).patterns


def test_a_short_text_draws_all():
    tokens = tuple(f"word{i}" for i in range(100))
    found = explanation(tokens, 12, Target((10,), "are", "is", 1.0, 0.0))
    assert Drawn.of(found, View(minimum_share=0)).patterns == found.patterns


def test_a_share_next_to_nothing_has_no_end_and_no_warning():
    flow = TotalFlow(np.array([[1e100, -1e100 * (1 - 1e-16)]]), np.zeros((1, 1, 2, 2)))
    assert np.isfinite(flow.layer_totals()).all()
    assert flow.signed_skip_shares().shape == (1,)
    found = explanation(("a", "[MASK]"), 2, Target((1,), "are", "is", 1.0, 0.0))
    nothing = replace(found.patterns[0], influence=0.0)
    assert nothing.share("attention") == 0


def test_repeated_words_are_aligned_without_comparing_every_pair():
    rng = np.random.default_rng(0)
    first, second = (tuple(map(str, rng.integers(0, 2, 3000))) for _ in range(2))
    aligned = compare.align(first, (*second, "end"))
    assert [pair.first for pair in aligned if pair.first is not None] == list(range(3000))
    assert [pair.second for pair in aligned if pair.second is not None] == list(range(3001))
    for pair in aligned:
        if pair.first is not None and pair.second is not None:
            same = first[pair.first] == (*second, "end")[pair.second]
            assert same == (pair.kind == "equal")
    ends = compare.align(("a",) * 1500, ("a",) * 1000)
    assert sum(pair.kind == "equal" for pair in ends) == 1000
    assert sum(pair.kind == "deleted" for pair in ends) == 500


def test_different_words_are_aligned_in_order_where_there_are_thousands():
    first = tuple(f"a{i}" for i in range(1500))
    second = tuple(f"b{i}" for i in range(4000))
    aligned = compare.align(first, second)
    assert sum(pair.kind == "changed" for pair in aligned) == 1500
    assert sum(pair.kind == "inserted" for pair in aligned) == 2500


def test_texts_of_thousands_of_words_are_alike_or_not():
    long = "a " * 50_000
    assert alike(long, long + "b")
    assert not alike(long, "b " * 50_000)
    assert alike("", "")
    assert alike("one two three four", "one two three five")
    assert not alike("one two three four", "one six seven eight")

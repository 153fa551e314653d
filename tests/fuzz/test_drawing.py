"""Generated cases of figures and their files: a drawing or one sentence, no bare exception."""

import xml.etree.ElementTree as ET

from hypothesis import strategies as st

from explainer import (
    WORD_METHODS,
    WordScores,
)
from explainer.figures import pattern_graph, pattern_pair_svg, pattern_svg, summary
from explainer.results.route import Edge, Node
from tests.damage import ANYTHING, cases, outcome
from tests.fuzz.asking import arguments

OPTIONS = {
    "level": st.sampled_from(["embedding", "attention"]),
    "minimum_share": st.floats(0, 1),
    "overlay": st.just("none"),
    "selected": st.integers(0, 4) | st.none(),
    "place": st.builds(Node, st.integers(0, 4), st.integers(0, 5))
    | st.builds(Edge, *[st.integers(0, 3)] * 3, st.sampled_from([None, "skip", 0])),
    "dark": st.booleans(),
    "width": st.floats(240, 2000),
    "merge_pieces": st.booleans(),
    "hide_special": st.booleans(),
    "scale": st.none() | st.floats(1e-9, 1e9),
    "beside": st.none(),
    "scores": st.builds(
        WordScores,
        st.sampled_from(sorted(WORD_METHODS)),
        st.just(("[CLS]", "[MASK]", "[SEP]")),
        st.tuples(*[st.floats(-1e99, 1e99)] * 3),
    ),
    "colour": st.nothing(),
}


@cases(options=arguments(OPTIONS), graph=st.sampled_from(range(50)), other=ANYTHING)
def test_figures(explained, options, graph, other):
    drawn = outcome(lambda: pattern_svg(explained.it, **options))
    if drawn is not None:
        ET.fromstring(drawn)
    if graph == 0:
        found = outcome(lambda: pattern_graph(explained.it, **options))
        assert (found is None) == (drawn is None)
    assert outcome(lambda: pattern_svg(other)) is None
    said = {key: options[key] for key in ("level", "place") if key in options}
    found = outcome(lambda: summary(explained.it, word=options.get("selected"), **said))
    assert found is None or "\n" not in found


SENTENCES = st.none() | ANYTHING | st.lists(st.text(max_size=9) | ANYTHING, max_size=3)


@cases(options=arguments(OPTIONS), sentences=SENTENCES, other=ANYTHING, place=st.booleans())
def test_pairs(explained, options, sentences, other, place):
    if not place:
        options = {name: value for name, value in options.items() if name != "place"}
    given = {"sentences": sentences, **options}
    drawn = outcome(lambda: pattern_pair_svg(explained.it, explained.it, **given))
    if drawn is not None:
        ET.fromstring(drawn)
    assert outcome(lambda: pattern_pair_svg(explained.it, other)) is None
    assert outcome(lambda: pattern_pair_svg(other, explained.it)) is None


@cases(file=ANYTHING | st.sampled_from(["", ".", "no/such/folder/x.svg", "a\0.svg", "x.png"]))
def test_files(explained, file):
    assert outcome(lambda: explained.it.save(file)) is None

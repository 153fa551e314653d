"""What sentences have in common: counted again by hand, aligned by form or by the target."""

import math
import re
import statistics
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from explainer import Corpus, ExplainerError
from explainer.corpus.common import common_pattern, groups_of
from explainer.corpus.counted import FAR
from explainer.corpus.run import run_corpus
from explainer.figures.common.graph import common_scene, common_svg, one_scale
from explainer.figures.common.report import common_html, difference_html
from explainer.figures.common.ribbons import Board, ribbons_of, scale_of, shown_edges
from explainer.figures.common.said import common_summary, difference_summary
from explainer.results.common.classes import class_of, classes_of
from explainer.results.common.difference import CommonDifference
from explainer.results.common.pattern import CommonPattern, CommonStep, Mean, Role
from explainer.results.metrics import entropy
from explainer.results.model_info import ModelInfo
from tests.corpus.small import SETTINGS, ran

ALIKE = [
    "the farmers [MASK] old .",
    "the assistant [MASK] old .",
    "the farmers [MASK] the .",
    "the old [MASK] old .",
]


@pytest.fixture(scope="module")
def alike(tiny_masked_lm_dir, tmp_path_factory):
    """A run of sentences of one form, two parts of them, in two groups."""
    folder = tmp_path_factory.mktemp("alike")
    rows = [f"{text},are,is,{'many' if 'farmers' in text else 'one'}" for text in ALIKE]
    (folder / "rows.csv").write_text("\n".join(["text,correct,wrong,group", *rows]), "utf-8")
    how = {"settings": SETTINGS, "part_size": 3, "memory": "1 GB"}
    return run_corpus(str(tiny_masked_lm_dir), folder / "rows.csv", folder / "out", **how)


def records(corpus, numbers=None):
    sentences, patterns = (corpus.table(name).to_pylist() for name in ("sentences", "patterns"))
    kept = {row["number"] for row in sentences if numbers is None or row["number"] in numbers}
    return [[row for row in rows if row["number"] in kept] for rows in (sentences, patterns)]


def test_sentences_of_one_form_are_added_up_position_by_position(alike):
    found = common_pattern(alike)
    sentences, patterns = records(alike)
    assert (found.sentences, found.aligned, found.targets) == (4, True, (3,))
    names = ["[CLS]", "the", "farmers …", "[MASK]", "old …", ".", "[SEP]"]
    assert [role.name for role in found.roles] == names
    for place, role in enumerate(found.roles):
        assert role.sentences == 4
        every = [row["influence"][place] for row in sentences]
        assert role.influence == pytest.approx(statistics.mean(every), abs=1e-9)
        assert role.error == pytest.approx(statistics.stdev(every) / 2, abs=1e-6)
    counted: dict = defaultdict(list)
    for row in patterns:
        for step in row["steps"]:
            component = "skip" if step["head"] is None else step["head"]
            place = (step["layer"], step["from"], step["to"], component)
            counted[place].append((row["number"], row["path_influence"], step))
    assert {step[:4] for step in found.steps} == set(counted)
    for step in found.steps:
        taken = counted[step[:4]]
        assert step.sentences == len({number for number, *_ in taken})
        carried = [value for _, value, _ in taken]
        assert step.total == pytest.approx(math.fsum(carried) / 4, abs=1e-9)
        assert step.size == pytest.approx(math.fsum(map(abs, carried)) / 4, abs=1e-9)
        each = [math.fsum(value for at, value, _ in taken if at == number) for number in range(4)]
        spread = math.fsum((value - step.total) ** 2 for value in each) / 3
        assert step.error == pytest.approx(math.sqrt(spread / 4), abs=1e-9)
        for name in ("value", "key", "query"):
            mean = math.fsum(one[name] or 0.0 for *_, one in taken) / 4
            assert getattr(step, name) == pytest.approx(mean, abs=1e-9)
    assert found.right == sum(row["right"] for row in sentences) / 4


def test_what_patterns_carry_is_the_same_in_every_block(alike):
    """A pattern takes one step in each."""
    found = common_pattern(alike)
    _, patterns = records(alike)
    whole = math.fsum(row["path_influence"] for row in patterns) / 4
    for layer in range(found.model.layers):
        of_block = [step.total for step in found.steps if step.layer == layer]
        assert math.fsum(of_block) == pytest.approx(whole, abs=1e-9)


def test_entropies_and_skips_are_those_of_the_patterns(alike):
    found = common_pattern(alike)
    sentences, patterns = records(alike)
    for layer in range(found.model.layers):
        nodes, components = defaultdict(list), defaultdict(list)
        for row in patterns:
            nodes[row["source"]].append(row["steps"][layer]["to"])
            components[row["source"]].append(row["steps"][layer]["head"])
        for of, said in ((nodes, found.node_entropy), (components, found.component_entropy)):
            assert said[layer] == pytest.approx(sum(map(entropy, of.values())) / len(of), abs=1e-9)
    shares = []
    for row in sentences:
        steps = [s for p in patterns if p["number"] == row["number"] for s in p["steps"]]
        shares.append(sum(step["head"] is None for step in steps) / len(steps))
    mean = sum(shares) / 4
    error = math.sqrt(sum((share - mean) ** 2 for share in shares) / 3 / 4)
    assert found.skips == pytest.approx((mean, mean - 1.96 * error, mean + 1.96 * error))


def test_a_head_is_the_sum_of_its_steps(alike):
    found = common_pattern(alike)
    by_head = {(head.layer, head.head): head for head in found.heads}
    of = [step for step in found.steps if step.component != "skip"]
    assert set(by_head) == {(step.layer, step.component) for step in of}
    for place, head in by_head.items():
        mine = [step for step in of if (step.layer, step.component) == place]
        for name in ("size", "total", "value", "key", "query"):
            wanted = math.fsum(getattr(step, name) for step in mine)
            assert getattr(head, name) == pytest.approx(wanted, abs=1e-9)
        assert head.strongest.size == max(step.size for step in mine)
    assert [head.size for head in found.heads] == sorted(
        (h.size for h in found.heads), reverse=True
    )


def test_a_head_has_the_sentences_in_which_most_goes_through_it(alike):
    found = common_pattern(alike)
    sentences, patterns = records(alike)
    for head in found.heads:
        carried: dict = defaultdict(float)
        for row in patterns:
            if row["steps"][head.layer]["head"] == head.head:
                carried[row["number"]] += row["path_influence"]
        order = sorted(carried, key=lambda number: (-abs(carried[number]), number))
        assert [one.number for one in head.examples] == order[:3]
        for one in head.examples:
            assert one.carried == pytest.approx(carried[one.number], abs=1e-12)
            row = next(row for row in sentences if row["number"] == one.number)
            assert (one.id, one.text) == (row["id"], row["text"])
    assert sum(len(head.examples) for head in found.heads) > 5


def test_words_are_counted_by_class_and_heads_by_the_classes_that_they_join(alike):
    found = common_pattern(alike)
    sentences, patterns = records(alike)
    named = {"the": "determiner", ".": "punctuation", "[MASK]": "mask"}
    named |= dict.fromkeys(("[CLS]", "[SEP]"), "added token")
    named |= dict.fromkeys(("farmers", "assistant", "old"), "other word")
    for one in found.classes:
        rows = [
            (row["number"], influence)
            for row in sentences
            for token, influence in zip(row["tokens"], row["influence"], strict=True)
            if named[token] == one.name
        ]
        assert (one.tokens, one.sentences) == (len(rows), len({number for number, _ in rows}))
        assert one.influence == pytest.approx(math.fsum(i for _, i in rows) / 4, abs=1e-9)
    assert {one.name for one in found.classes} == set(named.values())
    tokens = {row["number"]: row["tokens"] for row in sentences}
    for head in found.heads:
        carried, between = defaultdict(float), Counter()
        for row in patterns:
            step = row["steps"][head.layer]
            if step["head"] == head.head:
                carried[row["number"]] += row["path_influence"]
                ends = [named[tokens[row["number"]][step[end]]] for end in ("from", "to")]
                between[tuple(ends)] += abs(row["path_influence"]) / 4
        assert head.sentences == len(carried)
        spread = [carried.get(number, 0.0) for number in range(4)]
        mean, error = statistics.mean(spread), statistics.stdev(spread) / 2
        assert head.total == pytest.approx(mean, abs=1e-9)
        assert head.interval == pytest.approx((mean - 1.96 * error, mean + 1.96 * error), abs=1e-6)
        sizes = [size for _, size in between.most_common(3)]
        assert [one.size for one in head.between] == pytest.approx(sizes, abs=1e-9)
        assert math.fsum(between.values()) == pytest.approx(head.size, abs=1e-9)


def test_a_word_has_the_class_of_its_spelling_and_a_piece_that_of_its_word():
    said = {"The": "determiner", "they": "pronoun", "of": "preposition", "that": "conjunction"}
    said |= {"were": "auxiliary", "n’t": "negation", "1,000": "number", "?!": "punctuation"}
    said |= {"ten": "number", "keys": "other word", "": "punctuation", "é": "other word"}
    assert {word: class_of(word) for word in said} == said
    tokens = ("[CLS]", "un", "##der", "▁in", "to", "[MASK]", "<mask>", "[SEP]")
    words = (-1, 0, 0, 1, 1, -1, -1, -1)
    assert classes_of(tokens, words, (5,)) == (
        *("added token", "preposition", "preposition", "preposition", "preposition"),
        *("mask", "mask", "added token"),
    )


def test_groups_answers_and_words_choose_sentences(alike):
    assert groups_of(alike) == ("many", "one")
    sentences, _ = records(alike)
    right = {row["number"] for row in sentences if row["right"]}
    wanted = {
        ("group", "many"): {0, 2},
        ("group", "one"): {1, 3},
        ("word", "assistant"): {1},
        ("right", True): right,
        ("right", False): {0, 1, 2, 3} - right,
    }
    for (name, value), numbers in wanted.items():
        if not numbers:
            with pytest.raises(ExplainerError, match="No sentence of the run is of this choice"):
                common_pattern(alike, **{name: value})
            continue
        found = common_pattern(alike, **{name: value})
        _, patterns = records(alike, numbers)
        assert found.sentences == len(numbers)
        counted = Counter((p["number"], s["layer"], s["to"]) for p in patterns for s in p["steps"])
        assert {(s.layer, s.target) for s in found.steps} == {place[1:] for place in counted}


def test_of_other_sentences_a_role_is_the_place_beside_the_target(tiny_masked_lm_dir, tmp_path):
    long = " ".join(["the farmers"] * FAR)
    texts = [f"{long} [MASK] old .", "farmers [MASK] old .", "[MASK]"]
    (tmp_path / "rows.txt").write_text("\n".join(texts), encoding="utf-8")
    found = common_pattern(ran(tiny_masked_lm_dir, tmp_path / "rows.txt", tmp_path / "out"))
    assert not found.aligned
    before = [f"−{away}" for away in range(FAR, 0, -1)]
    names = ["[CLS]", "earlier", *before, "target", "+1", "+2", "[SEP]"]
    assert [role.name for role in found.roles] == names
    there = {role.name: role.sentences for role in found.roles}
    assert (there["target"], there["−1"], there["−2"], there["+2"]) == (3, 2, 1, 2)
    assert (there["earlier"], there["[CLS]"], there["[SEP]"]) == (1, 3, 3)
    assert [found.roles[place].name for place in found.targets] == ["target"]


def test_only_parts_that_are_done_are_read(alike):
    half = Corpus.open(alike.folder.path)
    last = alike.folder.path / "sentences" / "part-000001.parquet"
    kept = last.read_bytes()
    last.unlink()
    try:
        assert (half.rows_done, common_pattern(half).sentences) == (3, 3)
    finally:
        last.write_bytes(kept)


INFO = {"name": "tiny", "task": "masked-lm", "layers": 2, "heads": 3, "d_model": 6}


def made(steps, roles=3):
    """A pattern in common of these steps."""
    return CommonPattern(
        model=ModelInfo(**INFO), sentences=10, unit="logits", aligned=True,
        roles=tuple(Role(name, 10, 0.5) for name in ["a", "<b>", "c"][:roles]), targets=(2,),
        steps=tuple(steps), node_entropy=(0.0, 0.0), component_entropy=(0.0, 0.0),
        skips=Mean(0.5, 0.4, 0.6), right=0.5,
    )  # fmt: skip


def step(layer, source, target, component, positive, negative=0.0, sentences=5, error=0.1):
    return CommonStep(
        *(layer, source, target, component, sentences, positive, negative, positive, 0.0, 0.0),
        error=error,
    )


STEPS = [
    step(0, 0, 0, "skip", 2.0),
    step(0, 1, 1, "skip", 0.5, -0.5),
    step(1, 0, 2, 1, 1.5, sentences=9),
    step(1, 0, 2, 2, 0.5),
    step(1, 1, 2, 0, 0.0, -1.0),
    step(1, 1, 1, "skip", 0.01),
]


def test_ribbons_at_a_node_are_as_wide_as_what_it_carries():
    common = made(STEPS)
    shown = shown_edges(common, 0.02)
    assert set(shown) == {(0, 0, 0), (0, 1, 1), (1, 0, 2), (1, 1, 2)}
    board = Board.of(common, 800.0)
    scale = scale_of(shown, board)
    ribbons = list(ribbons_of(shown, board, scale))
    arriving = [one for one in ribbons if one.edge[0] == 1]
    spans = sorted((one.end - one.thickness / 2, one.end + one.thickness / 2) for one in arriving)
    assert spans[0][0] == pytest.approx(-1.5 * scale)
    assert spans[-1][1] == pytest.approx(1.5 * scale)
    for (_, end), (start, _) in pairwise(spans):
        assert end == pytest.approx(start)
    both = [one for one in ribbons if one.edge == (0, 1, 1)]
    assert [(one.positive, one.thickness) for one in both] == [
        (True, pytest.approx(0.5 * scale)), (False, pytest.approx(0.5 * scale))
    ]  # fmt: skip


def test_the_figure_names_heads_and_says_what_each_step_carries():
    scene = common_scene(made(STEPS))
    says = {spot.says[0]: spot.says[1:] for spot in scene.spots if spot.kind == "edge"}
    assert says["block 1, “a” → “c”"] == (
        "head 1: +1.50, in 90 % of the sentences", "head 2: +0.50, in 50 % of the sentences"
    )  # fmt: skip
    svg = common_svg(made(STEPS))
    root = ElementTree.fromstring(svg)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "<b>" in texts
    assert "1" in texts
    assert root.find("{http://www.w3.org/2000/svg}desc").text == (
        "In 10 sentences “a” speaks most, with +0.50 logits in the mean. Of all heads, head 1 of "
        "block 1 carries most along one step, “a” → “c”: in 90 % of the sentences, +1.50 logits in "
        "the mean."
    )
    assert "No head carries a step" in common_summary(made(STEPS[:2]))


@pytest.mark.parametrize("width", [300.0, 390.0, 1200.0])
def test_nothing_is_drawn_outside_of_the_figure(width):
    scene = common_scene(made(STEPS), width=width)
    for spot in scene.spots:
        assert 0 <= spot.x <= width
        assert 0 <= spot.y <= scene.height


@pytest.mark.parametrize("choice", [{"width": 10}, {"threshold": 2}, {"threshold": "all"}])
def test_a_figure_of_another_size_is_refused(choice):
    with pytest.raises(ExplainerError, match="give a"):
        common_svg(made(STEPS), **choice)


def test_the_page_has_a_row_for_every_head_and_a_graph_for_every_group(alike):
    whole = common_pattern(alike)
    groups = {name: common_pattern(alike, group=name) for name in groups_of(alike)}
    found = common_html(whole, groups)
    assert found.count("<figure") == 3
    for name in groups:
        assert f"<h2>{name}</h2>" in found
    rows = re.findall(r"<tr>(.*?)</tr>", found)
    shown = min(15, len(whole.heads))
    assert len(rows) == 3 + shown + len(whole.classes) + whole.model.layers
    first = re.findall(r">([^<]*)</td>", rows[1])
    assert first[:2] == [str(whole.heads[0].layer), str(whole.heads[0].head)]
    assert found.count("Plotly.newPlot") == 3
    assert '<script src="http' not in found


def test_no_sentences_make_no_figure():
    with pytest.raises(ExplainerError, match="no sentence to be drawn"):
        CommonPattern(**{**made(STEPS).__dict__, "sentences": 0})


def test_a_difference_is_what_each_step_carries_more_where_that_is_no_chance():
    other = made([
        step(0, 0, 0, "skip", 1.0),
        step(0, 1, 1, "skip", 0.5, -0.45),
        step(1, 0, 2, 1, 1.5),
        step(1, 1, 2, 0, 1.0),
        step(1, 1, 1, 2, 0.6),
    ])  # fmt: skip
    found = CommonDifference(made(STEPS), other)
    more = {step[:4]: (step.positive, step.negative) for step in found.steps}
    assert more == {
        (0, 0, 0, "skip"): (1.0, 0.0),
        (1, 0, 2, 2): (0.5, 0.0),
        (1, 1, 2, 0): (0.0, -2.0),
        (1, 1, 1, 2): (0.0, -0.6),
    }
    both = [step.error for step in found.steps if step[:4] != (1, 0, 2, 2)]
    assert both[0] == pytest.approx(0.1 * math.sqrt(2))
    assert [role.name for role in found.roles] == ["a", "<b>", "c"]
    said = difference_summary(found, ("these", "those"))
    assert (
        "“<b>” → “c” by head 0 of block 1 differs most: it carries 2.00 logits more in those"
        in said
    )
    assert "(95 % interval 1.72 to 2.28, by itself)" in said
    says = [spot.says for spot in common_scene(found).spots if spot.kind == "edge"]
    assert ("block 1, “<b>” → “c”", "head 0: difference −2.00 [−2.28, −1.72]") in says
    none = CommonDifference(made(STEPS), made(STEPS))
    assert none.steps == ()
    assert "No head’s step differs by more" in difference_summary(none, ("these", "those"))
    page = difference_html(found, ("these", "<those>"))
    assert page.count("Plotly.newPlot") == 3
    assert "<h1>these less &lt;those&gt;</h1>" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": {**INFO, "name": "other"}}, "heads of two models cannot be subtracted"),
        ({"unit": "cosine"}, "other places or units"),
        ({"targets": (1,)}, "other places or units"),
        ({"aligned": False}, "other places or units"),
    ],
)
def test_what_cannot_be_laid_over_each_other_is_refused(change, said):
    if "model" in change:
        change = {"model": ModelInfo(**change["model"])}
    with pytest.raises(ExplainerError, match=said):
        CommonDifference(made(STEPS), replace(made(STEPS), **change))


def test_the_difference_of_two_groups_of_a_run(alike):
    first, second = (common_pattern(alike, group=group) for group in ("many", "one"))
    found = CommonDifference(first, second)
    for place, role in enumerate(found.roles):
        wanted = first.roles[place].influence - second.roles[place].influence
        assert role.influence == pytest.approx(wanted, abs=1e-12)
    scale = one_scale([found, first, second])
    assert 0 < scale <= common_scene(first).scale


@pytest.mark.parametrize(
    "change",
    [{"targets": (3,)}, {"steps": (step(2, 0, 0, "skip", 1.0),)}, {"node_entropy": (0.0,)}],
)
def test_a_pattern_whose_parts_do_not_go_together_is_refused(change):
    with pytest.raises(ExplainerError, match=r"is at no role|are not of the model's blocks"):
        replace(made(STEPS), **change)

"""Two runs beside each other: what is compared, what may be chance, and the page of both."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from transformers import BertForMaskedLM

from explainer import common_pattern
from explainer.cli.main import main
from explainer.corpus.run import run_corpus
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.svg import to_svg
from explainer.figures.common.models import compared, models_html, models_scene, models_summary
from explainer.results.common.classes import WordClass
from explainer.results.common.pattern import CommonPattern, Mean, Role
from explainer.results.model_info import ModelInfo
from explainer.results.target import COSINE
from tests.corpus.small import SETTINGS, ran, written
from tests.fixtures import save_tiny, tiny_config

INFO = {"name": "tiny", "task": "masked-lm", "layers": 2, "heads": 3, "d_model": 6}
NAMES = ("mine", "<theirs>")


def made(*influence, error=0.1, classes=(), names=("a", "<b>", "c")):
    """A pattern in common whose roles have this influence."""
    roles = zip(names, influence, strict=False)
    return CommonPattern(
        model=ModelInfo(**INFO), sentences=10, unit="logits", aligned=True,
        roles=tuple(Role(name, 10, g, error) for name, g in roles), targets=(0,), steps=(),
        node_entropy=(0.0, 1.0), component_entropy=(0.0, 0.0), skips=Mean(0.5, 0.4, 0.6),
        right=0.5, classes=classes,
    )  # fmt: skip


def test_roles_of_the_same_names_are_compared_and_else_classes_of_words():
    what, rows = compared(made(1.0, 2.0), made(0.5, -1.0))
    assert (what, rows[1]) == ("place", ("<b>", (2.0, 0.1), (-1.0, 0.1)))
    first = made(1.0, classes=(WordClass("mask", 10, 10, 0.5, 0.2),))
    second = made(1.0, 2.0, 3.0, classes=(WordClass("pronoun", 9, 9, 0.7, 0.1),))
    what, rows = compared(first, second)
    assert what == "class of words"
    assert rows == (("mask", (0.5, 0.2), (0.0, 0.0)), ("pronoun", (0.0, 0.0), (0.7, 0.1)))


def test_the_sentence_names_what_differs_most_beyond_chance():
    said = models_summary(made(1.0, 2.0), made(1.5, -1.0), NAMES)
    assert said.startswith("“<b>” differs most: +2.00 logits in mine and −1.00 logits in <theirs>")
    # The wider gap may be chance, the smaller one may not.
    first, second = made(1.0, 2.0), made(2.0, 2.6)
    wide = replace(second, roles=(Role("a", 10, 2.0, 0.9), *second.roles[1:]))
    assert models_summary(first, wide, NAMES).startswith("“<b>” differs most")
    assert models_summary(first, first, NAMES) == "No place differs by more than may be chance."
    other = replace(second, unit=COSINE)
    assert "is asked in logits and <theirs> in cosine" in models_summary(first, other, NAMES)


@pytest.mark.parametrize("dark", [False, True])
def test_bars_are_as_long_as_the_means_and_text_stays_text(dark):
    scene = models_scene(made(1.0, -2.0), made(0.5, 0.0, error=float("inf")), NAMES, dark=dark)
    bars = [item.points for stage in scene.stages for item in stage if hasattr(item, "points")][2:]
    wide = [points[1][0] - points[0][0] for points in bars]
    assert wide == pytest.approx([scene.scale * size for size in (1.0, 0.5, 2.0, 0.0)])
    for points in bars:
        assert points[:, 0].min() >= 0
        assert points[:, 0].max() <= scene.width
    svg = to_svg(scene, palette(dark).surface, "two", "both")
    assert "".join(ElementTree.fromstring(svg).itertext()).count("<theirs>") == 1


def test_the_page_has_both_graphs_and_numbers_and_no_markup_of_others():
    page = models_html(made(1.0, 2.0), made(0.5, -1.0), NAMES)
    assert page.count("<figure") == 3
    assert "<theirs>" not in re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert "50 % [40 %, 60 %]" in page
    assert "0 of 6" in page


def test_two_runs_make_a_page_from_the_command_line(capsys, tiny_masked_lm_dir, tmp_path):
    save_tiny(tmp_path / "smaller", BertForMaskedLM, tiny_config(num_hidden_layers=2))
    source = written(tmp_path / "rows.jsonl")
    first = ran(tiny_masked_lm_dir, source, tmp_path / "first")
    how = {"settings": SETTINGS, "part_size": 3, "memory": "1 GB"}
    second = run_corpus(str(tmp_path / "smaller"), source, tmp_path / "second", **how)
    out = tmp_path / "models.html"
    command = ["corpus", "report", str(tmp_path / "first"), "--other", str(tmp_path / "second")]
    assert main([*command, "--out", str(out)]) == 0
    names = common_pattern(first).model.name, common_pattern(second).model.name
    said = models_summary(common_pattern(first), common_pattern(second), names)
    assert said in capsys.readouterr().out
    assert out.read_text(encoding="utf-8").count("<figure") == 3
    assert main([*command, "--out", str(tmp_path / "models.svg")]) == 2
    assert "ends with .html" in capsys.readouterr().err
    assert main([*command, "--out", str(out), "--group", "g0", "--beside", "g1"]) == 2
    assert "give one of them" in capsys.readouterr().err

"""Two texts word by word on the command line: `--matrix`, `--links` and `--between`."""

import json
from xml.etree import ElementTree

import pytest
from transformers import BertModel

from explainer import (
    Settings,
    SimilarityMatrix,
    SimilarityPaths,
    load_model,
    similarity_matrix,
    similarity_paths,
)
from explainer.cli.main import main
from explainer.figures import similarity_paths_svg, similarity_svg
from tests.cli.test_cli import mistake
from tests.fixtures import save_tiny, tiny_config

TEXT, OTHER = "the unhappiest farmer .", "old farmers love the old farmer"
POINTS = ("--points", "4", "--rule", "trapezoid")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_tiny(tmp_path_factory.mktemp("encoder") / "tiny", BertModel, tiny_config())


@pytest.fixture(scope="module")
def matrix(folder):
    model = load_model(str(folder), pooling="mean")
    return similarity_matrix(model, TEXT, OTHER, settings=Settings(points=4, rule="trapezoid"))


@pytest.fixture
def asked(folder):
    return ("explain", TEXT, "--pair", OTHER, "--model", str(folder), "--pooling", "mean", *POINTS)


def test_the_table_has_the_sum_its_terms_the_pairs_and_the_matrix(asked, matrix, capsys):
    assert main([*asked, "--matrix", "--pairs", "3"]) == 0
    printed = capsys.readouterr()
    head, pairs, table = printed.out.split("\n\n")
    rows = {line.split()[0]: line for line in head.splitlines()}
    assert f"{matrix.sum:+.4f}" in rows["sum"]
    assert "(4 and 4 trapezoid points, mask baseline)" in rows["sum"]
    numbers = [float(word) for word in rows["references"].split() if word[1:2].isdigit()]
    assert numbers[0] == pytest.approx(numbers[1] + numbers[2] - numbers[3], abs=2e-4)
    assert f"{matrix.cosine:+.4f}" in rows["cosine"]
    words = matrix.of_words()
    assert len(pairs.splitlines()) == 4
    i, _, score = words.strongest(1)[0]
    assert pairs.splitlines()[1].startswith(words.first.tokens[i])
    assert pairs.splitlines()[1].endswith(f"{score:+.4f}")
    header, *lines = table.splitlines()
    assert header.split()[0] == "S"
    assert "old (1)" in header
    assert [line.split()[0] for line in lines] == list(words.first.tokens)
    assert "warning     The completeness gap" in head
    assert printed.err == ""


def test_pieces_are_kept_where_they_are_asked_for(asked, matrix, capsys, tmp_path):
    assert main([*asked, "--matrix", "--no-merge-pieces"]) == 0
    head, _, table = capsys.readouterr().out.split("\n\n")
    assert "[CLS] the un ##happi ##est farmer . [SEP]" in head
    names = [line.split()[0] for line in table.splitlines()[1:]]
    assert names == list(matrix.first.tokens)
    between = ("--between", "unhappiest", "farmers", "--no-merge-pieces", "--minimum-share", "0")
    assert main([*asked, *between]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("un ##happi ##est (first text) and farmers (second text) add ")
    assert "\n##happi " in printed
    out = tmp_path / "figure.svg"
    assert main([*asked, "--matrix", "--no-merge-pieces", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == similarity_svg(matrix, merge_pieces=False)


def test_json_is_the_record_and_a_figure_is_the_figure(asked, matrix, tmp_path, capsys):
    assert main([*asked, "--matrix", "--format", "json"]) == 0
    printed = capsys.readouterr()
    found = SimilarityMatrix.from_json(printed.out)
    assert found.to_dict() == matrix.to_dict()
    assert printed.err.startswith("warning: The completeness gap")
    for option, view in (("--matrix", {}), ("--links", {"kind": "links", "links": 2})):
        out = tmp_path / "figure.svg"
        assert main([*asked, option, "--pairs", "2", "--out", str(out)]) == 0
        assert out.read_text(encoding="utf-8") == similarity_svg(matrix, **view)
    page = tmp_path / "page.html"
    assert main([*asked, "--links", "--out", str(page)]) == 0
    assert "All pairs add up to" in page.read_text(encoding="utf-8")


def test_the_ways_of_a_pair(asked, folder, tmp_path, capsys):
    between = ("--between", "unhappiest", "Old (1)")
    assert main([*asked, *between, "--minimum-share", "0"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("unhappiest (first text) and old (second text) add ")
    assert "Q = the share of old in the cosine, at all 8 tokens" in printed
    assert "Q = the share of unhappiest in the cosine" in printed
    out = tmp_path / "paths.json"
    assert main([*asked, *between, "--out", str(out)]) == 0
    found = SimilarityPaths.from_json(out.read_text(encoding="utf-8"))
    expected = similarity_paths(
        load_model(str(folder), pooling="mean"),
        *(TEXT, OTHER, "unhappiest", "old (1)"),
        settings=Settings(points=4, rule="trapezoid"),
    )
    assert found.to_dict() == expected.to_dict()
    svg, page = tmp_path / "paths.svg", tmp_path / "paths.html"
    assert main([*asked, *between, "--level", "embedding", "--out", str(svg)]) == 0
    drawn = svg.read_text(encoding="utf-8")
    assert drawn == similarity_paths_svg(expected, level="embedding")
    said = ElementTree.fromstring(drawn).find("{*}desc").text
    assert said.startswith("“unhappiest” of the first text and “old” of the second add ")
    assert main([*asked, *between, "--out", str(page)]) == 0
    assert page.read_text(encoding="utf-8").count('class="plotly-graph-div"') == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--matrix", "--flow"), "--flow belongs to an explanation of one text, and --matrix"),
        (("--links", "--scores", "alti"), "--scores belongs to an explanation of one text"),
        (("--between", "the", "old (1)", "--word", "the"), "--word belongs to an explanation"),
        (("--matrix", "--pairs", "0"), "The number of pairs (--pairs) is 0"),
        (("--matrix", "--links"), "not allowed with argument"),
        (("--between", "cow", "love"), "The word 'cow' is not in the text"),
        (("--between", "farmer", "old"), "The word 'old' stands 2 times in the text"),
        (("--between", "farmer"), "expected 2 arguments"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(asked, more, message, capsys):
    assert message in mistake(capsys, *asked, *more)


def test_another_model_and_one_text_are_refused(folder, tiny_masked_lm_dir, capsys):
    said = mistake(capsys, "explain", TEXT, "--matrix", "--model", str(tiny_masked_lm_dir))
    assert "are compared by sentence encoders" in said
    encoder = ("--model", str(folder), "--pooling", "mean", "--matrix")
    assert "give the second text too (--pair" in mistake(capsys, "explain", TEXT, *encoder)
    said = mistake(capsys, "explain", TEXT, "--pair", "", *encoder)
    assert said == "error: The second text is empty: type a sentence.\n"


def test_a_long_wait_is_told(asked, monkeypatch, capsys):
    monkeypatch.setattr("explainer.influence.effort.estimate.pace", lambda *_, **__: 1.0)
    assert main([*asked, "--matrix"]) == 0
    assert "this takes about" in capsys.readouterr().err


def test_it_is_json_that_others_read(asked, capsys):
    assert main([*asked, "--matrix", "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert len(record["scores"]) == len(record["first"]["tokens"])

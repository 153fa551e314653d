"""The command line: what it prints and writes, and its exit codes, one line per mistake."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pandas as pd
import pytest

import explainer
from explainer import WordPair, api, explain_words
from explainer.api import explain, word_scores
from explainer.base import assets, extras
from explainer.base.numbers import percent
from explainer.cli.main import main
from explainer.cli.table import align, explanation_table, path_text
from explainer.evaluation.methods import DEFAULT_METHODS, METHODS
from explainer.figures import pattern_svg
from explainer.models.registry import load_model
from explainer.results.explanation import Explanation
from explainer.results.settings import Settings
from tests.fixtures import LABELS

TEXT = "the farmers that the assistant loves [MASK] old ."


@pytest.fixture
def lm(tiny_masked_lm_dir):
    return ["--model", str(tiny_masked_lm_dir)]


@pytest.fixture
def classifier(tiny_classifier_dir):
    return ["--model", str(tiny_classifier_dir)]


def run(*arguments, **options):
    """The command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "explainer", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **options,
    )


def mistake(capsys, *arguments):
    """The one line on stderr of a command that the user got wrong."""
    try:
        code: object = main(arguments)
    except SystemExit as stop:  # argparse's own way out
        code = stop.code
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert printed.err.count("\n") == 1
    return printed.err


def test_json_is_the_contract(lm, capsys):
    arguments = ["--correct", "are", "--wrong", "is", "--points", "8", "--format", "json", "--flow"]
    assert main(["explain", TEXT, *lm, *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    data = json.loads(printed.out)
    assert set(data) == {
        *("schema", "model", "tokens", "target", "settings", "influence"),
        *("completeness_gap", "points_used", "patterns", "words", "flow"),
    }
    assert data["schema"] == 3
    assert data["model"] == {
        "name": "tiny-lm",
        "task": "masked-lm",
        "layers": 3,
        "heads": 2,
        "d_model": 12,
        "head": "choice",
    }
    assert data["tokens"] == ["[CLS]", *TEXT.split(), "[SEP]"]
    target = data["target"]
    assert set(target) == {"positions", "correct", "wrong", "value", "baseline_value", "unit"}
    assert (target["positions"], target["correct"], target["wrong"]) == ([7], "are", "is")
    assert data["settings"] == {
        "points": 8,
        "rule": "adaptive",
        "tolerance": 0.01,
        "baseline": "mask",
        "keep_special": False,
        "top_k": 1,
        "search": "staged",
        "beam": 4,
    }
    total = sum(data["influence"])
    gap = total - (target["value"] - target["baseline_value"])
    assert gap == pytest.approx(data["completeness_gap"], abs=1e-6)
    assert_patterns(data)
    skip, heads = data["flow"]["skip"], data["flow"]["heads"]
    assert [len(skip), len(skip[0])] == [3, 11]
    assert [len(heads), len(heads[0]), len(heads[0][0]), len(heads[0][0][0])] == [3, 2, 11, 11]
    for skip_layer, heads_layer in zip(skip, heads, strict=True):
        moved = sum(value for head in heads_layer for row in head for value in row)
        assert sum(skip_layer) + moved == pytest.approx(total, abs=1e-5)


def assert_patterns(data):
    strengths = [abs(pattern["influence"]) for pattern in data["patterns"]]
    assert strengths == sorted(strengths, reverse=True)
    assert {p["source"] for p in data["patterns"]} == {
        source for source, g in enumerate(data["influence"]) if g
    }
    for pattern in data["patterns"]:
        assert set(pattern) == {
            *("source", "token", "influence", "nodes", "embedding_influence", "embedding_trail"),
            *("components", "attention_influence", "attention_trail", "attention_parts"),
        }
        assert pattern["token"] == data["tokens"][pattern["source"]]
        assert pattern["influence"] == data["influence"][pattern["source"]]
        assert pattern["nodes"][0] == pattern["source"]
        assert pattern["nodes"][-1] in data["target"]["positions"]
        assert len(pattern["nodes"]) == 4
        assert len(pattern["components"]) == 3
        assert all(c == "skip" or c in (0, 1) for c in pattern["components"])
        assert len(pattern["embedding_trail"]) == len(pattern["attention_trail"]) == 3
        assert pattern["embedding_trail"][-1] == pattern["embedding_influence"]
        assert pattern["attention_trail"][-1] == pattern["attention_influence"]


def test_the_settings_reach_the_explanation(lm, tiny_masked_lm_dir, capsys):
    path = ["--points", "5", "--rule", "adaptive", "--tolerance", "0.2"]
    path += ["--baseline", "zero", "--keep-special", "--search", "joint", "--beam", "3"]
    assert main(["explain", TEXT, *lm, *path, "--top-k", "2", "--format", "json"]) == 0
    printed = Explanation.from_dict(json.loads(capsys.readouterr().out))
    settings = Settings(
        **{"points": 5, "rule": "adaptive", "tolerance": 0.2, "baseline": "zero"},
        **{"keep_special": True, "top_k": 2, "search": "joint", "beam": 3},
    )
    expected = explain(load_model(str(tiny_masked_lm_dir)), TEXT, settings=settings)
    assert printed.to_dict() == expected.to_dict()


def test_the_table_holds_the_numbers_of_the_explanation(lm, tiny_masked_lm_dir, capsys):
    chosen = ["--correct", "are", "--wrong", "is", "--minimum-share", "0"]
    assert main(["explain", TEXT, *lm, *chosen]) == 0
    table = capsys.readouterr().out
    model = load_model(str(tiny_masked_lm_dir))
    explanation = explain(model, TEXT, correct="are", wrong="is")
    assert "are − is" in table
    assert f"{explanation.target.value:+.4f}" in table
    assert f"{explanation.target.baseline_value:+.4f}" in table
    assert f"{explanation.completeness_gap:+.4f}" in table
    rows = table.split("pattern (attention level)\n")[1].splitlines()
    assert len(rows) == len(explanation.patterns)
    for row, pattern in zip(rows, explanation.patterns, strict=True):
        assert row.endswith(path_text(explanation.tokens, pattern, "attention"))
        for value in (pattern.influence, pattern.embedding_influence, pattern.attention_influence):
            assert f"{value:+.4f}" in row


PIECES = "the unhappiest farmer and the unhappiest farmers [MASK] old ."


def test_word_pieces_are_one_word_unless_they_are_asked_for(lm, tiny_masked_lm_dir, capsys):
    chosen = ["--correct", "are", "--wrong", "is", "--minimum-share", "0", "--heads"]
    assert main(["explain", PIECES, *lm, *chosen]) == 0
    table = capsys.readouterr().out
    found = explain(load_model(str(tiny_masked_lm_dir)), PIECES, correct="are", wrong="is")
    assert "##" not in table
    assert "at [MASK] (token 12)" in table  # where it is among the tokens, as options name them
    rows = table.split("pattern (attention level)\n")[1].split("\n\n")[0].splitlines()
    # Both words by the token at which they begin, with the sums over pieces whose ways differ.
    for first in (2, 8):
        pieces = [p for p in found.patterns if first <= p.source < first + 3]
        g = sum(found.influence[first : first + 3])
        (row,) = [row for row in rows if row.startswith(f"unhappiest ({first}) ")]
        said = [float(part) for part in row.split()[2:5]]
        carried = [sum(p.value(level) for p in pieces) for level in ("embedding", "attention")]
        assert said == pytest.approx([g, *carried], abs=3e-4)
    assert any(row.endswith(" more way)") or row.endswith(" more ways)") for row in rows)
    assert main(["explain", PIECES, *lm, *chosen, "--no-merge-pieces"]) == 0
    table = capsys.readouterr().out
    assert table.startswith(" ".join(found.tokens))
    assert "\n##happi (3) " in table


def test_scores_are_of_words_and_checks_name_a_pieces_word(lm, capsys):
    few = ["--points", "3", "--rule", "trapezoid", "--minimum-share", "0"]
    shown = [*few, "--scores", "leave-one-out", "--stability"]
    assert main(["explain", PIECES, *lm, *shown]) == 0
    _, scores, checks = re.split(r"\nword .*(?:logits|carried)\)?\n", capsys.readouterr().out)
    assert "unhappiest (2) " in scores
    assert "##" not in scores.partition("\n\n")[0]
    assert "##happi (3) of unhappiest " in checks
    assert main(["explain", PIECES, *lm, *few, *shown[-3:], "--no-merge-pieces"]) == 0
    assert "\n##happi (9) " in capsys.readouterr().out


def test_a_figure_keeps_pieces_where_they_are_asked_for(lm, tmp_path, tiny_masked_lm_dir):
    out = tmp_path / "figure.svg"
    few = ["--points", "3", "--rule", "trapezoid"]
    found = explain(
        load_model(str(tiny_masked_lm_dir)), PIECES, settings=Settings(points=3, rule="trapezoid")
    )
    for option, merged in (("--merge-pieces", True), ("--no-merge-pieces", False)):
        assert main(["explain", PIECES, *lm, *few, option, "--out", str(out)]) == 0
        assert out.read_text(encoding="utf-8") == pattern_svg(found, merge_pieces=merged)


def test_the_table_says_how_many_words_it_leaves_out(lm, capsys):
    assert main(["explain", TEXT, *lm, "--minimum-share", "0.99"]) == 0
    assert "10 more words are below 0.99 of Σ|g|" in capsys.readouterr().out


def test_the_table_shows_the_flow_of_every_block(lm, capsys):
    assert main(["explain", TEXT, *lm, "--flow"]) == 0
    rows = capsys.readouterr().out.split("by heads\n")[1].splitlines()
    assert [row.split()[0] for row in rows[:3]] == ["0", "1", "2"]


def test_the_table_says_how_heads_carry(lm, capsys, tiny_masked_lm):
    shown = ["--correct", "are", "--wrong", "is", "--minimum-share", "0", "--heads"]
    assert main(["explain", TEXT, *lm, *shown]) == 0
    _, table = capsys.readouterr().out.split("\nword ")[1:]
    rows = [re.split("  +", row) for row in table.splitlines()[1:-1]]
    explanation = explain(tiny_masked_lm, TEXT, correct="are", wrong="is")
    heads = [
        (edge, carried, parts)
        for pattern in explanation.patterns
        for edge, carried, parts in pattern.steps()
        if parts is not None
    ]
    assert len(rows) == len(heads) > 10
    for row, (edge, carried, parts) in zip(rows, heads, strict=True):
        assert row[1:3] == [str(edge.layer), str(edge.component)]
        numbers = [carried, *parts][: 4 if edge.source == edge.target else 3]
        assert row[4:] == [f"{number:+.4f}" for number in numbers]
    skips = [replace(p, attention_parts=()) for p in explanation.patterns]
    without = replace(explanation, patterns=tuple(skips))
    table = explanation_table(without, level="attention", minimum_share=0, heads=True)
    assert table.endswith("No pattern takes a head, or says how heads carry.\n")


def test_candidates_are_for_json(lm, capsys):
    assert main(["explain", TEXT, *lm, "--candidates", "--format", "json"]) == 0
    patterns = json.loads(capsys.readouterr().out)["patterns"]
    assert all(len(pattern["candidate_parts"]) == 3 for pattern in patterns)
    assert "--format json" in mistake(capsys, "explain", TEXT, *lm, "--candidates")


def test_heads_are_for_a_table(lm, capsys):
    assert "--format table" in mistake(capsys, "explain", TEXT, *lm, "--heads", "--format", "json")


def test_paths_are_written_without_losing_a_step(tiny_masked_lm):
    explanation = explain(tiny_masked_lm, TEXT)
    for pattern in explanation.patterns:
        text = path_text(explanation.tokens, pattern, "attention")
        steps = sum(
            int(part.split("×")[1].rstrip("→")) if "×" in part else 1
            for part in text.split(" ")
            if part.endswith("→")
        )
        assert steps == 3
        assert text.count("h") >= sum(c != "skip" for c in set(pattern.components))
        assert text.endswith("[MASK]")


def test_columns_line_up_with_wide_and_combining_characters():
    lines = align(("word", "g"), [("日本", "+1"), ("e\u0301a", "-10")]).splitlines()
    assert lines == ["word    g", "日本   +1", "e\u0301a    -10"]


def test_a_classifier_takes_a_label_by_name_or_number(classifier, capsys):
    outputs = []
    for label in ("positive", "2"):
        arguments = ["--label", label, "--other", "negative", "--format", "json"]
        assert main(["explain", "good farmers .", *classifier, *arguments]) == 0
        outputs.append(json.loads(capsys.readouterr().out))
    assert outputs[0] == outputs[1]
    assert outputs[0]["target"]["correct"] == LABELS[2]
    assert outputs[0]["target"]["wrong"] == LABELS[0]
    assert outputs[0]["target"]["positions"] == [0]


def test_two_words_of_different_lengths_are_two_tables_and_a_difference(
    lm, tiny_masked_lm, tmp_path, capsys
):
    words = ["--correct", "unhappiest", "--wrong", "is"]
    asked = ["explain", TEXT, *lm, *words]
    assert main(asked) == 0
    printed = capsys.readouterr().out
    found = explain_words(tiny_masked_lm, TEXT, "unhappiest", "is")
    assert "Q = log P(unhappiest), at [MASK] (token 7), [MASK] (token 8)" in printed
    assert "Q = log P(is), at [MASK] (token 7)\n" in printed
    assert f"log P(unhappiest) − log P(is) = {found.difference:+.4f}, each" in printed
    for ending in ("svg", "json"):
        assert main([*asked, "--out", str(tmp_path / f"two.{ending}")]) == 0
    record = WordPair.from_json((tmp_path / "two.json").read_text())
    assert record.difference == pytest.approx(found.difference, abs=1e-4)
    assert "unhappiest" in (tmp_path / "two.svg").read_text()
    for option in (["--stability"], ["--scores", "alti"], ["--format", "html"]):
        assert main([*asked, *option]) == 2
        assert "choose words of as many pieces" in capsys.readouterr().err


def test_a_tagger_takes_a_word_and_two_tags(tiny_tagger_dir, capsys):
    asked = ["--word", "the (4)", "--label", "b-loc", "--other", "B-PER"]
    how = ["--model", str(tiny_tagger_dir), "--points", "4", "--scores", "leave-one-out"]
    assert main(["explain", "the farmers love the old farmer .", *how, *asked]) == 0
    table = capsys.readouterr().out
    assert "tiny-tagger: tagging, 3 layers" in table
    assert "Q = logit B-LOC − B-PER, at the (token 4)" in table
    said = mistake(capsys, "explain", "the farmers love .", *how, "--word", "assistant")
    assert "The word 'assistant' is not in the text: give one of its words (the, farmers" in said


def test_a_reader_takes_an_answer_in_the_words_of_the_passage(tiny_reader_dir, capsys):
    passage = ["--pair", "that assistant is the old farmer .", "--answer", "old farmer"]
    how = ["--model", str(tiny_reader_dir), "--points", "4"]
    assert main(["explain", "the farmers .", *how, *passage, "--other", "assistant"]) == 0
    table = capsys.readouterr().out
    assert "tiny-reader: question-answering, 3 layers" in table
    read_at = "assistant (token 6), old (token 9), farmer (token 10)"
    assert f"Q = logit old farmer − assistant, at {read_at}" in table
    said = mistake(capsys, "explain", "the farmers .", *how)
    assert "give the question as the text and the passage as the second text (pair)" in said


def test_notes_go_to_stderr(lm, capsys):
    assert main(["explain", "the 🙂 [MASK] .", *lm, "--format", "json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["tokens"][2] == "[UNK]"
    assert printed.err == "note: Not in the model's vocabulary, and read as [UNK]: '🙂'.\n"


@pytest.mark.parametrize("ending", ["json", "svg", "html", "txt"])
def test_a_file_gets_the_format_of_its_ending(lm, tmp_path, ending, capsys):
    out = tmp_path / f"result.{ending}"
    out.write_text("old")
    assert main(["explain", TEXT, *lm, "--out", str(out)]) == 0
    assert capsys.readouterr().out == ""
    starts = {"json": "{", "svg": "<svg", "html": "<!doctype html", "txt": "[CLS] the farmers"}
    assert out.read_text(encoding="utf-8").lower().startswith(starts[ending].lower())
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "COMMAND"),
        (["paint"], "invalid choice: 'paint'"),
        (["explain"], "TEXT"),
        (["explain", "x", "--points", "many"], "invalid int value: 'many'"),
        (["explain", "x", "--rule", "simpson"], "invalid choice: 'simpson'"),
        (["explain", "x", "--minimum-share", "nan"], "not a share from 0 to 1"),
        (["explain", "x", "--minimum-share", "5"], "not a share from 0 to 1"),
        (["explain", "x", "--format", "png"], "invalid choice: 'png'"),
        (["explain", "x", "--points", "1"], "points is 1"),
        (["explain", "x", "--tolerance", "0"], "tolerance is 0.0: give a share of Q(x)"),
        (["explain", "x", "--tolerance", "nan"], "tolerance is nan"),
        (["explain", "x", "--top-k", "0"], "top_k is 0"),
        (["explain", "x", "--beam", "0"], "beam is 0"),
        (["explain", "x", "--search", "wide"], "invalid choice: 'wide'"),
        (["explain", "x", "--model", "./nowhere"], "no model folder './nowhere'"),
        (["explain", "x", "--out", "no-such-folder/x.svg"], "no folder 'no-such-folder'"),
        (["explain", "x", "--out", "."], "is a folder"),
        (["app", "--port", "0"], "'0' is not a port from 1 to 65535"),
        (["app", "--host", "no.such.host.invalid"], "The host 'no.such.host.invalid' is unknown"),
        (["models", "all"], "unrecognized arguments: all"),
        (["models", "\x1b[31m\ud800"], r"unrecognized arguments: \x1b[31m\ud800"),
        (["9" * 5000], "9 … 9"),
    ],
)
def test_a_wrong_command_is_answered_in_one_line(arguments, message, capsys):
    assert message in mistake(capsys, *arguments)


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("", [], "The text is empty"),
        ("no mask", [], "has no [MASK]"),
        ("the\n\n[MASK]\n[MASK]", ["--correct", "is"], "has 2 [MASK]"),
        (TEXT, ["--correct", "zebra"], "'zebra'"),
        (TEXT, ["--correct", "is", "--wrong", "IS"], "the same to the model"),
        (TEXT, ["--label", "positive"], "label"),
    ],
)
def test_a_wrong_input_is_answered_in_one_line(lm, text, arguments, message, capsys):
    assert message in mistake(capsys, "explain", text, *lm, *arguments)


def test_a_class_without_a_rival_is_said_to_be_held_against_all_others(classifier, capsys):
    assert main(["explain", "the farmers .", *classifier, "--label", "positive"]) == 0
    assert "Q = logit positive − mean of the others" in capsys.readouterr().out
    assert main(["explain", "the farmers .", *classifier, "--label", "1", "--other", "0"]) == 0
    assert "mean of the others" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["--label", "5"], ["--label", "funny"], ["--correct", "good"]]
)
def test_a_wrong_label_is_answered_in_one_line(classifier, arguments, capsys):
    assert mistake(capsys, "explain", "good farmers .", *classifier, *arguments)


def test_a_file_that_cannot_be_written_is_a_mistake_and_leaves_nothing(lm, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(tmp_path), "replace", full)
    assert main(["explain", TEXT, *lm, "--out", str(tmp_path / "x.json")]) == 2
    assert list(tmp_path.iterdir()) == []


def test_an_unexpected_failure_takes_one_line_and_a_traceback_only_on_request(
    lm, monkeypatch, capsys
):
    def fail(*_, **__):
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr(api, "explain", fail)
    assert main(["explain", TEXT, *lm]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("unexpected failure: RuntimeError: first second")
    assert printed.count("\n") == 1
    monkeypatch.setenv("EXPLAINER_DEBUG", "1")
    with pytest.raises(RuntimeError):
        main(["explain", TEXT, *lm])


def test_an_interrupt_takes_one_line(lm, monkeypatch, capsys):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "explain", interrupt)
    assert main(["explain", TEXT, *lm]) == 130
    assert capsys.readouterr().err == "interrupted: there is no result\n"


@pytest.mark.parametrize("arguments", [[], ["app"], ["explain"], ["models"]])
def test_every_help_has_examples(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "--help"])
    assert stop.value.code == 0
    assert "example" in capsys.readouterr().out


def test_an_evaluation_leaves_tables_figures_and_findings(lm, tmp_path, capsys):
    file, out = tmp_path / "own.csv", tmp_path / "runs"
    file.write_text(
        "text,correct,wrong\n"
        f"{TEXT},are,is\n"
        "the farmer that the assistants love [MASK] old .,is,are\n",
        encoding="utf-8",
    )
    command = ["evaluate", *lm, "--file", str(file), "--points", "60", "--out", str(out)]
    assert main(command) == 0
    printed = capsys.readouterr()
    assert "Much influence flows through skip connections (" in printed.out
    assert printed.err == ""
    sentences = pd.read_parquet(out / "sentences.parquet")
    assert sentences["text"].iloc[0] == TEXT
    expected = explain(
        load_model(lm[1]), TEXT, correct="are", wrong="is", settings=Settings(points=60)
    )
    assert sentences["value"][0] == pytest.approx(expected.target.value)
    assert len(pd.read_csv(out / "patterns.csv")) == 20
    assert "## " in (out / "summary.md").read_text(encoding="utf-8")
    figures = list((out / "figures").glob("*.svg"))
    assert {f.name.split("-")[0] for f in figures} == {"carried", "retained", "removed", "skip"}
    for figure in figures:
        ElementTree.parse(figure)
    # The same again finds everything done.
    before = (out / "own" / "records.jsonl").read_bytes()
    assert main(command) == 0
    assert (out / "own" / "records.jsonl").read_bytes() == before


def test_tasks_and_methods_are_listed(capsys):
    assert main(["evaluate", "--list"]) == 0
    printed = capsys.readouterr().out
    assert "  sentiment\n" in printed
    marked = {name for name in METHODS if f"* {name} " in printed}
    assert marked == set(DEFAULT_METHODS)
    with pytest.raises(SystemExit):
        main(["evaluate", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "names from --list, or all (default: those marked * there)" in said


def test_models_are_listed_one_a_line(capsys):
    assert main(["models"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split() == ["name", "kind", "task", "size", "licence", "what", "it", "is"]
    assert any(row.startswith("google-bert/bert-base-uncased ") for row in rows)
    place = slice(header.index("licence"), header.index("what it is"))
    licences = [row[place].strip() for row in rows if " preset " in row]
    assert "MIT" in licences
    assert all(licences)


def test_the_process_prints_any_character_whatever_the_locale(lm):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = run("explain", "the 🙂 [MASK] .", *lm, "--minimum-share", "0", env=environment)
    assert done.returncode == 0
    assert "→" in done.stdout
    assert done.stderr == "note: Not in the model's vocabulary, and read as [UNK]: '🙂'.\n"


def test_the_process_ends_quietly_when_its_reader_leaves(lm):
    command = [sys.executable, "-m", "explainer", "explain", TEXT, *lm]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        writer.stdout.close()
        assert writer.stderr.read() == b""
        assert writer.wait() == 1


def test_the_process_answers_mistakes_with_code_2():
    done = run("explain", "x", "--out", "nowhere/figure.svg")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("width", ["20", "80"])
def test_a_table_is_never_cut_or_wrapped(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    long = "Donaudampfschifffahrtsgesellschaft" * 4
    lines = align(("word", "path"), [(long, f"{long} ─skip→ [MASK]"), ("[b]", "x")]).splitlines()
    assert lines[1] == f"{long}  {long} ─skip→ [MASK]"
    assert lines[2].split() == ["[b]", "x"]
    assert len(lines) == 3


@pytest.mark.parametrize(
    "arguments",
    [["explain", "x", "--out", "figure.svg"], ["evaluate", "--file", "x.csv", "--out", "a/b"]],
)
def test_a_folder_without_write_access_is_refused_before_anything_is_imported(
    arguments, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "access", lambda place, _: place != tmp_path)
    for module in ("explainer.api", "explainer.evaluation.run"):
        monkeypatch.setitem(sys.modules, module, None)  # it would take seconds, and fails here
    assert "cannot be written (Permission denied)" in mistake(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_the_cards_of_the_built_in_models_are_named(capsys):
    assert main(["models"]) == 0
    printed = capsys.readouterr().out
    made = "licence apache-2.0, made from sentence-transformers/all-MiniLM-L6-v2"
    for name in ("agreement", "sentiment"):
        assert f"\n{name}: {made}\n" in printed
        assert str(assets.MODELS / name / "README.md") in printed


def test_the_version_is_the_one_of_the_package(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"python -m explainer {explainer.__version__}\n"


def test_shares_are_written_as_on_the_page(tiny_masked_lm):
    explanation = explain(tiny_masked_lm, TEXT, settings=Settings(points=2))
    first = explanation.patterns[0]
    small = replace(first, attention_influence=first.influence / 1000)
    shown = replace(explanation, patterns=(small,))
    table = explanation_table(shown, level="attention", minimum_share=0)
    assert percent(small.share("attention")) == "<1 %"
    assert "  <1 %  " in table
    assert "  0 %  " not in table


@pytest.mark.parametrize(
    ("extra", "part"),
    [
        (["--memory", "much"], "The memory budget is 'much'"),
        (["--memory", "1KB"], "need at least"),
        (["--device", "cuda:99"], "The device 'cuda:99' is not there"),
    ],
)
def test_a_machine_that_does_not_fit_is_one_sentence(tiny_masked_lm_dir, capsys, extra, part):
    words = ["explain", "the farmers [MASK] old .", "--model", str(tiny_masked_lm_dir), *extra]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert part in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("extra", "part"),
    [
        (["--memory", "much"], "The memory budget is 'much'"),
        (["--device", "cuda:99"], "The device 'cuda:99' is not there"),
    ],
)
def test_nor_is_it_for_a_run_which_leaves_nothing_behind(tmp_path, capsys, extra, part):
    folder = tmp_path / "runs"
    command = ["evaluate", "--task", "sva-obj", "--n", "1", "--out", str(folder), *extra]
    assert main(command) == 2
    said = capsys.readouterr().err
    assert part in said
    assert said.count("\n") == 1
    assert not folder.exists()


def test_a_pdf_without_its_extra_is_refused_before_anything_is_computed(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.setitem(extras.EXTRAS, "pdf", ("no_such_package",))
    out = tmp_path / "pattern.pdf"
    said = mistake(capsys, "explain", TEXT, "--model", "./nowhere", "--out", str(out))
    assert "A PDF needs the extra 'pdf'" in said
    assert not out.exists()


def test_a_pdf_is_written_as_it_is(lm, tmp_path, capsysbinary):
    pytest.importorskip("vl_convert")
    out = tmp_path / "pattern.pdf"
    assert main(["explain", TEXT, *lm, "--out", str(out)]) == 0
    assert main(["explain", TEXT, *lm, "--format", "pdf"]) == 0
    printed = capsysbinary.readouterr().out
    assert out.read_bytes()[:5] == printed[:5] == b"%PDF-"


def test_a_pair_is_explained_with_the_text_of_each_word(classifier, capsys):
    two = ["explain", "the farmer is good .", "--pair", "the assistant is bad ."]
    assert main([*two, *classifier, "--points", "4", "--minimum-share", "0"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert "[SEP] the assistant is bad . [SEP]" in printed[0]
    header = next(at for at, line in enumerate(printed) if line.split()[:2] == ["text", "word"])
    texts = {line.split()[1]: line.split()[0] for line in printed[header + 1 :] if line.strip()}
    assert texts["farmer"] == "1"
    assert texts["assistant"] == "2"


def test_a_pair_that_is_not_taken_is_refused(lm, classifier, capsys):
    said = mistake(capsys, "explain", TEXT, "--pair", "the farmer is old .", *lm)
    assert "leave the second text out, or load a classifier" in said
    assert "The second text is empty" in mistake(
        capsys, "explain", "the farmer .", "--pair", "", *classifier
    )


def test_scores_and_stability_of_a_pair_are_of_both_texts(classifier, tiny_classifier, capsys):
    first, second = "the farmer is good .", "the assistant is bad ."
    points = ["--points", "4", "--rule", "trapezoid", "--format", "json"]
    more = ["--scores", "leave-one-out", "--stability"]
    assert main(["explain", first, "--pair", second, *classifier, *points, *more]) == 0
    found = json.loads(capsys.readouterr().out)
    settings = Settings(points=4, rule="trapezoid")
    own = word_scores(tiny_classifier, first, "leave-one-out", pair=second, settings=settings)
    assert found["scores"]["scores"] == pytest.approx(own.scores, abs=1e-4)
    checked = {one["pattern"]["token"] for one in found["stability"]}
    assert "assistant" in checked

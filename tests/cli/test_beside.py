"""What `explain` adds where it is asked for: stability and other scores, in table, JSON, figure."""

import json

import pytest

from explainer import Beside, Contrast, Explanation, Settings, explain, stability, word_scores
from explainer.cli.main import main

TEXT = "the farmers that the assistant loves [MASK] old ."
ASKED = ["--correct", "are", "--wrong", "is", "--points", "4", "--rule", "trapezoid"]
SETTINGS = Settings(points=4, rule="trapezoid")


@pytest.fixture
def lm(tiny_masked_lm_dir):
    return ["--model", str(tiny_masked_lm_dir)]


def test_the_table_says_whether_each_shown_word_is_found_again(lm, tiny_masked_lm, capsys):
    # The folder's model is read in float32, which a tiny random model hardly differs by.
    shown = ["--minimum-share", "0.1", "--stability", "--level", "embedding"]
    assert main(["explain", TEXT, *lm, *ASKED, *shown]) == 0
    printed = capsys.readouterr().out
    explanation = explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=SETTINGS)
    words = [pattern.source for pattern in explanation.drawn(0.1)]
    assert 1 < len(words) < 10
    found = stability(
        tiny_masked_lm, TEXT, words, contrast=Contrast("are", "is"), settings=SETTINGS
    )
    table = printed.partition("checked by")[2].splitlines()[1:]
    warnings = [line.removeprefix("warning: ") for line in table if line.startswith("warning: ")]
    assert len(table) == 5 * len(words) + len(warnings) + 1 + len(words)
    assert warnings == list(found[0].gap_warnings())
    assert [line.partition(": ")[2] for line in table[-len(words) :]] == [
        one.says("embedding") for one in found
    ]


def test_the_table_has_each_words_score_beside_g(lm, capsys):
    assert main(["explain", TEXT, *lm, *ASKED, "--scores", "alti"]) == 0
    printed = capsys.readouterr().out
    assert "ALTI (share)" in printed
    rows = printed.partition("ALTI (share)")[2].splitlines()[1:12]
    assert rows[0].startswith("[CLS]")
    assert all(row.endswith(" %") for row in rows)
    assert "(ALTI finds “" in printed


def test_json_has_both_beside_the_explanation(lm, tiny_masked_lm, capsys):
    more = ["--format", "json", "--stability", "--scores", "leave-one-out"]
    assert main(["explain", TEXT, *lm, *ASKED, *more]) == 0
    data = json.loads(capsys.readouterr().out)
    scores = word_scores(
        tiny_masked_lm, TEXT, "leave-one-out", contrast=Contrast("are", "is"), settings=SETTINGS
    )
    assert data["scores"]["method"] == "leave-one-out"
    assert data["scores"]["scores"] == pytest.approx(scores.scores, abs=1e-4)
    assert [one["source"] for one in data["stability"]] == [
        pattern["source"] for pattern in data["patterns"]
    ]
    assert {check["varied"] for check in data["stability"][0]["checks"]} == {
        *("search", "beam", "points", "baseline")
    }
    read = Explanation.from_dict(data).to_dict()
    assert read == {name: value for name, value in data.items() if name in read}
    assert Beside.from_dict(data).to_dict() == {
        name: value for name, value in data.items() if name not in read
    }


def test_a_figure_has_the_scores_for_its_bars(lm, tmp_path):
    file = tmp_path / "scores.svg"
    assert main(["explain", TEXT, *lm, *ASKED, "--scores", "rollout", "--out", str(file)]) == 0
    assert "bars: attention rollout" in file.read_text(encoding="utf-8")


def test_what_cannot_be_is_said(lm, capsys):
    assert main(["explain", TEXT, *lm, "--stability", "--format", "svg"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: --stability adds to a table or JSON, and the output is svg: ")
    with pytest.raises(SystemExit):
        main(["explain", TEXT, *lm, "--scores", "lime"])
    assert "invalid choice: 'lime'" in capsys.readouterr().err


def test_the_estimate_counts_the_checks(lm, monkeypatch, capsys):
    from explainer.influence.effort import estimate

    seen = []
    monkeypatch.setattr(estimate, "pace", lambda *_, **__: 1e12)
    own = estimate.estimate
    monkeypatch.setattr(
        estimate, "estimate", lambda *a, **k: seen.append(k["beside"]) or own(*a, **k)
    )
    for more in ([], ["--stability"]):
        assert main(["explain", TEXT, *lm, *ASKED, *more]) == 0
    assert seen[0] == 0
    assert seen[1] > 0
    capsys.readouterr()

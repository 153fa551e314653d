"""How much memory may be taken: what is asked for, what the environment says, what is free."""

import pytest

from explainer import ExplainerError, Settings, explain
from explainer.base import budget
from explainer.base.budget import VARIABLE, given_budget, size

GB = 2**30


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2 GB", 2 * GB),
        ("2gb", 2 * GB),
        ("1.5GB", 3 * GB // 2),
        ("500 MB", 500 * 2**20),
        ("64 kb", 2**16),
        ("4096", 4096),
        (12345, 12345),
    ],
)
def test_a_size_is_read(asked, expected):
    assert given_budget(asked) == expected


@pytest.mark.parametrize(
    "asked", ["", "much", "-1", "2 PB", "0", 0, -5, True, 1.5, [], "²GB", "9" * 40, 2**70]
)
def test_what_is_no_size_is_refused(asked):
    with pytest.raises(ExplainerError, match=r"^The memory budget is .* give such as '2 GB'"):
        given_budget(asked)


def test_the_environment_is_asked_where_nobody_else_says(monkeypatch):
    monkeypatch.setenv(VARIABLE, " 3 GB ")
    assert given_budget() == 3 * GB
    assert given_budget("1 GB") == GB
    monkeypatch.setenv(VARIABLE, "lots")
    with pytest.raises(ExplainerError, match=f"^The environment variable {VARIABLE} is 'lots'"):
        given_budget()


@pytest.mark.parametrize(
    ("free", "expected"), [(8 * GB, 2 * GB), (GB, GB // 2), (100 * GB, 4 * GB)]
)
def test_the_default_is_a_quarter_of_what_is_free(monkeypatch, free, expected):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(budget, "free_memory", lambda: free)
    assert given_budget() == expected


def test_a_containers_limit_counts(monkeypatch, tmp_path):
    whole = budget.free_memory()
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    monkeypatch.setattr(budget, "CONTROL_GROUP", tmp_path)
    assert budget.free_memory() == 600_000
    (tmp_path / "memory.max").write_text("max\n")
    assert abs(budget.free_memory() - whole) < GB


def test_sizes_in_words():
    assert [size(n) for n in (1, 2048, 3 * 2**20, 3 * GB // 2, 20 * GB)] == [
        *("1 KB", "2 KB", "3.0 MB", "1.5 GB", "20 GB")
    ]


def test_explaining_keeps_to_it_or_says_what_it_needs(tiny_masked_lm):
    text, few = "the farmers [MASK] old .", Settings(points=3)
    usual = explain(tiny_masked_lm, text, settings=few)
    found = explain(tiny_masked_lm, text, settings=few, memory="64 KB")
    assert found.influence == pytest.approx(usual.influence, abs=1e-12)
    with pytest.raises(ExplainerError, match=r"7 tokens need at least \d+ KB for one point"):
        explain(tiny_masked_lm, text, settings=few, memory=2000)

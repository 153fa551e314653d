"""A small corpus, and a run of it that nothing has stopped."""

import pytest

from tests.corpus.small import ran, written


@pytest.fixture
def source(tmp_path):
    return written(tmp_path / "rows.jsonl")


@pytest.fixture
def whole(tiny_masked_lm_dir, source, tmp_path):
    return ran(tiny_masked_lm_dir, source, tmp_path / "whole")

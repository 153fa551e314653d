"""The models and the explanation that generated cases are about."""

import tests.executed  # noqa: F401  # before anything of the engine

# isort: split

import os
from collections import Counter

import pytest
from transformers import BertModel

from explainer import explain, load_model
from tests.damage import SEED, TOTAL, long_run
from tests.fuzz.asking import FEW, Quiet

SUBJECTS = {
    "test_links": "links",
    "test_command_lines": "command lines",
    "test_model_folders": "model folders",
    "test_run_folders": "run folders",
    "test_records": "records",
    "test_texts": "texts",
    "test_corpus": "files and corpora",
    "test_drawing": "figures",
    "test_evaluating": "evaluations",
    "test_explaining": "texts",
    "test_settings": "settings",
    "test_similarity": "texts",
}
"""What a file's cases are about, but for single tests."""
OF_ONE = {
    "test_load_model": "model folders",
    "test_open": "run folders",
    "test_runs": "settings",
    "test_condition": "settings",
    "test_a_record_of_two_words": "records",
    "test_a_damaged_matrix": "records",
    "test_damaged_paths": "records",
    "test_records_that_are_none": "records",
    "test_figures_of_two_texts": "figures",
}


def pytest_terminal_summary(terminalreporter):
    """Of the long run, say how many cases of each subject were tried, and how to try them again."""
    if not long_run():
        return
    counted: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            file, _, test = report.nodeid.partition("::")
            subject = OF_ONE.get(test) or SUBJECTS[file.rpartition("/")[2].removesuffix(".py")]
            counted[subject] += sum(n for name, n in report.user_properties if name == TOTAL)
    write = terminalreporter.write_line
    for subject, count in sorted(counted.items()):
        write(f"{count:9,} {subject}")
    write(f"{counted.total():9,} cases in all; the same again: ")
    write(f"make fuzz SEED={os.environ[SEED]} CASES={os.environ[TOTAL]}")


@pytest.fixture(scope="module")
def masked_lm(tiny_masked_lm):
    return Quiet(tiny_masked_lm)


@pytest.fixture(scope="module")
def tagger(tiny_tagger):
    return Quiet(tiny_tagger)


@pytest.fixture(scope="module")
def reader(tiny_reader):
    return Quiet(tiny_reader)


@pytest.fixture(scope="module")
def classifier(tiny_classifier):
    return Quiet(tiny_classifier)


@pytest.fixture(scope="module")
def explained(tiny_masked_lm):
    found = explain(tiny_masked_lm, "[MASK]", correct="are", wrong="is", settings=FEW)
    return Quiet(found)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    from tests.fixtures import save_tiny, tiny_config  # a plugin, which is loaded later than this

    folder = save_tiny(tmp_path_factory.mktemp("encoder") / "tiny", BertModel, tiny_config())
    return Quiet(load_model(str(folder), dtype="float64", pooling="mean"))

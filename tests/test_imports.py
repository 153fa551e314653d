"""Imports go one way, and each package of others is used in one place (the rule: wings.py)."""

import ast
import json
import subprocess
import sys

import pytest

from tests.wings import (
    ARROWS,
    ROOT,
    allowed,
    imported,
    lines,
    reachable,
    sources,
    statements,
    wing,
    within,
)

# What may import a package of others; everybody else must do without.
OWNERS = {
    "plotly": ("explainer.figures",),
    "filelock": ("explainer.base.lock",),
    "pyarrow": ("explainer.corpus",),
    "psutil": ("explainer.base",),
    "streamlit": ("explainer.app", "pages", "app"),
    "starlette": ("explainer.app.start", "explainer.app.memory"),
    "transformers": ("explainer.models",),
    "tokenizers": ("explainer.models", "explainer.question.pieces"),
    "safetensors": ("explainer.models",),
    "huggingface_hub": ("explainer.models",),
    "httpx2": ("explainer.models",),
    "vl_convert": ("explainer.figures",),
}
# The app loads heavy packages before the first session starts, and uses none of them.
LOADS_ONLY = "app"
WITHOUT_TORCH = (
    "explainer.results.gap",
    "explainer.results.explanation",
    "explainer.results.reading.record",
    "explainer.results.total_flow",
    "explainer.results.comparison",
    "explainer.results.merged",
    "explainer.results.settings",
    "explainer.base.errors",
    "explainer.figures",
)


def test_the_reading_of_imports_sees_what_is_there():
    assert "explainer.influence.trace" in imported("explainer.api")
    assert "torch" in reachable("explainer.api")
    assert "explainer.figures" in imported("explainer.results.explanation", lazy=True)
    assert "explainer.figures" not in imported("explainer.results.explanation")
    assert len(sources()) > 20


@pytest.mark.parametrize("package", OWNERS)
def test_a_package_of_others_is_used_by_its_owner_only(package):
    users = [
        module
        for module in sources()
        if any(within(name, package) for name in imported(module, lazy=True))
        and not any(within(module, owner) for owner in (*OWNERS[package], LOADS_ONLY))
    ]
    assert users == []


def test_the_app_uses_nothing_that_it_loads_for_others():
    tree = sources()[LOADS_ONLY]
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    loaded = {
        (alias.asname or alias.name).split(".")[0]
        for statement in statements(tree, lazy=True)
        for alias in statement.names
    }
    assert used & loaded == {"st", "begin", "guard", "loading", "settle", "settled", "ICON"}


@pytest.mark.parametrize("part", WITHOUT_TORCH)
def test_results_and_figures_know_nothing_of_torch(part):
    modules = [module for module in sources() if within(module, part)]
    assert modules
    for module in modules:
        assert not any(within(name, "torch") for name in reachable(module)), module


def test_pages_and_their_parts_leave_torch_to_the_engine():
    for module in sources():
        if any(within(module, part) for part in ("explainer.app", "pages")):
            assert not any(within(name, "torch") for name in imported(module, lazy=True)), module


def test_imports_go_one_way():
    against = {
        (module, name)
        for module in sources()
        for name in imported(module, lazy=True) & sources().keys()
        if not allowed(module, name)
    }
    assert against == ARROWS


def test_every_wing_has_its_place_in_the_rule():
    named = {name for line in lines() for rank in line for name in rank}
    assert {wing(module) for module in sources()} == named
    for folder in ROOT.glob("explainer/*/"):
        inside = {path.stem for path in folder.iterdir()}
        for line in lines(folder.name):
            assert {name for rank in line for name in rank} <= inside | {"."}, folder.name


@pytest.mark.parametrize(
    ("importer", "other"),
    [
        ("explainer.influence.search.refine", "explainer.api"),
        ("explainer.rivals.flow", "explainer.intervention.ablate"),
        ("explainer.figures.patterns.layout", "explainer.models.model"),
        ("explainer.evaluation.run", "explainer.figures"),
        ("explainer.figures.canvas.svg", "explainer.figures.patterns.layout"),
        ("explainer.question.sentence", "explainer"),
    ],
)
def test_the_rule_forbids(importer, other):
    assert not allowed(importer, other)


def test_no_folder_is_a_heap():
    for folder in {path.parent for path in ROOT.glob("explainer/**/*.py")}:
        files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(files) <= 15, folder


def test_nothing_imports_a_page_or_what_is_not_the_product():
    for module in sources():
        for name in imported(module, lazy=True):
            for part in ("pages", "app", "tests", "training", "benchmarks"):
                assert not within(name, part), f"{module} imports {name}"


def test_no_module_imports_itself_in_a_circle():
    for module in sources():
        for name in imported(module):
            assert module not in reachable(name), f"{module} ⇄ {name}"


def test_only_reading_uses_the_tokenizer():
    users = {
        module
        for module, tree in sources().items()
        if any(
            isinstance(node, ast.Attribute) and node.attr == "tokenizer" for node in ast.walk(tree)
        )
    }
    assert users == {f"explainer.question.{name}" for name in ("pair", "sentence", "vocabulary")}


IMPORTS = """
import json, sys, typing
import explainer, explainer.cli.main, explainer.figures
explainer.Settings, explainer.Explanation
light = list(sys.modules)
import torch
from transformers.utils import logging
def settings():
    return [logging.get_verbosity(), torch.get_num_threads()]
before = settings()
import explainer.api
from explainer.models import registry, shapes
print(json.dumps({
    "light": light,
    "all": list(sys.modules),
    "plain": shapes.Float is typing.Annotated,
    "settings": [before, settings()],
}))
import gc
gc.freeze()  # what is left goes with the process: to look through it takes a second
"""


@pytest.fixture(scope="module")
def seen():
    """What one process sees, as it imports one part after the other."""
    done = subprocess.run([sys.executable, "-c", IMPORTS], check=True, capture_output=True)
    return json.loads(done.stdout)


def test_help_and_results_do_not_wait_for_torch(seen):
    assert not {"torch", "transformers", "plotly", "streamlit"} & set(seen["light"])


def test_importing_changes_no_setting_of_others(seen):
    before, after = seen["settings"]
    assert before == after


def test_users_pay_nothing_for_the_names_of_axes(seen):
    assert seen["plain"]
    assert "explainer.models.shapes" in seen["all"]
    assert not {"jaxtyping", "beartype"} & set(seen["all"])


def test_every_public_name_can_be_imported():
    import explainer

    assert all(getattr(explainer, name) is not None for name in explainer.__all__)
    assert explainer._HOMES.keys() == set(explainer.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = explainer.nothing


def test_the_public_names_are_one_list():
    import explainer

    tree = sources()["explainer"]
    for_types = [node for node in tree.body if isinstance(node, ast.If)]
    named = {
        alias.name: str(statement.module)
        for statement in statements(for_types[0], lazy=True)
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert named == {name: f"explainer.{home}" for name, home in explainer._HOMES.items()}

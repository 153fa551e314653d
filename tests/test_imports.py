"""Imports go one way: text → Sentence → Trace → Pattern → figure → page."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STAGES = ["question.sentence", "influence.trace", "influence.refine", "api", "app", "pages"]
# What may import a package of others; everybody else must do without.
OWNERS = {
    "plotly": ("explainer.figures",),
    "filelock": ("explainer.evaluation",),
    "streamlit": ("explainer.app", "pages", "app"),
    "transformers": ("explainer.models",),
    "tokenizers": ("explainer.models", "explainer.question.pieces"),
    "safetensors": ("explainer.models",),
    "huggingface_hub": ("explainer.models",),
    "httpx2": ("explainer.models",),
}
# The app loads heavy packages before the first session starts, and uses none of them.
LOADS_ONLY = "app"
WITHOUT_TORCH = (
    "explainer.results.gap",
    "explainer.results.pattern",
    "explainer.results.total_flow",
    "explainer.results.comparison",
    "explainer.results.words",
    "explainer.results.settings",
    "explainer.base.errors",
    "explainer.figures",
)


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of the product: its name → its syntax tree."""
    files = [*ROOT.glob("explainer/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text(encoding="utf-8")
        )
        for path in files
        if path.is_file()
    }


def statements(node: ast.AST, lazy: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements that run on import, and with `lazy` those inside functions too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        elif lazy or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from statements(child, lazy)


@cache
def imported(module: str, *, lazy: bool = False) -> frozenset[str]:
    """The modules that `module` imports, by their full names."""
    names: set[str] = set()
    for statement in statements(sources()[module], lazy):
        if isinstance(statement, ast.Import):
            names.update(alias.name for alias in statement.names)
            continue
        assert statement.level == 0, f"{module} imports relatively: name the package"
        assert statement.module is not None
        for alias in statement.names:
            whole = f"{statement.module}.{alias.name}"
            names.add(whole if whole in sources() else statement.module)
    return frozenset(names)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def reachable(module: str) -> set[str]:
    """Every module that importing `module` runs, itself included."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in sources():
            waiting += imported(name)
    return seen


def test_the_reading_of_imports_sees_what_is_there():
    assert "explainer.influence.trace" in imported("explainer.api")
    assert "torch" in reachable("explainer.api")
    assert "explainer.figures" in imported("explainer.results.pattern", lazy=True)
    assert "explainer.figures" not in imported("explainer.results.pattern")
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
    assert used & loaded == {"st", "settle"}


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


def test_figures_know_only_results():
    known = (
        "explainer.figures",
        *WITHOUT_TORCH,
        "explainer.base.quote",
        "explainer.base.files",
        "explainer.base.checks",
    )
    for module in sources():
        if within(module, "explainer.figures"):
            ours = {name for name in reachable(module) if within(name, "explainer")}
            strangers = {name for name in ours if not any(within(name, part) for part in known)}
            assert strangers == set(), module


def test_no_stage_knows_a_later_one():
    for earlier, stage in enumerate(STAGES):
        later = [s if s == "pages" else f"explainer.{s}" for s in STAGES[earlier + 1 :]]
        for module in sources():
            if within(module, stage if stage == "pages" else f"explainer.{stage}"):
                known = {n for n in reachable(module) if any(within(n, part) for part in later)}
                assert known == set(), f"{module} knows {known}"


def test_nothing_imports_a_page_or_what_is_not_the_product():
    for module in sources():
        for name in imported(module, lazy=True):
            for part in ("pages", "app", "tests", "training", "benchmarks"):
                assert not within(name, part), f"{module} imports {name}"


def test_no_module_imports_itself_in_a_circle():
    for module in sources():
        for name in imported(module):
            assert module not in reachable(name), f"{module} ⇄ {name}"


def test_only_the_sentence_calls_the_tokenizer():
    users = [
        module
        for module, tree in sources().items()
        if any(
            isinstance(node, ast.Attribute) and node.attr == "tokenizer" for node in ast.walk(tree)
        )
    ]
    assert users == ["explainer.question.sentence"]


def test_help_and_results_do_not_wait_for_torch():
    code = (
        "import sys, explainer, explainer.cli.main, explainer.results.pattern, explainer.figures; "
        "explainer.Settings, explainer.Explanation; "
        "assert not {'torch', 'transformers', 'plotly', 'streamlit'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_can_be_imported():
    import explainer

    assert all(getattr(explainer, name) is not None for name in explainer.__all__)
    assert explainer._HOMES.keys() == set(explainer.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = explainer.nothing

"""The rule of imports, and the reading of the code that shows whether it is kept.

`tests/test_imports.py` checks the rule, `docs/architecture.py` draws it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

RULE = """
pages, app.py > app > cli > evaluation, corpus > api > intervention, rivals > influence > question
    > models > results, tasks > base
app, cli > figures > results > base
app: explore, compare, evaluate, corpus, method > widgets > compute > work > state, serving
figures: patterns, charts, similarity, common > canvas
evaluation: evidence > protocols > . > reading
models: version, cards > registry > loading > .
"""
"""Who may import whom: in a line, a wing may import what stands to the right of it, and itself.

Wings between two commas do not know each other, nor do wings that no line holds together. A line
that begins with a wing's name and a colon is about the files and folders inside of it; there `.` is
everything that the line does not name."""

ARROWS = {("explainer.results.explanation", "explainer.figures")}
"""Against the rule, and all there is: an explanation can draw itself, and imports what draws only
then."""


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of the product: its name → its syntax tree."""
    files = [*ROOT.glob("explainer/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text(encoding="utf-8")
        )
        for path in files
    }


def statements(node: ast.AST, lazy: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements that run on import; with `lazy` those in functions and for types too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not lazy and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
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
    """Whether the module is the package or in it."""
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


def wing(module: str) -> str:
    """The part of the product that a module belongs to, as the rule names it.

    The package's own `__init__` holds the public names, which the api gives; `__main__` is the
    command line.
    """
    if not within(module, "explainer"):
        return "app.py" if module == "app" else module.split(".")[0]
    name = ([*module.split("."), "api"])[1]
    return "cli" if name == "__main__" else name


def lines(inside: str | None = None) -> list[list[list[str]]]:
    """The rule's lines about the wings, or about what is `inside` one: ranks of names."""
    found = []
    for line in RULE.strip().replace("\n    ", " ").splitlines():
        head, _, order = line.rpartition(": ")
        if head == (inside or ""):
            found.append([rank.split(", ") for rank in order.split(" > ")])
    return found


def allowed(importer: str, other: str) -> bool:
    """Whether the rule lets one module of the product import the other."""
    first, second = wing(importer), wing(other)
    if importer == "explainer":  # names every public function's home, and imports it when asked
        return True
    if first != second:
        return any(_ordered(line, first, second) for line in lines())
    return all(_beside(line, *_parts(line, importer, other)) for line in lines(first))


def _parts(line: list[list[str]], *modules: str) -> list[str]:
    """What the modules are called in a line about their wing."""
    named = {name for rank in line for name in rank}
    parts = [([*module.split("."), ".", "."])[2] for module in modules]
    return [part if part in named else "." for part in parts]


def _beside(line: list[list[str]], first: str, second: str) -> bool:
    known = {name for rank in line for name in rank}
    return first == second or not {first, second} <= known or _ordered(line, first, second)


def _ordered(line: list[list[str]], first: str, second: str) -> bool:
    """Whether the line has the first name to the left of the second."""
    ranks = {name: number for number, rank in enumerate(line) for name in rank}
    return {first, second} <= ranks.keys() and ranks[first] < ranks[second]

"""What a part of the program needs beyond the engine: the package's extras."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from explainer.base.errors import ExplainerError

EXTRAS = {
    "evaluate": ("filelock", "pandas", "plotly", "pyarrow"),
    "app": ("filelock", "pandas", "plotly", "pyarrow", "streamlit"),
    "pdf": ("vl_convert",),
    "ray": ("ray",),
}
"""Extra of pyproject.toml → the packages that it brings, by the names that they are imported by."""


def has(extra: str) -> bool:
    """Whether every package of an extra is there."""
    return not _missing(EXTRAS[extra])


def need(what: str, extra: str, packages: Sequence[str] | None = None) -> None:
    """Refuse `what`, in one sentence, where a package of `extra` (or of `packages`) is missing."""
    missing = _missing(packages or EXTRAS[extra])
    if missing:
        raise ExplainerError(
            f"{what} needs the extra '{extra}' ({', '.join(missing)} cannot be found): run "
            f"pip install 'influence-patterns-explorer[{extra}]'."
        )


def _missing(packages: Sequence[str]) -> list[str]:
    return [name for name in packages if find_spec(name) is None]

"""What a wheel holds beside the package's modules: the app, its pages, the models.

Beside each other as they are at the top, where `explainer/base/assets.py` looks for them. An
installation of the checkout in place has them at the top already and gets no copy.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = (
    *("app.py", "pages", "assets", ".streamlit/config.toml"),
    *("docs/method.md", "docs/glossary.md"),
)


class InstalledFiles(BuildHookInterface[Any]):
    """Puts `FILES` into the package's folder `installed`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before each build; `version` is "editable" for an installation in place."""
        if version != "editable":
            build_data["force_include"].update({f: f"explainer/installed/{f}" for f in FILES})

"""Where the files lie that come with the program: its app, models, examples, styles and texts.

In a checkout they are at its top. A wheel puts the same files, in the same order, into the
package's own folder `installed` (see build_files.py).
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "installed"

ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
"""The folder that holds app.py, pages, assets, docs and .streamlit."""
APP = ROOT / "app.py"
METHOD = ROOT / "docs" / "method.md"
GLOSSARY = ROOT / "docs" / "glossary.md"

_ASSETS = ROOT / "assets"
MODELS = _ASSETS / "models"
EVALUATION = _ASSETS / "evaluation"
EXAMPLES = _ASSETS / "examples.json"
PAIRS = _ASSETS / "pairs.json"
CORPUS = _ASSETS / "corpus"
STYLES = _ASSETS / "styles"
ICON = _ASSETS / "icon.svg"

"""What stands in a document between `<!-- made: NAME -->` and `<!-- end -->`, made anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def filled(file: Path, sections: Mapping[str, str]) -> str:
    """The document with these sections in their places; SystemExit where one has none."""
    document = file.read_text(encoding="utf-8")
    for name, text in sections.items():
        before, begin, rest = document.partition(f"<!-- made: {name} -->\n")
        _, end, after = rest.partition("\n<!-- end -->")
        if not end:
            raise SystemExit(f"{file} has no place for {name}: give it marks, made and end.")
        document = before + begin + text + end + after
    return document

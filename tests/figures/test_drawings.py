"""Drawings tested as drawings: what a figure looks like is committed, and changes are seen."""

import re
import xml.etree.ElementTree as ET

import pytest

from tests.figures.drawings import ATTRIBUTE, COMMAND, DRAWINGS, FOLDER, rounded

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
CLOSE = 0.15
"""px by which rounding on another machine may move what is drawn."""
MOST_BYTES = 1_500_000


def apart(svg: str) -> tuple[str, list[float]]:
    """All words and shapes of a picture, and the numbers that say where they are."""
    places = [float(n) for part in ATTRIBUTE.findall(svg) for n in NUMBER.findall(part)]
    return ATTRIBUTE.sub(lambda part: NUMBER.sub("", part[0]), svg), places


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_looks_as_it_is_committed(name):
    kept = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    now = rounded(DRAWINGS[name]())
    again = f"{name}.svg has changed: look at it after `{COMMAND}`, and commit it if it is right."
    said, places = apart(now)
    kept_said, kept_places = apart(kept)
    assert said == kept_said, again
    moved = max(abs(one - other) for one, other in zip(places, kept_places, strict=True))
    assert moved <= CLOSE, f"{again} Something moved by {moved:.1f} px."


def test_the_drawings_are_these_and_small():
    files = sorted(FOLDER.iterdir())
    assert [path.name for path in files] == sorted(f"{name}.svg" for name in DRAWINGS)
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_keeps_within_its_size(name):
    root = ET.parse(FOLDER / f"{name}.svg").getroot()
    width, height = (float(root.attrib[side]) for side in ("width", "height"))
    texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert len(texts) > 5
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        left = float((NUMBER.findall(group.attrib.get("transform", "")) or ["0"])[0])
        for path in group.findall("{http://www.w3.org/2000/svg}path"):
            points = [float(number) for number in NUMBER.findall(path.attrib["d"])]
            assert min(points[::2]) + left >= 0
            assert max(points[::2]) + left <= width
            assert 0 <= min(points[1::2]) <= max(points[1::2]) <= height

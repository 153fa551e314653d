"""How a head carries a step, as a bar: it is as long as its numbers."""

import re
import xml.etree.ElementTree as ET

import pytest

from explainer.app.explore.inspector.head_parts import parts_bar
from explainer.app.widgets.head_parts import named
from explainer.base.numbers import short_amount
from explainer.results.pattern import HeadParts
from explainer.results.route import Edge

MOVES, STAYS = Edge(1, 1, 3, 0), Edge(1, 1, 1, 0)
CASES = [
    (MOVES, HeadParts(0.5, 0.25, 0.0)),
    (MOVES, HeadParts(0.62, -0.2, 0.0)),
    (MOVES, HeadParts(-0.01, -0.26, 0.0)),
    (STAYS, HeadParts(0.1, -0.2, 0.4)),
    (STAYS, HeadParts(0.0, 0.0, 0.0)),
    (STAYS, HeadParts(1e9, -1e-9, -3e9)),
]


@pytest.mark.parametrize(("edge", "parts"), CASES)
def test_the_bar_has_every_part_on_its_side_of_the_line(edge, parts):
    values = named(edge, parts)
    assert list(values) == ["value", "key", "query"][: 3 if edge == STAYS else 2]
    whole = ET.fromstring(parts_bar(values, "What it <says> & “means”."))
    assert whole.attrib["aria-label"] == "What it <says> & “means”."
    bars, names = whole
    line = [bar.tag for bar in bars].index("b")
    total = sum(map(abs, values.values())) or 1.0
    looks = {}
    for at, bar in enumerate(bars):
        if at == line:
            continue
        look = bar.attrib["class"]
        name = re.match(r"ipe-part-(\w+) ", look)[1]
        looks[name], value = look, values[name]
        width = float(re.fullmatch(r"width:([\d.]+)%", bar.attrib["style"])[1])
        assert width == pytest.approx(100 * abs(value) / total, abs=0.006)
        assert (at < line) == (value < 0)
        assert look.endswith("against" if value < 0 else "for")
    assert looks.keys() == values.keys()
    assert [name.attrib["class"] for (name,) in names] == [looks[name] for name in values]
    said = ["".join(name.itertext()) for name in names]
    assert said == [f"{name} {short_amount(value, 3)}" for name, value in values.items()]

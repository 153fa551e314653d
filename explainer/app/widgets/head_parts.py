"""How a head carries a step: what it copies against where attention turns, in a sentence."""

from __future__ import annotations

from explainer.base.numbers import amount
from explainer.figures.canvas import wording
from explainer.results.explanation import Explanation
from explainer.results.pattern import HeadParts
from explainer.results.route import Edge

MOSTLY = 2.0
"""So many times as large as the other a part is called most of it."""


def named(edge: Edge, parts: HeadParts) -> dict[str, float]:
    """The parts by name; without the query where the step leads away, for there it has none."""
    found = parts._asdict()
    return found if edge.source == edge.target else {n: found[n] for n in ("value", "key")}


def says_parts(explanation: Explanation, edge: Edge, parts: HeadParts) -> str:
    """What the head of a step does, in a sentence that is true whatever the parts' signs are."""
    source, target = (wording.name(explanation, at) for at in (edge.source, edge.target))
    stays = edge.source == edge.target
    head = wording.component(edge.component).capitalize()
    content, attention = abs(parts.value), abs(parts.key) + abs(parts.query)
    passes = f"passes on what “{source}” says"
    if not stays:
        passes = f"passes what “{source}” says on to “{target}”"
    turns = f"turns the attention of “{target}”"
    if not content + attention:
        return f"{head} carries nothing here, by what “{source}” says or by attention to it."
    if content >= MOSTLY * attention:
        does = f"mostly {passes}"
    elif attention >= MOSTLY * content:
        does = f"mostly {turns}"
    else:
        does = f"{passes} and {turns}"
    by = [
        f"{amount(parts.value, 3)} by what “{source}” says (value)",
        f"{amount(parts.key, 3)} by how much attention “{source}” draws (key)",
    ]
    if stays:
        by.append(f"{amount(parts.query, 3)} by where “{source}” itself looks (query)")
    return f"{head} {does}: {', '.join(by[:-1])} and {by[-1]}."

"""The tables of what was measured."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from benchmarks.loading.phases import Killed, Part
from benchmarks.loading.served import MIB, Sample
from benchmarks.loading.visitors import Answered
from explainer.base.cores import cores

MOST_SHORT = 30
"""Tokens of a short question at most."""
Row = tuple[str, ...]
EACH = ("median", "worst", "n")
WAITS: Row = (
    "",
    *(f"{when}: {what}" for when in ("alone", "together") for what in EACH),
    "median ÷ alone",
)
HELD: Row = ("", "server", "processes beside it", "browsers", "threads", "sessions so far")
GROWTH: Row = ("explanations", "server", "processes beside it", "both", "browsers", "threads")


def waits(alone: Part, together: Part) -> str:
    """How long everybody waited, alone and together."""
    rows: list[tuple[str, ...]] = [
        ("", "alone: median", "worst", "n", "together: median", "worst", "n", "median ÷ alone")
    ]
    for name, way in (("page, by a link", "link"), ("page, typed and Enter", "typed")):
        rows.append(_row(name, _pages(alone, way), _pages(together, way)))
    during = _during(together)
    for name, keys in (
        ("server, waited", ("waited",)),
        ("server, computed", ("computed",)),
        ("server, both", ("waited", "computed")),
    ):
        rows.append(_row(name, _server(alone.lines, keys), _server(together.lines, keys)))
    both = ("waited", "computed")
    row = _row("… while the long one ran", _server(alone.lines, both), _server(during, both))
    rows.append(row)
    rows.append(_row("long question, page", _long(alone), _long(together)))
    return _table(rows)


def _pages(part: Part, way: str) -> list[float]:
    return [one.seconds for one in part.short.answers if one.way == way]


def _long(part: Part) -> list[float]:
    return [one.seconds for one in part.long.answers]


def _server(lines: Sequence[dict[str, Any]], keys: tuple[str, ...]) -> list[float]:
    """Seconds of the short explanations that were computed, of these fields together."""
    return [
        sum(line[key] for key in keys)
        for line in lines
        if line["kind"] == "explanation"
        and line["outcome"] == "answered"
        and (line["tokens"] or 0) <= MOST_SHORT
    ]


def _during(part: Part) -> list[dict[str, Any]]:
    """The lines of what ended while the long question was asked and not answered."""
    spans = [(one.at, one.at + one.seconds) for one in part.long.answers]
    return [
        line
        for line in part.lines
        for at in [datetime.fromisoformat(line["time"]).timestamp()]
        if any(begin <= at <= end for begin, end in spans)
    ]


def _row(name: str, alone: list[float], together: list[float]) -> Row:
    ratio = (
        f"{statistics.median(together) / statistics.median(alone):.1f}"
        if alone and together and statistics.median(alone)
        else "–"
    )
    return name, *_numbers(alone), *_numbers(together), ratio


def _numbers(seconds: list[float]) -> tuple[str, str, str]:
    if not seconds:
        return "–", "–", "0"
    return f"{statistics.median(seconds):.2f} s", f"{max(seconds):.2f} s", str(len(seconds))


def counts(name: str, part: Part) -> str:
    """What was done in a part, how questions ended in the log (with the seconds after
    their beginning), and who used the processor."""
    kinds = [f"{line['kind']} {line['outcome']}" for line in part.lines]
    computed = Counter[str]()
    for kind, line in zip(kinds, part.lines, strict=True):
        computed[kind] += line["computed"]
    said = ", ".join(
        f"{number} {kind} ({computed[kind]:.1f} s)"
        for kind, number in sorted(Counter(kinds).items())
    )
    of_it = ", ".join(f"{who} {seconds:.0f} s" for who, seconds in part.processor.items())
    used = f" Processor, of {cores() * part.seconds:.0f} s: {of_it}." if of_it else ""
    return (
        f"{name}: {part.seconds:.0f} s; {len(part.short.answers)} short and "
        f"{len(part.long.answers)} long answers, {part.short.closed} tabs closed while asking, "
        f"{part.short.pages} other pages. Log: {said}.{used}"
    )


def held(marks: Sequence[tuple[str, Sample]], samples: Sequence[Sample]) -> str:
    """Memory and threads at the marks, and the most of each there ever was."""
    every = [*samples, *(sample for _, sample in marks)]
    peak = Sample(
        server=max(one.server for one in every),
        workers=max(one.workers for one in every),
        browsers=max(one.browsers for one in every),
        threads=max(one.threads for one in every),
        sessions=max(one.sessions for one in every),
        status="",
    )
    rows: list[tuple[str, ...]] = [
        ("", "server", "processes beside it", "browsers", "threads", "sessions so far")
    ]
    for name, one in [*marks, ("peak of each", peak)]:
        sizes = (f"{n / MIB:,.0f} MB" for n in (one.server, one.workers, one.browsers))
        rows.append((name, *sizes, str(one.threads), str(one.sessions)))
    return _table(rows)


def after_kill(part: Part, found: Killed, samples: Sequence[Sample]) -> str:
    """What the end of a process cost."""
    begun = "nobody needed another" if found.begun is None else f"after {found.begun:.1f} s"
    health = Counter(sample.status for sample in samples)
    lost = "".join(f"\n  lost: {said}" for said in [*part.short.lost, *part.long.lost])
    return (
        f"{len(part.short.lost) + len(part.long.lost)} answers lost, "
        f"{len(part.short.answers)} short and {len(part.long.answers)} long ones given; "
        f"another process begun: {begun}; health meanwhile: {dict(health)}, then: {found.status}; "
        f"all processes ended while nobody asked: the next answer after {found.next_answer:.1f} s."
        f"{lost}"
    )


def sizes(one: Sample) -> str:
    """What is held at a moment, on one line."""
    server, workers, browsers = (f"{n / MIB:,.0f}" for n in (one.server, one.workers, one.browsers))
    return f"server {server} MB, processes beside it {workers} MB, browsers {browsers} MB"


def growth(marks: Sequence[tuple[int, Sample]]) -> str:
    """Memory after so many explanations, and the last of each beside the first."""
    rows: list[tuple[str, ...]] = [
        ("explanations", "server", "processes beside it", "both", "browsers", "threads")
    ]
    for number, one in marks:
        both = one.server + one.workers
        sizes = (f"{n / MIB:,.0f} MB" for n in (one.server, one.workers, both, one.browsers))
        rows.append((f"{number:,}", *sizes, str(one.threads)))
    (first, before), (last, after) = marks[0], marks[-1]
    pairs = (
        (before.server, after.server),
        (before.workers, after.workers),
        (before.server + before.workers, after.server + after.workers),
        (before.browsers, after.browsers),
        (before.threads, after.threads),
    )
    rows.append((f"{last:,} ÷ {first:,}", *(f"{new / max(1, old):.3f}" for old, new in pairs)))
    return _table(rows)


def _table(rows: Sequence[Row]) -> str:
    """Rows as Markdown, the first one its head."""
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *rest])


def answers(parts: Sequence[Part]) -> list[Answered]:
    """Every answer that a page gave."""
    return [one for part in parts for seen in (part.short, part.long) for one in seen.answers]


def errors(parts: Sequence[Part]) -> list[str]:
    """Every error that a page showed, but answers lost with who computed them."""
    return [said for part in parts for seen in (part.short, part.long) for said in seen.errors]

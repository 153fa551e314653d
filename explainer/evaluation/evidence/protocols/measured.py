"""What protocols measured, as tables: a row for each method, measure and condition; and the cuts.

Sentences that share a controller are not independent, so whole lexemes are resampled. What is
compared is compared in the same sentences. A method without a single value has its reason in the
row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from explainer.base.errors import ExplainerError
from explainer.base.files import named
from explainer.evaluation.evidence.bootstrap import (
    Estimate,
    Resampling,
    difference,
    ratio,
    resampling,
)
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.line import Line
from explainer.evaluation.protocols.edges import OWN, POINT_EFFECT, POINT_INFLUENCE
from explainer.evaluation.protocols.measurement import SECONDS, WHOLE, Measurement
from explainer.evaluation.protocols.protocol import Protocol, Quantity
from explainer.evaluation.protocols.run import FOLDER, wrong_line
from explainer.evaluation.protocols.table import PROTOCOLS
from explainer.evaluation.stored import RUN, read_records, read_run
from explainer.results.target import LOGITS, UNITS

PROTOCOLS_FILE, POINTS_FILE = "protocols.csv", "protocol-points.csv"
RUNS_FILE = "protocols.json"
_PLACE = ("protocol", "method", "measure", "of", "instead")
BEHIND, BESIDE = "behind", "beside"
"""By how much a row is worse than the best one of its measure and condition, and better than that
of the method that the claim is about (`Quantity.own`), in the same sentences."""
COLUMNS = (
    *("model", "task", *_PLACE, "value", "low", "high", "n", "clusters", "missing", "note", "unit"),
    *(f"{name}{end}" for name in (BEHIND, BESIDE) for end in ("", "_low", "_high")),
)
POINT_COLUMNS = ("model", "task", "of", "own", "influence", "lost")
OWN_DRAWN_MORE = "own heads are drawn more often than they occur"
"""How the cuts were drawn that the project's own results keep for the scatter."""
DIGITS = 12
"""Values that differ by less are alike: they differ by rounding."""
TIME = Quantity("seconds a sentence", "lower")


def protocol_table(*folders: Path) -> pd.DataFrame:
    """A row of `COLUMNS` for every method, measure and condition of the protocols run in `folders`.

    `unit` is what Q is in, in some of the sentences or all; `n` counts the sentences with a value,
    `clusters` their lexemes, `missing` the sentences that have none, `note` what is most often said
    of them. Raises ExplainerError where no protocol was run or a file is damaged.
    """
    table = table_of(line for folder in folders for line in _lines(folder))
    if table.empty:
        raise ExplainerError(
            f"The folder {', '.join(map(named, folders))} holds no measurements of a protocol: run "
            "one first."
        )
    return table


def read_protocols(file: Path) -> pd.DataFrame:
    """A table that was written as CSV.

    Raises OSError, ValueError or KeyError where there is none or it is damaged.
    """
    texts = ("model", "task", *_PLACE, "note", "unit")
    found = pd.read_csv(
        file,
        dtype=dict.fromkeys(texts, str),
        keep_default_na=False,
        na_values={name: "" for name in COLUMNS if name not in texts},
    )
    if "unit" not in found:  # written when all Q were in logits
        found = found.assign(unit=LOGITS)
    return found[list(COLUMNS)]


def protocol_runs(*folders: Path) -> list[Line]:
    """What was run: of each model and protocol the sentences of every task, and the settings."""
    found: dict[tuple[str, str], Line] = {}
    for file in (one for folder in folders for one in sorted(folder.glob(f"*/{FOLDER}/*/{RUN}"))):
        run = read_run(file.parent)
        key = run["model"], file.parent.name
        known = found.setdefault(
            key,
            {
                **{"model": key[0], "protocol": key[1], "tasks": {}},
                "settings": run["options"]["settings"],
            },
        )
        known["tasks"][run["sentences"]["task"]] = len(read_records(file.parent, wrong_line))
    return list(found.values())


def protocol_points(*folders: Path) -> pd.DataFrame:
    """A row of `POINT_COLUMNS` for every cut that the protocol of edges kept by itself."""
    return points_of(line for folder in folders for line in _lines(folder))


def _lines(folder: Path) -> Iterator[Line]:
    """The lines of every protocol's records in a folder, each with its `model`."""
    for file in sorted(folder.glob(f"*/{FOLDER}/*/{RUN}")):
        model = read_run(file.parent)["model"]
        for line in read_records(file.parent, wrong_line):
            yield {"model": model, **line}


def table_of(lines: Iterable[Line]) -> pd.DataFrame:
    """The table of lines of protocols' records that name their `model`."""
    measured = pd.DataFrame([row for line in lines for row in _measured(line)])
    rows: list[Line] = []
    if measured.empty:
        return pd.DataFrame(rows, columns=list(COLUMNS))
    for model, of_model in measured.groupby("model", sort=False):
        tasks = list(of_model["task"].unique())
        for task in [*tasks, *([EVERY_TASK] if len(tasks) > 1 else [])]:
            of_task = of_model if task == EVERY_TASK else of_model[of_model["task"] == task]
            rows += ({"model": model, "task": task, **row} for row in _rows(of_task))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _measured(line: Line) -> Iterator[Line]:
    """The measurements of which there is a mean, one by one."""
    if "left_out" in line:
        return
    quantities = PROTOCOLS[line["protocol"]].quantities
    of = {name: line[name] for name in ("model", "task", "number", "protocol", "cluster")}
    for stored in (*line["measurements"], *line["seconds"]):
        one = Measurement.from_json(stored)
        quantity = quantities.get(one.measure)
        if one.measure == SECONDS or (quantity is not None and quantity.averaged):
            yield {
                **of,
                **{"method": one.method, "measure": one.measure},
                **{"of": one.condition.of, "instead": one.condition.instead},
                **{"value": one.value, "note": one.note},
                "unit": line.get("unit", LOGITS),
            }


@dataclass(frozen=True, eq=False)
class _Values:
    """What stands beside each other: the `rows` of a table, each with the values of sentences.

    `values` [row, sentence] is nan where a sentence has none; `clusters` [sentence] are in order.
    """

    protocol: Protocol
    quantity: Quantity
    values: NDArray[np.float64]
    clusters: tuple[str, ...]

    @cached_property
    def _drawn(self) -> dict[bytes, Resampling]:
        return {}

    def drawn(self, known: NDArray[np.bool_]) -> Resampling:
        """Resamples of those sentences that are known."""
        key = known.tobytes()
        if key not in self._drawn:
            chosen = [name for name, is_known in zip(self.clusters, known, strict=True) if is_known]
            self._drawn[key] = resampling(len(chosen), chosen)
        return self._drawn[key]

    def mean(self, row: int) -> Estimate:
        """The mean over sentences, of which whole clusters are resampled."""
        known = np.isfinite(self.values[row])
        return ratio(self.drawn(known), self.values[row][known]) if known.any() else NOTHING

    def over(self, one: int | None, other: int | None) -> Estimate:
        """By how much one row is better than another in the sentences that both have."""
        if one is None or other is None or self.quantity.better is None:
            return NOTHING
        known = np.isfinite(self.values[one]) & np.isfinite(self.values[other])
        if not known.any():
            return NOTHING
        pair = self.values[one][known], self.values[other][known]
        return difference(self.drawn(known), *pair, self.quantity.gain)


NOTHING = Estimate(*[float("nan")] * 3)


def _rows(measured: pd.DataFrame) -> Iterator[Line]:
    """A row for each method, measure and condition; those that compete, beside each other."""
    for (name, measure), of_measure in measured.groupby(["protocol", "measure"], sort=False):
        protocol = PROTOCOLS[str(name)]
        quantity = TIME if measure == SECONDS else protocol.quantities[str(measure)]
        apart = [] if protocol.changes else ["of", "instead"]
        groups = of_measure.groupby(apart, sort=False) if apart else [((), of_measure)]
        for _, competing in groups:
            yield from _beside(competing, protocol, quantity)


def _beside(measured: pd.DataFrame, protocol: Protocol, quantity: Quantity) -> Iterator[Line]:
    sentences = {
        key: place
        for place, key in enumerate(
            measured.sort_values("cluster", kind="stable")
            .groupby(["cluster", "task", "number"], sort=False)
            .groups
        )
    }
    groups = list(measured.groupby(list(_PLACE), sort=False))
    values = np.full((len(groups), len(sentences)), np.nan)
    for row, (_, found) in enumerate(groups):
        keys = zip(found["cluster"], found["task"], found["number"], strict=True)
        at = [sentences[key] for key in keys]
        values[row, at] = found["value"].to_numpy(dtype=float)
    every = _Values(protocol, quantity, values, tuple(str(key[0]) for key in sentences))
    means = [every.mean(row) for row in range(len(groups))]
    places = [dict(zip(_PLACE, place, strict=True)) for place, _ in groups]
    gains = quantity.gain(np.round([mean.value for mean in means], DIGITS))
    competes = [place["method"] != WHOLE for place in places]
    known = [row for row, gain in enumerate(gains) if np.isfinite(gain) and competes[row]]
    best = max(known, key=lambda row: gains[row], default=None)
    name = quantity.own or protocol.own
    by = "of" if protocol.changes else "method"
    own = next((row for row, place in enumerate(places) if place[by] == name), None)
    for row, ((_, found), place) in enumerate(zip(groups, places, strict=True)):
        valued = found.dropna(subset="value")
        notes = Counter(note for note in found["note"] if note)
        behind = every.over(best, row) if competes[row] else NOTHING
        beside = every.over(row, own) if competes[row] and row != own else NOTHING
        yield {
            **place,
            **_bounds("value", means[row], ("value", "low", "high")),
            **{"n": len(valued), "clusters": valued["cluster"].nunique()},
            "missing": len(found) - len(valued),
            "note": notes.most_common(1)[0][0] if notes else "",
            "unit": " and ".join(unit for unit in UNITS if (measured["unit"] == unit).any()),
            **_bounds(BEHIND, behind),
            **_bounds(BESIDE, beside),
        }


def _bounds(name: str, found: Estimate, columns: tuple[str, ...] = ()) -> Line:
    names = columns or (name, f"{name}_low", f"{name}_high")
    return dict(zip(names, (found.value, found.low, found.high), strict=True))


def unit_of(rows: pd.DataFrame) -> str:
    """What Q is in, of the rows of one task; a difference of logits is one of log-probabilities."""
    return str(rows["unit"].iloc[0])


def points_of(lines: Iterable[Line]) -> pd.DataFrame:
    """The cuts of lines of records that name their `model`, in the order of the sentences."""
    rows = []
    for line in lines:
        if "left_out" in line:
            continue
        found = [Measurement.from_json(stored) for stored in line["measurements"]]
        for one, other in pairwise(found):
            if (one.measure, other.measure) == (POINT_INFLUENCE, POINT_EFFECT):
                of = line["model"], line["task"], one.condition.of, one.method == OWN
                rows.append((*of, one.value, other.value))
    return pd.DataFrame(rows, columns=list(POINT_COLUMNS))

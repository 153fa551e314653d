"""Lines of records of small runs, whose numbers are worked by hand."""

import pandas as pd

from explainer.evaluation.evidence.rows import row_of

ALL_NODES = {"level": "embedding", "words": "all"}

TOKENS = ["[CLS]", "a", "b", "[MASK]", "[SEP]"]


def line(number: int, value: float, kept: float, *, task: str = "one", inner: int = 1, **changes):
    """A record of a model of two blocks with one word, whose pattern passes `inner`."""
    share = changes.pop("share", 0.5)
    return {
        "model": "tiny",
        "task": task,
        "number": number,
        "combination": "all",
        "text": "a b [MASK]",
        "tokens": [TOKENS[0], f"a{number}", *TOKENS[2:]],
        "controller": 1,
        "cluster": f"a{number} of {task}",
        "value": value,
        "unit": "logits",
        "baseline_value": 0.0,
        "completeness_gap": 0.01,
        "influence": [0.0, 2.0, 0.0, 0.0, 0.0],
        "patterns": [{"source": 1, "nodes": [1, inner, 3], "components": ["skip", 0]}],
        "skip_flow": [0.2, 0.4],
        "signed_skip_flow": [0.1, 0.3],
        "skip_steps": 0.5,
        "paths": [5, 100],
        "alignment": 1.0,
        "outcomes": [
            {
                "method": name,
                "mode": mode,
                "replacement": "zero",
                "value": q,
                "size": 3,
                **ALL_NODES,
            }
            for name, mode, q in (
                ("pattern", "keep", kept),
                ("rollout", "keep", -1.0),
                ("pattern", "remove", -kept),
            )
        ],
        "carried": [
            {"method": "pattern", "share": share, **ALL_NODES},
            {"method": "rollout", "share": 0.1, **ALL_NODES},
        ],
        **changes,
    }


PAIRS = ((4.0, 1.0), (2.0, -1.0), (-2.0, 1.0), (4.0, 3.0))

LINES = [line(number, *pair) for number, pair in enumerate(PAIRS * 4)]

FEW = LINES[:4]


def value(table: pd.DataFrame, quantity: str, **of) -> float:
    row = row_of(table, quantity, **of)
    assert row is not None
    return float(row["value"])


def consistent(task: str, wrong: int, spread: int) -> list:
    """Twelve sentences: `wrong` of them answered wrongly, their patterns by `spread` nodes."""
    return [
        line(number, -1.0 if number < wrong else 1.0, 1.0, task=task, inner=number % spread)
        for number in range(12)
    ]


def form(task: str, entropy: float, accuracy: float, q: float) -> dict:
    """A form's row of the table of consistency."""
    return {
        **{"model": "tiny", "task": task, "measure": "node entropy", "entropy": entropy},
        **{"accuracy": accuracy, "Q": q},
    }


def cut(method: str, left: float) -> dict:
    """An outcome of heads and skips that are cut."""
    where = {"level": "attention", "words": "all", "mode": "remove", "replacement": "zero"}
    return {"method": method, "value": left, "size": 4, **where}


def kept(left: float, *rivals: tuple[str, float]) -> list:
    """Twelve sentences of Q = 1, of which the pattern leaves `left` and its rivals their share."""
    outcomes = [
        {
            **ALL_NODES,
            **{"method": name, "mode": "keep", "replacement": "zero", "value": share, "size": 3},
        }
        for name, share in (("pattern", left), *rivals)
    ]
    return [line(number, 1.0, left, outcomes=outcomes) for number in range(12)]


def beside(says: str, label: str) -> str:
    (point,) = (p for p in says.split("\n") if p.startswith("Kept alone") and label in p)
    return point


def swinging(*, together: bool) -> list:
    """Sentences that differ much; methods by 0.01 each in all of them, or now one way, now the
    other."""
    lines = kept(0.5, ("rollout-nodes", 0.5))
    for number, record in enumerate(lines):
        record["outcomes"] = [
            {
                **outcome,
                "value": outcome["value"]
                + 0.4 * (-1) ** (number if together else number + place)
                + 0.01 * place,
            }
            for place, outcome in enumerate(record["outcomes"])
        ]
    return lines

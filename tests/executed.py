"""Under the tests the shapes in the engine's signatures are executed; import before the engine.

jaxtyping then stands behind `explainer.models.shapes`, and beartype checks every call of these
modules' functions, and every record that they make, against the axes that they name. Functions
that answer wrong input with a sentence are not among them: that is theirs to refuse.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import jaxtyping

MODULES = (
    "explainer.influence.cotangents",
    "explainer.influence.edges.jacobian",
    "explainer.influence.edges.parts",
    "explainer.influence.edges.whole",
    "explainer.influence.flow",
    "explainer.influence.layer",
    "explainer.influence.memory",
    "explainer.influence.piece",
    "explainer.influence.sampling.path",
    "explainer.influence.similarity.pushed",
    "explainer.influence.similarity.shares",
    "explainer.influence.tangents",
    "explainer.influence.trace",
    "explainer.intervention.activations",
    "explainer.models.adapter",
    "explainer.models.block",
    "explainer.models.encode",
    "explainer.models.norms",
    "explainer.models.positions",
    "explainer.models.shapes",
)

INNER = 20
"""How often a function inside another is decorated; later ones are left as they are."""

_made: Counter[str] = Counter()
_jaxtyped = jaxtyping.jaxtyped


def _sparing(*, typechecker: Any) -> Callable:
    """jaxtyping's decorator, but for most of the functions inside others.

    Each is a new one with every call of that, and takes longer to be decorated than the engine
    takes on a tiny model: the first few of each are enough.
    """
    decorated = _jaxtyped(typechecker=typechecker)

    def decorate(it: Any) -> Any:
        name = f"{it.__module__}.{it.__qualname__}"
        _made[name] += 1
        return it if "<locals>" in name and _made[name] > INNER else decorated(it)

    return decorate


jaxtyping.jaxtyped = _sparing  # type: ignore[assignment]
jaxtyping.install_import_hook(list(MODULES), "beartype.beartype")

"""Under the tests the shapes in the engine's signatures are executed; import before the engine.

jaxtyping then stands behind `explainer.models.shapes`, and beartype checks every call of these
modules' functions, and every record that they make, against the axes that they name. Functions
that answer wrong input with a sentence are not among them: that is theirs to refuse.
"""

from collections import Counter
from collections.abc import Callable

from beartype import beartype
from jaxtyping import install_import_hook

MODULES = (
    "explainer.influence.cotangents",
    "explainer.influence.edges.jacobian",
    "explainer.influence.edges.parts",
    "explainer.influence.flow",
    "explainer.influence.layer",
    "explainer.influence.memory",
    "explainer.influence.sampling.path",
    "explainer.influence.tangents",
    "explainer.influence.trace",
    "explainer.intervention.activations",
    "explainer.models.adapter",
    "explainer.models.block",
    "explainer.models.encode",
    "explainer.models.shapes",
)

INNER = 20
"""How often a function inside another is made for beartype; later ones are left as they are."""

_made: Counter[str] = Counter()


def checked(function: Callable) -> Callable:
    """The function with every call checked.

    One that stands inside another is a new one with every call of that, and beartype takes longer
    to read it than the engine takes on a tiny model: the first few of each are enough.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    _made[name] += 1
    if "<locals>" in name and _made[name] > INNER:
        return function
    return beartype(function)


install_import_hook(list(MODULES), "tests.executed.checked")

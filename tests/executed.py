"""Under the tests the shapes in the engine's signatures are executed; import before the engine.

jaxtyping then stands behind `explainer.models.shapes`, and beartype checks every call of these
modules' functions, and every record that they make, against the axes that they name. Functions
that answer wrong input with a sentence are not among them: that is theirs to refuse.
"""

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

install_import_hook(list(MODULES), "beartype.beartype")

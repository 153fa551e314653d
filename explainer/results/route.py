"""A way through the model: its nodes, and what carries each step from one to the next.

Layers count hidden states: node (0, i) is the embedding of token i and node (L, i) its last hidden
state; block l carries H[l] to H[l+1].
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple, get_args

from explainer.base.checks import items, one_of, whole
from explainer.base.errors import ExplainerError

Level = Literal["embedding", "attention"]
LEVELS: tuple[Level, ...] = get_args(Level)
Skip = Literal["skip"]
SKIP: Skip = "skip"
Component = int | Skip
"""What carries one step: an attention head by its number, or the skip connection."""


class Node(NamedTuple):
    """One hidden state: `layer` 0 … L, `position` of the token."""

    layer: int
    position: int


class Edge(NamedTuple):
    """One step through block `layer`, from (layer, source) to (layer + 1, target).

    `component` is None where heads and skip are not told apart (the embedding level).
    """

    layer: int
    source: int
    target: int
    component: Component | None


Place = Node | Edge
"""What routes can have in common: a node or a step."""


@dataclass(frozen=True)
class Route:
    """Positions `nodes` at H[0] … H[L], and the `components` of the L steps between them.

    A component None leaves all heads and skip of its step open; `components` None leaves every
    step so. Raises ExplainerError for what is no route: a skip connection changes no position.
    """

    nodes: tuple[int, ...]
    components: tuple[Component | None, ...] | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", _positions(self.nodes))
        if len(self.nodes) < 2:
            raise ExplainerError(
                f"The route has {len(self.nodes)} nodes: give one for every hidden state of the "
                "model, of which there are two at least."
            )
        if self.components is None:
            return
        object.__setattr__(self, "components", _components(self.components))
        if len(self.nodes) != len(self.components) + 1:
            raise ExplainerError(
                f"The route has {len(self.nodes)} nodes and {len(self.components)} components: "
                "give one node more than components."
            )
        for step, (start, end) in enumerate(pairwise(self.nodes)):
            if start != end and self.components[step] == SKIP:
                raise ExplainerError(
                    f"Step {step + 1} changes from token {start} to {end}, which a skip connection "
                    "cannot: choose a head."
                )

    @property
    def source(self) -> int:
        """The position of the word that the route starts from."""
        return self.nodes[0]

    @property
    def route(self) -> Route:
        """The way alone, by which patterns that go the same way are equal."""
        return Route(self.nodes, self.components)

    def edges(self, level: Level) -> tuple[Edge, ...]:
        """The L steps, without components at the embedding level."""
        named = self.components if level == "attention" else None
        by = named if named is not None else (None,) * (len(self.nodes) - 1)
        return tuple(
            Edge(layer, start, end, component)
            for layer, ((start, end), component) in enumerate(
                zip(pairwise(self.nodes), by, strict=True)
            )
        )

    def passes(self, place: Place, level: Level) -> bool:
        """Whether the route leads through a node or takes a step.

        At the embedding level, and for a step without a component, it does not matter by what.
        """
        if isinstance(place, Node):
            return 0 <= place.layer < len(self.nodes) and self.nodes[place.layer] == place.position
        if not 0 <= place.layer < len(self.nodes) - 1:
            return False
        step = self.edges("attention")[place.layer]
        by_any = level == "embedding" or place.component is None
        return step[:3] == place[:3] and (by_any or step.component == place.component)


def _positions(nodes: Any) -> tuple[int, ...]:
    """The nodes as plain numbers; those that are so already are only looked at."""
    if type(nodes) is tuple and all(type(node) is int and node >= 0 for node in nodes):
        return nodes
    return tuple(
        whole(f"route's nodes[{place}]", node, 0)
        for place, node in enumerate(items("route's nodes", nodes, "a list of positions"))
    )


def _components(components: Any) -> tuple[Component | None, ...]:
    wanted = "a list of heads, 'skip' and None"
    return tuple(
        component
        if component is None or component is SKIP or (type(component) is int and component >= 0)
        else one_of(f"route's components[{place}]", component, (SKIP,))
        if isinstance(component, str)
        else whole(f"route's components[{place}]", component, 0)
        for place, component in enumerate(items("route's components", components, wanted))
    )

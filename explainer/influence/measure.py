"""The exact influence of routes that somebody else chose: drawn by hand, or another method's.

Walk up the given edges as refinement does, without choosing: through a node with all heads and
skip open, or by the one component that is named. Unlike refinement's own attention level, the
nodes above are open too, so that the influence after each edge is of what is chosen so far.
Routes that begin alike share the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explainer.base.checks import instance
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed, shown
from explainer.influence.edges.components import row_of
from explainer.influence.tangents import Edges, Tangents
from explainer.influence.trace import Trace
from explainer.results.logits import check_finite
from explainer.results.route import Edge, Route


@dataclass(frozen=True)
class Measured:
    """The influence of a route in logits, and after each of its edges (L values).

    Raises ExplainerError where the trail does not end at the influence, or is not finite.
    """

    influence: float
    trail: tuple[float, ...]

    def __post_init__(self) -> None:
        check_finite("route", (self.influence, *self.trail))
        if not self.trail or self.trail[-1] != self.influence:
            raise ExplainerError(
                f"The route's influence is {shown(self.influence)}, but its trail "
                f"{shown(self.trail)} ends elsewhere: give one value for each edge, the last of "
                "them the influence."
            )


def measure(trace: Trace, route: Route) -> Measured:
    """Influence along the route's nodes by its components, where None leaves all of them open.

    Raises ExplainerError for a route that is not one of the trace's.
    """
    return measure_all(trace, [route])[0]


def measure_all(trace: Trace, routes: Sequence[Route]) -> list[Measured]:
    """`measure` of several routes at once, in their order."""
    instance("trace", trace, Trace, "what trace_text returns")
    for route in routes:
        _check(trace, instance("route", route, Route, "a Route"))
    size = trace.plan.tangents
    if 0 < len(routes) <= size:
        return follow_routes(trace, routes)
    # Routes that begin alike go together, since they share the work.
    order = sorted(range(len(routes)), key=lambda place: routes[place].nodes)
    found: dict[int, Measured] = {}
    for start in range(0, len(order), size):
        batch = order[start : start + size]
        found |= zip(batch, follow_routes(trace, [routes[r] for r in batch]), strict=True)
    return [found[place] for place in range(len(routes))]


def follow_routes(trace: Trace, routes: Sequence[Route]) -> list[Measured]:
    """`measure` of routes that are known to be the trace's, all of them at once."""
    trace.make_room()
    taken = [route.edges("attention") for route in routes]
    trails: list[list[float]] = [[] for _ in routes]
    # The different beginnings of routes so far, each with its tangents; and each route's own.
    words = list(dict.fromkeys(route.source for route in routes))
    of_route = [words.index(route.source) for route in routes]
    tangents = Tangents.of_words(trace, words)
    for number in range(trace.n_layers):
        longer = {(of_route[i], edges[number]): None for i, edges in enumerate(taken)}
        influences, tangents = tangents.along(_edges(trace, list(longer)))
        order = {key: place for place, key in enumerate(longer)}
        of_route = [order[of_route[i], edges[number]] for i, edges in enumerate(taken)]
        for trail, place in zip(trails, of_route, strict=True):
            trail.append(float(influences[place]))
    return [Measured(trail[-1], tuple(trail)) for trail in trails]


def _edges(trace: Trace, taken: list[tuple[int, Edge]]) -> Edges:
    """Different edges, each out of the tangent of the given number."""
    return Edges(
        parent=trace.index([place for place, _ in taken]),
        target=trace.index([edge.target for _, edge in taken]),
        component=trace.index([row_of(edge.component) for _, edge in taken]),
    )


def _check(trace: Trace, route: Route) -> None:
    """Raise ExplainerError where the model, the sentence or the target is another one."""
    layers, n = trace.n_layers, trace.n_tokens
    nodes, components = route.nodes, route.components
    if len(nodes) != layers + 1:
        raise ExplainerError(
            f"The route has {len(nodes)} nodes, but the model has {layers} blocks: give "
            f"{layers + 1} nodes and {layers} components."
        )
    targets = trace.only.targets
    if max(nodes) >= n or nodes[-1] not in targets:
        end = "the target" if len(targets) == 1 else "one of the targets"
        raise ExplainerError(
            f"The route {listed(nodes)} does not lead through tokens 0 to {n - 1} to {end} "
            f"{listed(targets)}: change its nodes."
        )
    heads = trace.n_heads
    for step, component in enumerate(components or ()):
        if isinstance(component, int) and component >= heads:
            raise ExplainerError(
                f"Step {step + 1} asks for head {shown(component)}, but a block has heads 0 to "
                f"{heads - 1}: choose one of them."
            )

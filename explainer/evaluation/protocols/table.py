"""All protocols by name."""

from __future__ import annotations

from explainer.evaluation.protocols.edges import EDGES
from explainer.evaluation.protocols.paths import PATHS
from explainer.evaluation.protocols.protocol import Protocol
from explainer.evaluation.protocols.sanity import SANITY
from explainer.evaluation.protocols.words import WORDS

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol for protocol in (WORDS, PATHS, EDGES, SANITY)
}

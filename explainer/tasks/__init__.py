"""Generated agreement sentences, to ask a masked language model about number and gender."""

from explainer.tasks.case import KINDS, Case, Kind
from explainer.tasks.generate import generate

__all__ = ["KINDS", "Case", "Kind", "generate"]

"""Figures of what many sentences have in common."""

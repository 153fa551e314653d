"""Answers of the engine to the pages: asked once, one at a time, within bounds, and kept."""

"""Patterns over many sentences: read as a stream, kept part by part, the same after any stop."""

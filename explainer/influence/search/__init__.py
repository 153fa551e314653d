"""The searches for a word's pattern: nodes and then components, or both together."""

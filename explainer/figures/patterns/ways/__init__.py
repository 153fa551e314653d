"""The ways of patterns through the graph: ribbons side by side, nodes, heads' numbers."""

"""The inspector beside the graph: what stands behind one word, node or step, and what cuts do."""

"""The paper's method: a trace along the path, its Jacobians, and patterns found block by block."""

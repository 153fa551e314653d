"""The paper's evidence, from runs of `evaluate` to what is stored, drawn and written of them."""

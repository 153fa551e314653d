"""The Method page: the formulas, on a sentence of the reader's own."""

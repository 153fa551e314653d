"""Two words of one mask, each explained in a sentence of its own, as one record."""

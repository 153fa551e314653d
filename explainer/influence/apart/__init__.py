"""Two words that no one sentence has masks for, each explained in a sentence of its own."""

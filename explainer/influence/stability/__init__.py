"""Whether a word's pattern is found again under other choices of the computation."""

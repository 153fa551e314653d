"""The Corpus page: what the patterns of many sentences have in common, and where."""

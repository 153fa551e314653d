"""The Explore page: a sentence, the patterns of its words, and what stands behind each step."""

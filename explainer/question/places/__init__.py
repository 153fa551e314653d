"""Where in a text something is asked about: the words that a tagger tags."""

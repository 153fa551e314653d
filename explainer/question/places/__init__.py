"""Where in a text something is asked about: words that have tags, and answers in a passage."""

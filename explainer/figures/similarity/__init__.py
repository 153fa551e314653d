"""Two texts word by word: their matrix, and the links between them."""

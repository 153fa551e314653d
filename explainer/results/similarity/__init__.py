"""How two texts come to be similar, token by token: the matrix, and the paths of one pair."""

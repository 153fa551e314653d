"""Token by token: what each adds to its text's embedding, and each two to a similarity."""

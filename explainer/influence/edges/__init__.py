"""One block's edges: what carries influence along them, its derivatives and its parts."""

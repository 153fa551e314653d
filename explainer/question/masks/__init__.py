"""Words of several pieces: a mask for each, and Q from all of them."""

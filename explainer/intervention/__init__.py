"""The model with parts replaced: what it does when nodes, heads or skips are taken away."""

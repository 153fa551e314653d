"""Weights and a tokenizer, checked and ready: the built-in models, local folders, the hub."""

"""Weights and a tokenizer, checked and ready: the built-in models, local folders, the hub."""

from explainer.base.scratch import without_scratch

without_scratch()

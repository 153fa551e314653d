"""Influence patterns: how information flows through BERT."""

"""What many sentences have in common."""

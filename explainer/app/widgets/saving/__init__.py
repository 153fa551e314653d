"""What can be taken away from a page: figures, tables, numbers, code."""

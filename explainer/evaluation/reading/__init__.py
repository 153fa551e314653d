"""A person's own file as cases: cells, rows and columns, each refused by its number."""

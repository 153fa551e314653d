"""What more than one page shows: boxes, controls, the graph, tables, files to save."""

"""Every figure but the pattern graph: curves, bars, maps and the evaluation's charts."""

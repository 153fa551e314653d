"""The pattern graph: rows, ribbons, bars and legend, for one explanation or a pair."""

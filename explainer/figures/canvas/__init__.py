"""Shapes, axes, colours and words, and the two ways to draw them: SVG and Plotly."""

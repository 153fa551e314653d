"""The section about protocols: their claims, tested on a task, with verdict, chart and numbers."""

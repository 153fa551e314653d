"""Tests of what patterns claim, over one sentence or a whole task, beside rival methods."""

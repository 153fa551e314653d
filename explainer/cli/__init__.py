"""The command line: an explanation, an evaluation, the models and the app."""

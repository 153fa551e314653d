"""The Evaluate page: what the patterns claim, tested on a sentence and on a task."""

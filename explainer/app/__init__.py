"""The app: four pages on what the engine finds, for one sentence, two, or a whole task."""

"""The app: five pages on what the engine finds, for one sentence, two, many, or a whole task."""

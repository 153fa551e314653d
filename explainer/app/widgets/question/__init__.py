"""The boxes in which a question is asked: the sentence, the model, the contrast, the settings."""

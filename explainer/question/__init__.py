"""What is asked: a text as the model reads it, and the quantity Q that is explained."""

"""Two explanations side by side: their rows, both graphs on one scale, a word followed in both."""

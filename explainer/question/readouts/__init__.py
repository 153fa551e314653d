"""How Q is read from last hidden states: one file for each way, under one signature."""

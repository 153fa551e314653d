"""Words at masks: which are asked about, a mask for each piece of a word, and Q from them all."""

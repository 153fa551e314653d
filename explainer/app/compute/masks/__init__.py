"""What is asked about several masks: the model at each of them, and two words apart."""

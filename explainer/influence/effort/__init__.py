"""What an explanation takes before it begins: its multiplications, and this machine's pace."""

"""Two figures side by side: one scale, one colour for each answer, and what differs in words."""

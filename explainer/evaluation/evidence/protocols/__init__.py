"""What protocols found: their measurements as a table, verdicts on their claims, and a report."""

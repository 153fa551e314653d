"""What was found, as plain records: settings, patterns, explanations and their comparison."""

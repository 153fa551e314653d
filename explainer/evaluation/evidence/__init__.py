"""What a run shows, with its intervals: tables, findings, verdicts."""

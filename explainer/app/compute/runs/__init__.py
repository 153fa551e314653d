"""What runs over many sentences ask: methods and protocols over a task, patterns over a corpus."""

"""What can be asked beside an explanation: how sure a path is, and other scores of its words."""

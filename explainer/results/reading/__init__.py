"""An explanation read back from its record."""

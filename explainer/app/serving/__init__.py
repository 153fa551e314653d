"""The server around the pages: how it starts and ends, its health, and its log."""

"""What stands around a page: its style, its width and theme, its notes and errors."""

"""Where models compute: in the server's process or in others beside it, in turns.

What is computed is no concern of this.
"""

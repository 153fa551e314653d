"""A server under load: what is asked, who asks it, what the server holds, and what comes of it."""

"""What is chosen on a page: one frozen record that the link, the session and widgets share."""

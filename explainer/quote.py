"""Quote what a person typed inside a message."""

LIMIT = 60


def quote(text: str, limit: int = LIMIT) -> str:
    """`text` in quotes on one line: control characters escaped, cut after `limit` characters."""
    return repr(text if len(text) <= limit else text[:limit] + "…")

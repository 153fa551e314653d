"""The section about a task."""


def task_section(width: float) -> None:
    """draft"""

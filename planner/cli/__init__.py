"""The command line: one file a command; the only room that knows Typer and Rich."""

INTERRUPTED = "interrupted; nothing half-written was left"
"""Said where Ctrl-C ends a command with nothing to keep."""

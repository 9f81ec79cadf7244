"""The command line: thin, every command with --json, and nothing written to calendars but by `apply`."""

from scheduler.cli.rondo import main

__all__ = ["main"]

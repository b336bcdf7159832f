"""The terminal front door."""

from hornbook.cli.app import app, main

__all__ = ["app", "main"]

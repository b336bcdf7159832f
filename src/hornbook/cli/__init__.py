"""The terminal front door."""

from hornbook.cli.interrupt import end_interrupted

try:
    # The seconds that this takes are a user's first chance to change their mind.
    from hornbook.cli.app import app, main
except KeyboardInterrupt:
    end_interrupted()

__all__ = ["app", "main"]

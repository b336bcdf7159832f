"""The terminal front door."""

from hornbook.cli.interrupt import end_interrupted
from hornbook.processes import collector_at_rest

try:
    # The seconds that this takes are a user's first chance to change their mind.
    with collector_at_rest():
        from hornbook.cli.app import app, main
except KeyboardInterrupt:
    end_interrupted()

__all__ = ["app", "main"]

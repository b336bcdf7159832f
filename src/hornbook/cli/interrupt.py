"""Ctrl-C where no command is there yet to obey it; imports nothing that takes time."""

from __future__ import annotations

import sys
from typing import NoReturn

__all__ = ["INTERRUPTED", "end_interrupted"]

INTERRUPTED = 130
"""128 and SIGINT, as shells say it."""


def end_interrupted() -> NoReturn:
    """Ends the process as a command that Ctrl-C has stopped."""
    sys.stderr.write("Interrupted.\n")
    raise SystemExit(INTERRUPTED) from None

"""Where a workspace is when nobody says."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["default_home"]


def default_home() -> Path:
    """`HORNBOOK_HOME`, or `~/.hornbook`."""
    return Path(os.environ.get("HORNBOOK_HOME") or "~/.hornbook").expanduser()

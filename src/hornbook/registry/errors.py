"""What can be wrong with a workspace as a whole."""

from __future__ import annotations

from hornbook.errors import HornbookError

__all__ = ["WorkspaceError"]


class WorkspaceError(HornbookError):
    """A workspace folder, database or model file that cannot be opened, read or written."""

"""Hornbook: a self-hosted, semi-visual deep-learning studio.

Example:
    >>> import hornbook, tempfile
    >>> with hornbook.open_workspace(tempfile.mkdtemp()) as workspace:
    ...     len(workspace.sessions())
    0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hornbook.client import (
        LoadedModel,
        Model,
        RemoteLoadedModel,
        RemoteModel,
        RemoteSavedModel,
        RemoteSavedModelVersion,
        RemoteSession,
        RemoteTask,
        RemoteWorkspace,
        SavedModel,
        SavedModelVersion,
        Session,
        Task,
        Workspace,
        connect,
        load,
        open_workspace,
    )

__all__ = [
    "LoadedModel",
    "Model",
    "RemoteLoadedModel",
    "RemoteModel",
    "RemoteSavedModel",
    "RemoteSavedModelVersion",
    "RemoteSession",
    "RemoteTask",
    "RemoteWorkspace",
    "SavedModel",
    "SavedModelVersion",
    "Session",
    "Task",
    "Workspace",
    "__version__",
    "connect",
    "load",
    "open_workspace",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The Python front door, opened by whoever asks for it: workers need only its rooms."""
    if name in __all__:
        from hornbook import client  # noqa: PLC0415

        return getattr(client, name)
    raise AttributeError(f"module 'hornbook' has no attribute '{name}'")

"""The Python front door: a workspace, its tasks, their sessions, models and saved models."""

from hornbook.client.loaded import LoadedModel, load
from hornbook.client.saved_models import SavedModel, SavedModelVersion
from hornbook.client.workspace import Model, Session, Task, Workspace, open_workspace

__all__ = [
    "LoadedModel",
    "Model",
    "SavedModel",
    "SavedModelVersion",
    "Session",
    "Task",
    "Workspace",
    "load",
    "open_workspace",
]

"""The Python front door: a workspace, its tasks, their sessions, models and saved models."""

from hornbook.client.loaded import LoadedModel, load
from hornbook.client.remote_models import RemoteLoadedModel
from hornbook.client.remote_saved_models import RemoteSavedModel, RemoteSavedModelVersion
from hornbook.client.remote_sessions import RemoteModel, RemoteSession
from hornbook.client.remote_tasks import RemoteTask
from hornbook.client.remote_workspace import RemoteWorkspace, connect
from hornbook.client.saved_models import SavedModel, SavedModelVersion
from hornbook.client.sessions import Model, Session
from hornbook.client.workspace import Task, Workspace, open_workspace

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
    "connect",
    "load",
    "open_workspace",
]

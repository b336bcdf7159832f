"""The workspace: its database and the folders of its tasks, sessions and saved models."""

from hornbook.home import default_home
from hornbook.registry.endpoint_keys import hash_key
from hornbook.registry.errors import WorkspaceError
from hornbook.registry.ids import ModelReference, new_id, parse_model_reference
from hornbook.registry.rebuild import Rebuilt, rebuild
from hornbook.registry.records import (
    Activation,
    EndpointKeyRecord,
    SavedModelRecord,
    SessionRecord,
    SessionStatus,
    TaskRecord,
    UserRecord,
    VersionRecord,
)
from hornbook.registry.registry import Registry

__all__ = [
    "Activation",
    "EndpointKeyRecord",
    "ModelReference",
    "Rebuilt",
    "Registry",
    "SavedModelRecord",
    "SessionRecord",
    "SessionStatus",
    "TaskRecord",
    "UserRecord",
    "VersionRecord",
    "WorkspaceError",
    "default_home",
    "hash_key",
    "new_id",
    "parse_model_reference",
    "rebuild",
]

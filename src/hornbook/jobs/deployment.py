"""Deploying a session's model as a version of a saved model."""

from __future__ import annotations

from hornbook.diagnostics import DIAGNOSTICS_FILE
from hornbook.registry import Registry, SessionRecord, VersionRecord
from hornbook.training.artifact import MODEL_FOLDER
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.result import RESULT_FILE

__all__ = ["deploy_model"]

_DEPLOYED = (MODEL_FOLDER, DESIGN_FOLDER, RESULT_FILE, DIAGNOSTICS_FILE)


def deploy_model(registry: Registry, session: SessionRecord, name: str) -> VersionRecord:
    """Makes the model of a session the active version of a saved model."""
    files = [file for file in _DEPLOYED if (session.folder / file).exists()]
    return registry.deploy(session, name=name, files=files)

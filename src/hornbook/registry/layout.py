"""Where everything lies in a workspace folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

__all__ = ["Layout"]


@dataclass(frozen=True)
class Layout:
    """The paths below a workspace folder; naming a path creates nothing.

        hornbook.db
        analyses/<analysis_id>/<mltask_id>/task.json
        analyses/<analysis_id>/<mltask_id>/<session_id>/session.json
        saved_models/<saved_model_id>/saved_model.json
        saved_models/<saved_model_id>/<version_id>/version.json

    Example:
        >>> Layout(Path("/srv/hornbook")).session("Ab3dE6gH", "Zx9wV7uT", "s2").as_posix()
        '/srv/hornbook/analyses/Ab3dE6gH/Zx9wV7uT/s2'
    """

    home: Path

    @property
    def database_url(self) -> str | URL:
        """The database of a workspace not given another: `HORNBOOK_DATABASE`, or a SQLite file."""
        return os.environ.get("HORNBOOK_DATABASE") or URL.create(
            "sqlite", database=str(self.home / "hornbook.db")
        )

    @property
    def analyses(self) -> Path:
        """All analyses."""
        return self.home / "analyses"

    @property
    def saved_models(self) -> Path:
        """All saved models."""
        return self.home / "saved_models"

    def task(self, analysis_id: str, mltask_id: str) -> Path:
        """All sessions of a task; its design folder is the user's and lies elsewhere."""
        return self.analyses / analysis_id / mltask_id

    def session(self, analysis_id: str, mltask_id: str, session_id: str) -> Path:
        """The files of one session."""
        return self.task(analysis_id, mltask_id) / session_id

    def saved_model(self, saved_model_id: str) -> Path:
        """All versions of a saved model."""
        return self.saved_models / saved_model_id

    def version(self, saved_model_id: str, version_id: str) -> Path:
        """The files of one version."""
        return self.saved_model(saved_model_id) / version_id

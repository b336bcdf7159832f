"""The REST API under `/api/v1`: everything that the studio's pages do, and its events."""

from hornbook.api.application import create_application
from hornbook.api.studio import Studio

__all__ = ["Studio", "create_application"]

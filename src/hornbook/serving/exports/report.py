"""What came of an export."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

__all__ = ["ExportReport"]


@dataclass(frozen=True)
class ExportReport:
    """What came of an export.

    Attributes:
        format: its name, e.g. `"python"`.
        path: the file or folder that was written.
        notes: what the user should know of it, in sentences.
        certificate: how its predictions compare with Hornbook's, where that was measured: `rows`,
            `largest_difference` and more.
    """

    format: str
    path: Path
    notes: tuple[str, ...] = ()
    certificate: dict[str, Any] | None = field(default=None)

    def at(self, path: Path) -> ExportReport:
        """The same of another place."""
        return replace(self, path=path)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "format": self.format,
            "path": str(self.path),
            "notes": list(self.notes),
            "certificate": self.certificate,
        }

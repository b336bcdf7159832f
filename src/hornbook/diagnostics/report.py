"""All findings about a training, as a file in its session's folder."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from hornbook.atomic import write_json_atomically
from hornbook.diagnostics.diagnostic import Diagnostic, DiagnosticId, Severity

__all__ = ["DIAGNOSTICS_FILE", "DiagnosticReport"]

DIAGNOSTICS_FILE = "diagnostics.json"

Check = Callable[[], Iterable[Diagnostic]]
"""Looks at one side of a training; may be costly, may fail."""


@dataclass(frozen=True)
class DiagnosticReport:
    """What was found, the worst first, and which checks could not be done.

    Attributes:
        diagnostics: the findings.
        unchecked: checks that failed themselves, with why.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    unchecked: tuple[str, ...] = ()

    @classmethod
    def gather(cls, checks: Iterable[Check], off: Iterable[DiagnosticId] = ()) -> Self:
        """Does the checks, one after the other.

        A check that fails costs its own findings only: its traceback is printed, and
        `unchecked` says so.

        Args:
            checks: to be done.
            off: findings that are not wanted.
        """
        unwanted = frozenset(off)
        found: list[Diagnostic] = []
        unchecked: list[str] = []
        for check in checks:
            try:
                found += [one for one in check() if one.id not in unwanted]
            except Exception as error:  # noqa: BLE001 - a trained model is worth more than a check
                traceback.print_exc()
                unchecked.append(f"{type(error).__name__}: {error}")
        severities, ids = list(Severity), list(DiagnosticId)
        found.sort(key=lambda one: (severities.index(one.severity), ids.index(one.id)))
        return cls(tuple(found), tuple(unchecked))

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "diagnostics": [one.to_json() for one in self.diagnostics],
            "unchecked": list(self.unchecked),
        }

    def write(self, folder: Path) -> None:
        """Writes the report into the session's folder."""
        write_json_atomically(folder / DIAGNOSTICS_FILE, self.to_json())

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The report of a session's folder; an empty one where there is none."""
        path = folder / DIAGNOSTICS_FILE
        if not path.exists():
            return cls()
        values = json.loads(path.read_text("utf-8"))
        return cls(
            tuple(Diagnostic.from_json(one) for one in values["diagnostics"]),
            tuple(values["unchecked"]),
        )

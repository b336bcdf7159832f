"""What a training's diagnostics say, in the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from hornbook.cli.output import console
from hornbook.diagnostics import DiagnosticReport, Severity

__all__ = ["say_diagnostics"]

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def say_diagnostics(session_folder: Path) -> None:
    """All findings about the training of that folder, the worst first; nothing where none is."""
    report = DiagnosticReport.read(session_folder)
    for one in report.diagnostics:
        about = f" (output {one.output})" if one.output else ""
        label = (f"{one.severity.capitalize()} {one.id}{about}:", _STYLES[one.severity])
        console.print(Text.assemble(label, f" {one.message}\n  Fix: {one.fix}"), soft_wrap=True)
    for reason in report.unchecked:
        console.print(f"A diagnostic could not be computed: {reason}", soft_wrap=True)

"""Diagnostics in the terminal: the worst first, with what to do, users' texts as they stand."""

from __future__ import annotations

from hornbook.cli.diagnostics import say_diagnostics
from hornbook.cli.output import console
from hornbook.diagnostics import Diagnostic, DiagnosticId, DiagnosticReport, Severity


def said(folder, report=None):
    if report is not None:
        report.write(folder)
    with console.capture() as captured:
        say_diagnostics(folder)
    return captured.get()


def test_nothing_is_said_where_nothing_was_found(tmp_path):
    assert said(tmp_path) == ""
    assert said(tmp_path, DiagnosticReport()) == ""


def test_each_finding_with_its_severity_id_output_and_fix(tmp_path):
    report = DiagnosticReport(
        (
            Diagnostic(DiagnosticId.TOO_GOOD, Severity.WARNING, "Of '[/x]'.", "Reject [/x]."),
            Diagnostic(DiagnosticId.IMBALANCE, Severity.INFO, "Rare.", "Wait.", {}, "price"),
        ),
        ("ValueError: no",),
    )
    assert said(tmp_path, report).splitlines() == [
        "Warning too-good: Of '[/x]'.",
        "  Fix: Reject [/x].",
        "Info imbalance (output price): Rare.",
        "  Fix: Wait.",
        "A diagnostic could not be computed: ValueError: no",
    ]

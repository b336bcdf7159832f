from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hornbook.diagnostics import Diagnostic, DiagnosticId, DiagnosticReport, Severity


def finding(name: DiagnosticId, severity: Severity) -> Diagnostic:
    return Diagnostic(name, severity, "Found.", "Mend it.", {"n": 1})


NOTE = finding(DiagnosticId.STILL_IMPROVING, Severity.INFO)
WARNING = finding(DiagnosticId.IMBALANCE, Severity.WARNING)
OTHER = finding(DiagnosticId.SMALL_TEST_SET, Severity.WARNING).of_output("price")
ERROR = finding(DiagnosticId.DIVERGED, Severity.ERROR)


def test_the_worst_comes_first() -> None:
    report = DiagnosticReport.gather([lambda: [NOTE, WARNING], lambda: [ERROR, OTHER]])
    assert report == DiagnosticReport((ERROR, OTHER, WARNING, NOTE))


def test_what_is_switched_off_is_left_out() -> None:
    report = DiagnosticReport.gather([lambda: [NOTE, WARNING]], off=[DiagnosticId.IMBALANCE])
    assert report.diagnostics == (NOTE,)


def test_a_check_that_fails_costs_its_own_findings_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken() -> Iterator[Diagnostic]:
        yield WARNING
        raise ZeroDivisionError("by zero")

    report = DiagnosticReport.gather([broken, lambda: [NOTE]])
    assert report.diagnostics == (NOTE,)
    assert report.unchecked == ("ZeroDivisionError: by zero",)
    assert "Traceback" in capsys.readouterr().err


def test_written_and_read_it_is_the_same(tmp_path: Path) -> None:
    assert DiagnosticReport.read(tmp_path) == DiagnosticReport()
    report = DiagnosticReport((ERROR, OTHER), ("ValueError: no",))
    report.write(tmp_path)
    assert DiagnosticReport.read(tmp_path) == report

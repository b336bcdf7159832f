"""What may be wrong with a trained model or its data, said with numbers and what to do.

Nothing here knows Keras: the checks, each in a module of its own, get plain arrays, frames and
functions. They need scipy, which takes a while to import, so this page names the findings only.
"""

from hornbook.diagnostics.diagnostic import Diagnostic, DiagnosticId, Severity
from hornbook.diagnostics.report import DIAGNOSTICS_FILE, DiagnosticReport

__all__ = ["DIAGNOSTICS_FILE", "Diagnostic", "DiagnosticId", "DiagnosticReport", "Severity"]

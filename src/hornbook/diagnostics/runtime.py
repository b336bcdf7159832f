"""Diagnostics of what a training ran with: a failing custom score, an idle GPU."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hornbook.diagnostics.diagnostic import Diagnostic, DiagnosticId, Severity

__all__ = ["check_custom_scores", "check_gpu"]


def check_custom_scores(errors: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Looks at why custom scores have no value, those that have none.

    Args:
        errors: what went wrong, by the names of the scores in reports.
    """
    for name, error in errors.items():
        yield Diagnostic(
            DiagnosticId.CUSTOM_SCORE_FAILED,
            Severity.WARNING,
            f"The metric '{name}' has no value: {error}",
            "Mend the function in custom_score.py; it must return one number.",
            {"metric": name, "error": error},
        )


def check_gpu(present: Sequence[str], used: Sequence[str], backend: str) -> Iterator[Diagnostic]:
    """Looks at whether a GPU of this machine stands idle.

    Args:
        present: the GPUs that the machine has and the user has not hidden.
        used: the ones that Keras sees.
        backend: what Keras runs on.
    """
    if present and not used:
        yield Diagnostic(
            DiagnosticId.GPU_NOT_USED,
            Severity.WARNING,
            f"This machine has {len(present)} GPU{'s' if len(present) > 1 else ''} "
            f"({', '.join(present)}), but {backend} as it is installed sees none and trained on "
            "the CPU.",
            {
                "jax": "pip install 'jax[cuda12]'",
                "tensorflow": "pip install 'tensorflow[and-cuda]'",
                "torch": "Install PyTorch for your version of CUDA.",
            }.get(backend, "Install it with support for your GPU."),
            {"present": list(present), "backend": backend},
        )

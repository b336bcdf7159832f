from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from hornbook.diagnostics import Diagnostic
from hornbook.diagnostics.runtime import check_custom_score, check_gpu

Found = Callable[[Iterable[Diagnostic]], dict[str, Diagnostic]]


def test_a_custom_score_that_failed(found: Found) -> None:
    (one,) = found(check_custom_score("division by zero.")).values()
    assert (one.id, one.severity) == ("custom-score-failed", "warning")
    assert one.numbers == {"error": "division by zero."}
    assert not found(check_custom_score(None))


@pytest.mark.parametrize("backend", ["jax", "tensorflow", "torch"])
def test_a_gpu_that_stands_idle(found: Found, backend: str) -> None:
    (one,) = found(check_gpu(["NVIDIA T4"], [], backend)).values()
    assert one.id == "gpu-not-used"
    assert "1 GPU (NVIDIA T4)" in one.message
    assert not found(check_gpu([], [], backend))
    assert not found(check_gpu(["NVIDIA T4"], ["gpu:0"], backend))

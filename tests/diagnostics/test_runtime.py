from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from hornbook.diagnostics import Diagnostic
from hornbook.diagnostics.runtime import check_custom_scores, check_gpu

Found = Callable[[Iterable[Diagnostic]], dict[str, Diagnostic]]


def test_a_custom_score_that_failed(found: Found) -> None:
    (one,) = found(check_custom_scores({"profit": "division by zero."})).values()
    assert (one.id, one.severity) == ("custom-score-failed", "warning")
    assert one.message == "The metric 'profit' has no value: division by zero."
    assert one.numbers == {"metric": "profit", "error": "division by zero."}
    assert not found(check_custom_scores({}))
    both = list(check_custom_scores({"profit": "1 / 0.", "Custom score": "no number."}))
    assert [one.numbers["metric"] for one in both] == ["profit", "Custom score"]


@pytest.mark.parametrize("backend", ["jax", "tensorflow", "torch"])
def test_a_gpu_that_stands_idle(found: Found, backend: str) -> None:
    (one,) = found(check_gpu(["NVIDIA T4"], [], backend)).values()
    assert one.id == "gpu-not-used"
    assert "1 GPU (NVIDIA T4)" in one.message
    assert not found(check_gpu([], [], backend))
    assert not found(check_gpu(["NVIDIA T4"], ["gpu:0"], backend))

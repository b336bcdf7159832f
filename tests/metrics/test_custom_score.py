from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk

from hornbook.metrics import CustomScore

TRUTH, PREDICTED = np.array(["a", "b"]), np.array(["a", "a"])


def test_a_function_of_scikit_learn_is_a_custom_score() -> None:
    weight = np.array([3.0, 1.0])
    assert CustomScore(sk.accuracy_score).measure(TRUTH, PREDICTED) == (0.5, None)
    assert CustomScore(sk.accuracy_score).measure(TRUTH, PREDICTED, weight) == (0.75, None)


def test_weights_are_passed_only_where_asked_for() -> None:
    def with_weight(y_valid: Any, y_pred: Any, sample_weight: Any) -> float:
        return -1.0 if sample_weight is None else float(sample_weight.sum())

    def without(y_valid: Any, y_pred: Any) -> float:
        return 7.0

    assert CustomScore(with_weight).measure(TRUTH, PREDICTED, np.ones(2)) == (2.0, None)
    assert CustomScore(with_weight).measure(TRUTH, PREDICTED) == (-1.0, None)
    assert CustomScore(without).measure(TRUTH, PREDICTED, np.ones(2)) == (7.0, None)


@pytest.mark.parametrize("result", [1, 1.0, np.float32(1), np.array(1.0), np.int64(1)])
def test_what_counts_as_a_number(result: Any) -> None:
    assert CustomScore(lambda y_valid, y_pred: result).measure(TRUTH, PREDICTED) == (1.0, None)


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (None, "None"),
        ("high", "'high'"),
        (True, "True"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (np.zeros((2, 3)), "a ndarray of shape (2, 3)"),
        (np.array("text"), "array('text', dtype='<U4')"),
        (1j, "1j"),
        (list(range(1000)), "a list, [0, 1, 2"),
    ],
)
def test_what_does_not(result: Any, shown: str) -> None:
    value, error = CustomScore(lambda y_valid, y_pred: result).measure(TRUTH, PREDICTED)
    assert math.isnan(value)
    assert error is not None
    assert error.startswith(f"The custom score returned {shown}")
    assert error.endswith("expected one finite number, such as 0.93.")


def test_a_failure_names_the_users_line_and_not_the_librarys(tmp_path: Path) -> None:
    file = tmp_path / "custom_score.py"
    file.write_text(
        "import numpy as np\n\ndef custom_score(y_valid, y_pred):\n"
        "    return np.linalg.inv(np.zeros((2, 2)))\n"
    )
    names: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), names)
    value, error = CustomScore(names["custom_score"]).measure(TRUTH, PREDICTED)
    assert math.isnan(value)
    assert error == (
        "custom_score.py:4: The custom score failed: LinAlgError: Singular matrix\n"
        "    return np.linalg.inv(np.zeros((2, 2)))"
    )


def test_a_wrong_signature_is_a_failure_too() -> None:
    value, error = CustomScore(lambda only: 1.0).measure(TRUTH, PREDICTED)
    assert math.isnan(value)
    assert error is not None
    assert "TypeError" in error

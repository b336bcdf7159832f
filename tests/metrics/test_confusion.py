from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as sk

from hornbook.metrics import confusion_matrix


@pytest.mark.parametrize("weighted", [False, True])
def test_cells_are_those_of_scikit_learn(weighted: bool) -> None:
    random = np.random.default_rng(0)
    truth, predicted = random.integers(0, 4, 300), random.integers(0, 5, 300)
    weight = random.random(300) if weighted else None
    expected = sk.confusion_matrix(truth, predicted, labels=range(6), sample_weight=weight)
    np.testing.assert_allclose(confusion_matrix(truth, predicted, 6, weight), expected)


def test_small_code_types_do_not_overflow() -> None:
    codes = np.array([200], dtype=np.uint8)
    assert confusion_matrix(codes, codes, 201)[200, 200] == 1

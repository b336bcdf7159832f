from __future__ import annotations

import numpy as np
import polars as pl

from hornbook.training.evaluated_rows import (
    EvaluatedRows,
    read_test_predictions,
    read_test_rows,
    write_test_predictions,
)
from hornbook.training.job import PREDICTIONS_FILE


def rows(numbers):
    return EvaluatedRows(
        {"": np.array([[0.25], [0.75]])}, {"": np.array([0, 1])}, None, 0.0, numbers
    )


def test_rows_can_be_found_in_their_table(tmp_path):
    write_test_predictions(rows(np.array([7, 3])), tmp_path)
    assert pl.read_parquet(tmp_path / PREDICTIONS_FILE).columns == ["truth", "output_0", "row"]
    assert read_test_rows(tmp_path).tolist() == [7, 3]
    truth, outputs, weight = read_test_predictions(tmp_path)
    assert (truth.tolist(), outputs.tolist(), weight) == ([0, 1], [[0.25], [0.75]], None)


def test_without_numbers_the_position_stands_for_them(tmp_path):
    write_test_predictions(rows(None), tmp_path)
    assert read_test_rows(tmp_path).tolist() == [0, 1]

from __future__ import annotations

import numpy as np

from hornbook.features import OutputColumn
from hornbook.features.column_selection import ColumnSelection, largest


def test_columns_keep_their_order_and_names() -> None:
    selection = ColumnSelection("tree", (0, 2), (0.5, 0.0, 0.5))
    columns = tuple(OutputColumn(name, name) for name in "abc")
    assert selection.outputs(columns) == (columns[0], columns[2])
    kept = selection.transform(np.array([[1, 2, 3], [4, 5, 6]], np.float32))
    np.testing.assert_array_equal(kept, [[1, 3], [4, 6]])
    assert ColumnSelection.from_state(selection.state()) == selection


def test_the_largest_scores_and_of_equal_ones_the_first() -> None:
    scores = np.array([0.2, 0.9, 0.2, 0.5, 0.2])
    assert largest(scores, 3, range(5)).tolist() == [0, 1, 3]
    assert largest(scores, 9, range(5)).tolist() == [0, 1, 2, 3, 4]
    assert largest(scores, 2, [2, 4, 3]).tolist() == [2, 3]

from __future__ import annotations

import numpy as np

from hornbook.metrics import PredictionInterval, PredictionType
from hornbook.reports import predicted_table

NAN = float("nan")


def test_numbers_are_in_the_order_of_the_table(session):
    folder = session(
        PredictionType.REGRESSION,
        np.array([1, 2, 3], np.float32),
        [[1.5], [0.0], [NAN]],
        learnt={"interval": PredictionInterval(0.9, 1.0)},
        rows=np.array([10, 7, 30]),
        weight=np.array([1.0, 2.0, 0.0]),
    )
    assert predicted_table(folder).to_dict(as_series=False) == {
        "row": [7, 10, 30],
        "truth": [2.0, 1.0, 3.0],
        "prediction": [0.0, 1.5, None],
        "prediction_lower": [-1.0, 0.5, None],
        "prediction_upper": [1.0, 2.5, None],
        "weight": [2.0, 1.0, 0.0],
    }


def test_two_classes_have_a_probability_each(session):
    folder = session(
        PredictionType.BINARY,
        [0, 1, 1],
        [[0.25], [0.75], [NAN]],
        ("no", "yes"),
        learnt={"threshold": 0.5},
    )
    assert predicted_table(folder).to_dict(as_series=False) == {
        "row": [0, 1, 2],
        "truth": ["no", "yes", "yes"],
        "prediction": ["no", "yes", None],
        "proba_no": [0.75, 0.25, None],
        "proba_yes": [0.25, 0.75, None],
    }


def test_several_classes_keep_their_type(session):
    classes = session(PredictionType.MULTICLASS, [2, 0], [[0.5, 0.25, 0.25]] * 2, (1, 2, 3))
    found = predicted_table(classes)
    assert (found["truth"].to_list(), found["prediction"].to_list()) == ([3, 1], [1, 1])
    assert found.columns[3:] == ["proba_1", "proba_2", "proba_3"]


def test_labels_are_told_with_their_separator(session):
    folder = session(PredictionType.MULTILABEL, [[1, 1], [0, 0]], [[0.75, 0.25]] * 2, ("a", "b"))
    found = predicted_table(folder)
    assert found["truth"].to_list() == ["a|b", ""]
    assert found["prediction"].to_list() == ["a", "a"]
    assert found["proba_b"].to_list() == [0.25, 0.25]

from __future__ import annotations

import numpy as np
import pytest

from hornbook.errors import UsageError
from hornbook.metrics import Calibration, PredictionInterval, PredictionType
from hornbook.metrics.calibration import IsotonicCurve
from hornbook.reports import predicted_rows

NAN = float("nan")


def numbers(page):
    return [one.row for one in page.rows]


def test_the_worst_numbers_come_first(session):
    folder = session(
        PredictionType.REGRESSION,
        np.array([1, 2, 3, 4], np.float32),
        [[1.5], [0.0], [3.0], [NAN]],
        learnt={"interval": PredictionInterval(0.9, 1.0)},
        rows=np.array([10, 7, 30, 2]),
    )
    page = predicted_rows(folder)
    assert (page.total, page.kind, page.target, page.classes) == (4, "regression", "y", [])
    assert numbers(page) == [7, 10, 30, 2]
    worst = page.rows[0]
    assert (worst.truth, worst.prediction, worst.error) == (2.0, 0.0, -2.0)
    assert (worst.lower, worst.upper, worst.probabilities) == (-1.0, 1.0, [])
    assert page.rows[-1].prediction is page.rows[-1].error is None
    assert numbers(predicted_rows(folder, descending=False)) == [30, 10, 7, 2]
    assert numbers(predicted_rows(folder, sort="row", descending=False)) == [2, 7, 10, 30]
    assert numbers(predicted_rows(folder, sort="truth")) == [2, 30, 7, 10]
    assert numbers(predicted_rows(folder, sort="prediction")) == [30, 10, 7, 2]
    assert numbers(predicted_rows(folder, start=1, count=2)) == [10, 30]
    assert numbers(predicted_rows(folder, start=9)) == []


def test_classes_are_predicted_as_elsewhere(session):
    halved = Calibration("isotonic", (IsotonicCurve(np.array([0.0, 1.0]), np.array([0.0, 0.5])),))
    folder = session(
        PredictionType.BINARY,
        [0, 1, 1, 0],
        [[0.5], [0.75], [0.25], [0.5]],
        ("no", "yes"),
        learnt={"calibration": halved, "threshold": 0.25},
        weight=np.array([1.0, 2.0, 0.0, 1.0]),
    )
    page = predicted_rows(folder)
    assert page.classes == ["no", "yes"]
    assert numbers(page) == [2, 1, 0, 3]
    assert [one.error for one in page.rows] == [0.875, 0.625, 0.25, 0.25]
    assert [one.truth for one in page.rows] == ["yes", "yes", "no", "no"]
    assert [one.prediction for one in page.rows] == ["no", "yes", "yes", "yes"]
    assert page.rows[0].probabilities == [0.875, 0.125]
    assert [one.weight for one in page.rows] == [0.0, 2.0, 1.0, 1.0]
    assert numbers(predicted_rows(folder, sort="prediction")) == [1, 0, 3, 2]


def test_of_many_classes_the_most_probable_are_shown(session, random):
    raw = random.dirichlet(np.ones(80), 30)
    truth = raw.argmax(axis=1)
    folder = session(PredictionType.MULTICLASS, truth, raw, tuple(f"c{i}" for i in range(80)))
    page = predicted_rows(folder, count=5, sort="prediction")
    assert len(page.classes) == 50
    for one in page.rows:
        assert one.truth == one.prediction in page.classes
        of_truth = one.probabilities[page.classes.index(one.truth)]
        assert of_truth == pytest.approx(1 - one.error) == max(one.probabilities)
    codes = [int(one.prediction[1:]) for one in page.rows]
    assert codes == sorted(codes, reverse=True)


def test_labels_are_texts(session):
    folder = session(
        PredictionType.MULTILABEL,
        np.array([[1, 0], [1, 1], [0, 0]], np.float32),
        [[0.75, 0.25], [0.25, 0.25], [NAN, 0.0]],
        ("a", "b"),
    )
    page = predicted_rows(folder)
    assert [one.truth for one in page.rows] == ["a|b", "a", ""]
    assert [one.prediction for one in page.rows] == ["", "a", None]
    assert [one.error for one in page.rows] == [0.75, 0.25, None]
    assert page.rows[2].probabilities == [None, 0.0]
    assert numbers(predicted_rows(folder, sort="prediction")) == [0, 1, 2]


@pytest.mark.parametrize("wrong", [{"start": -1}, {"count": 0}, {"count": 1001}])
def test_a_page_has_its_limits(tmp_path, wrong):
    with pytest.raises(UsageError, match="a count from 1 to 1000"):
        predicted_rows(tmp_path, **wrong)

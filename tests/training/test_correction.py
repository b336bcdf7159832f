from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from hornbook.design import TaskDesign
from hornbook.metrics import Measurer, PredictionType, TaskMeasurer
from hornbook.training.correction import learn_corrections
from hornbook.training.evaluated_rows import EvaluatedRows
from hornbook.training.result import OutputResult

OUTPUTS = {
    "price": {"column": "price", "type": "regression"},
    "sold": {"column": "sold", "type": "binary"},
}


class Design:
    """As much of a design folder as is read."""

    def __init__(self, **sections: Any) -> None:
        self.task = TaskDesign.model_validate(
            {"dataset": {"path": "rows.csv"}, "outputs": OUTPUTS, **sections}
        )


MEASURER = TaskMeasurer(
    {
        "price": Measurer(PredictionType.REGRESSION, metric="R2 Score"),
        "sold": Measurer(PredictionType.BINARY, metric="ROC AUC", classes=("no", "yes")),
    },
    "sold",
)
BOTH = Design(
    calibration={"method": "isotonic"}, prediction_intervals={"enabled": True, "coverage": 0.9}
)


def rows(seed: int, n: int) -> EvaluatedRows:
    random = np.random.default_rng(seed)
    price, odds = random.normal(size=(2, n))
    sold = (random.random(n) < 1 / (1 + np.exp(-odds))).astype(int)
    boast = 1 / (1 + np.exp(-4 * odds))
    predictions = {"price": price[:, None], "sold": np.column_stack([1 - boast, boast])}
    targets = {"price": price + random.normal(size=n), "sold": sold}
    return EvaluatedRows(predictions, targets, None, 0.0)


def learn(design: Any, *arguments: Any) -> Any:
    return learn_corrections(design, MEASURER, *arguments)


def test_nothing_is_learnt_that_is_not_asked_for() -> None:
    learnt = learn(Design(), rows(0, 100), "test")
    assert not (learnt.calibrations or learnt.intervals or learnt.notes)
    given = rows(1, 10).predictions
    applied = learnt.apply(given)
    assert all(applied[name] is given[name] for name in given)


def test_validation_rows_teach_and_test_rows_judge() -> None:
    test = rows(1, 2_000)
    learnt = learn(BOTH, rows(0, 1_000), "validation", test)
    assert learnt.notes == ()
    calibration, interval = learnt.calibration_results["sold"], learnt.interval_results["price"]
    assert (calibration.fitted_on, calibration.fitted_rows) == ("validation", 1_000)
    assert calibration.measured_on == interval.measured_on == "test"
    corrected = learnt.apply(test.predictions)
    assert corrected["price"] is test.predictions["price"]
    measured = MEASURER.measure(test.targets, corrected).outputs["sold"].metrics
    assert calibration.log_loss_after == measured["Log Loss"] < calibration.log_loss_before
    assert calibration.calibration_loss_after == measured["Calibration Loss"] < 0.06
    assert calibration.calibration_loss_before > 0.12
    # Errors are normal with deviation 1.
    assert interval.half_width == pytest.approx(1.645, abs=0.15)
    assert interval.measured_coverage == pytest.approx(0.9, abs=0.03)
    inside = np.abs(test.targets["price"] - test.predictions["price"][:, 0]) <= interval.half_width
    assert interval.measured_coverage == inside.mean()


def test_test_rows_that_teach_are_judged_by_parts_and_a_note_says_so() -> None:
    learnt = learn(BOTH, rows(0, 1_000), "test")
    calibration, interval = learnt.calibration_results["sold"], learnt.interval_results["price"]
    assert (calibration.measured_on, interval.measured_on) == ("folds", "halves")
    fitted = MEASURER.measure(rows(0, 1_000).targets, learnt.apply(rows(0, 1_000).predictions))
    assert calibration.log_loss_after > fitted.outputs["sold"].metrics["Log Loss"]
    assert interval.measured_coverage == pytest.approx(0.9, abs=0.04)
    assert [note.split(":")[0] for note in learnt.notes] == ["price", "sold"]
    assert all("validation_share" in note for note in learnt.notes)


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_the_test_rows_of_folds_teach_together(share: float) -> None:
    design = Design(
        calibration={"method": "sigmoid"},
        prediction_intervals={"enabled": True},
        split={"folds": 3, "validation_share": share},
    )
    price, sold = learn(design, rows(0, 1_000), "test").notes
    assert "learnt on the test rows of all folds" in price
    assert "fitted on the test rows of all folds" in sold
    assert ("fitted on the rows it is measured on" in sold) == (share == 0)
    assert not any("With [split]" in note for note in (price, sold))


def test_what_cannot_be_learnt_is_a_note() -> None:
    few = rows(0, 6)
    few.targets["sold"][:] = 1
    learnt = learn(BOTH, few, "validation", rows(1, 100))
    assert not (learnt.calibrations or learnt.intervals)
    price, sold = learnt.notes
    assert "6 rows are too few for intervals that cover 0.9; they take 9 or more" in price
    assert "sold: Probabilities are not calibrated: The 6 rows" in sold


def test_too_few_rows_to_judge_leave_that_number_out() -> None:
    few = rows(0, 12)
    few.targets["sold"][:] = np.arange(12) == 0
    learnt = learn(BOTH, few, "test")
    assert learnt.interval_results["price"].measured_coverage is None
    assert learnt.calibration_results["sold"].log_loss_after is None
    assert learnt.calibration_results["sold"].log_loss_before is not None


def test_results_come_back_from_json() -> None:
    learnt = learn(BOTH, rows(0, 1_000), "test")
    from dataclasses import asdict

    for name, kind in (("price", "regression"), ("sold", "binary")):
        result = OutputResult(
            kind,
            name,
            {},
            None,
            learnt.calibration_results.get(name),
            learnt.interval_results.get(name),
        )
        assert OutputResult.from_json(json.loads(json.dumps(asdict(result)))) == result

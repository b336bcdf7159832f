from __future__ import annotations

import json
from typing import get_args

import numpy as np
import pytest
import sklearn.metrics as sk
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV, _SigmoidCalibration
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression

from hornbook.errors import TrainingError
from hornbook.metrics import Calibration, CalibrationMethod, Measurer, PredictionType
from hornbook.metrics.calibration import IsotonicCurve, SigmoidCurve, log_odds
from hornbook.metrics.calibration_fit import cross_calibrate, fit_calibration

REGRESSION, BINARY, MULTICLASS, MULTILABEL = PredictionType
METHODS = get_args(CalibrationMethod)
Floats = NDArray[np.float64]


def boastful(seed: int, n: int, sharpness: float = 3.0) -> tuple[NDArray[np.intp], Floats]:
    """Truth, and a probability of it that is too close to 0 and 1."""
    random = np.random.default_rng(seed)
    odds = random.normal(size=n)
    truth = random.random(n) < 1 / (1 + np.exp(-odds))
    return truth.astype(np.intp), 1 / (1 + np.exp(-sharpness * odds - 0.5))


def several(seed: int, n: int, n_classes: int = 4) -> tuple[NDArray[np.intp], Floats]:
    random = np.random.default_rng(seed)
    odds = random.normal(size=(n, n_classes))
    shares = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    truth = (shares.cumsum(axis=1) < random.random((n, 1))).sum(axis=1)
    sharp = np.exp(3 * odds)
    return truth.astype(np.intp), sharp / sharp.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_sigmoid_is_that_of_scikit_learn(seed: int, weighted: bool) -> None:
    truth, probability = boastful(seed, 300)
    weight = np.random.default_rng(seed).random(300) * 3 if weighted else None
    odds = log_odds(probability)
    expected = _SigmoidCalibration().fit(odds, truth, weight)
    calibration = fit_calibration("sigmoid", truth, probability, BINARY, weight)
    [curve] = calibration.curves
    assert isinstance(curve, SigmoidCurve)
    # scikit-learn stops at a gradient of 1e-6 and counts the other way.
    assert curve.slope == pytest.approx(-expected.a_, rel=1e-4)
    assert curve.intercept == pytest.approx(-expected.b_, abs=1e-4)
    np.testing.assert_allclose(curve.apply(probability), expected.predict(odds), atol=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_steps_are_those_of_scikit_learn(seed: int, ties: bool, weighted: bool) -> None:
    truth, probability = boastful(seed, 300)
    if ties:
        probability = probability.round(2)
    weight = np.random.default_rng(seed).random(300) if weighted else None
    expected = IsotonicRegression(out_of_bounds="clip", y_min=0, y_max=1)
    expected.fit(probability, truth, weight)
    [curve] = fit_calibration("isotonic", truth, probability, BINARY, weight).curves
    assert isinstance(curve, IsotonicCurve)
    # But for certainty, which scikit-learn claims on the outer steps.
    theirs = expected.y_thresholds_.copy()
    theirs[theirs == 0], theirs[theirs == 1] = curve.corrected[[0, -1]]
    everywhere = np.linspace(0, 1, 1_001)
    np.testing.assert_allclose(
        curve.apply(everywhere), np.interp(everywhere, expected.X_thresholds_, theirs), atol=1e-12
    )
    assert len(curve.probabilities) < 60


class Network(ClassifierMixin, BaseEstimator):
    """Its input is what it predicts."""

    def __init__(self, on_odds: bool = False) -> None:
        self.on_odds = on_odds

    def fit(self, inputs: Floats, truth: NDArray[np.intp]) -> Network:
        self.classes_ = np.unique(truth)
        return self

    def predict(self, inputs: Floats) -> NDArray[np.intp]:
        return self.classes_[inputs.argmax(axis=1)]

    def decision_function(self, inputs: Floats) -> Floats:
        return log_odds(inputs) if self.on_odds else inputs


@pytest.mark.parametrize("method", METHODS)
def test_several_classes_are_corrected_as_in_scikit_learn(method: CalibrationMethod) -> None:
    truth, probabilities = several(0, 600)
    # Rows that are sure and wrong, so that nothing is certain: there we differ, see below.
    truth[:4], probabilities[:4] = (np.arange(4) + 1) % 4, 1e-7 + (1 - 4e-7) * np.eye(4)
    network = FrozenEstimator(Network(on_odds=method == "sigmoid").fit(probabilities, truth))
    expected = CalibratedClassifierCV(network, method=method, ensemble=False)
    expected.fit(probabilities, truth)
    fitted = fit_calibration(method, truth, probabilities, MULTICLASS)
    _, others = several(1, 200)
    np.testing.assert_allclose(fitted.apply(others), expected.predict_proba(others), atol=1e-4)


def test_a_network_that_is_right_is_left_alone() -> None:
    truth, probability = boastful(0, 100_000, sharpness=1.0)
    odds = log_odds(probability) - 0.5
    honest = 1 / (1 + np.exp(-odds))
    [curve] = fit_calibration("sigmoid", truth, honest, BINARY).curves
    assert isinstance(curve, SigmoidCurve)
    assert curve.slope == pytest.approx(1, abs=0.03)
    assert curve.intercept == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("kind", [BINARY, MULTICLASS])
@pytest.mark.parametrize("method", METHODS)
def test_new_rows_gain_where_the_network_boasts(
    method: CalibrationMethod, kind: PredictionType
) -> None:
    make = boastful if kind is BINARY else several
    measurer = Measurer(kind, metric="Log Loss")
    gained = []
    for seed in range(5):
        calibration = fit_calibration(method, *make(seed, 2_000), kind)
        truth, outputs = make(seed + 100, 2_000)
        outputs = outputs.reshape(2_000, -1)
        before = measurer.measure(truth, outputs).metrics
        after = measurer.measure(truth, calibration.apply(outputs)).metrics
        gained.append(before["Log Loss"] - after["Log Loss"])
        assert after["Calibration Loss"] < before["Calibration Loss"] / 2
        if method == "sigmoid" and kind is BINARY:
            assert after["ROC AUC"] == pytest.approx(before["ROC AUC"])
    assert min(gained) > 0.1


@pytest.mark.parametrize("method", METHODS)
def test_one_unit_and_two_units_are_corrected_alike(method: CalibrationMethod) -> None:
    truth, probability = boastful(0, 400)
    both = np.column_stack([1 - probability, probability])
    one = fit_calibration(method, truth, probability[:, None], BINARY)
    two = fit_calibration(method, truth, both, BINARY)
    positive = one.apply(probability[:, None])
    assert positive.shape == (400, 1)
    np.testing.assert_array_equal(two.apply(both), np.hstack([1 - positive, positive]))


def test_float32_outputs_are_corrected_as_their_float64_copies() -> None:
    truth, probability = boastful(0, 400)
    outputs = probability.astype(np.float32)[:, None]
    for method in METHODS:
        calibration = fit_calibration(method, truth, outputs, BINARY)
        corrected = calibration.apply(outputs)
        assert corrected.dtype == np.float64
        np.testing.assert_array_equal(corrected, calibration.apply(outputs.astype(np.float64)))


@pytest.mark.parametrize("method", METHODS)
def test_it_comes_back_from_json_to_the_last_bit(method: CalibrationMethod) -> None:
    truth, probabilities = several(0, 500)
    kept = fit_calibration(method, truth, probabilities, MULTICLASS)
    back = Calibration.from_json(json.loads(json.dumps(kept.to_json(), allow_nan=False)))
    assert back.method == method
    np.testing.assert_array_equal(back.apply(probabilities), kept.apply(probabilities))


@pytest.mark.parametrize("method", METHODS)
def test_a_class_without_rows_keeps_its_share(method: CalibrationMethod) -> None:
    truth, probabilities = several(0, 500)
    kept = truth != 2
    calibration = fit_calibration(method, truth[kept], probabilities[kept], MULTICLASS)
    assert [curve is None for curve in calibration.curves] == [False, False, True, False]
    corrected = calibration.apply(probabilities)
    np.testing.assert_allclose(corrected.sum(axis=1), 1)
    assert (corrected[:, 2] > 0).all()


def test_a_row_without_any_probability_left_has_all_classes_alike() -> None:
    nothing = IsotonicCurve(np.array([0.0, 1.0]), np.array([0.0, 0.0]))
    calibration = Calibration("isotonic", (nothing,) * 4)
    np.testing.assert_array_equal(calibration.apply(np.full((1, 4), 0.25)), np.full((1, 4), 0.25))


def test_classes_that_do_not_exclude_each_other_are_not_scaled() -> None:
    doubled = SigmoidCurve(2.0, 0.0)
    outputs = np.array([[0.9, 0.8, 0.5]])
    apart = Calibration("sigmoid", (doubled, None, doubled), exclusive=False).apply(outputs)
    np.testing.assert_allclose(apart, [[81 / 82, 0.8, 0.5]])


@pytest.mark.parametrize("method", METHODS)
def test_labels_are_corrected_each_by_itself(method: CalibrationMethod) -> None:
    made = [boastful(seed, 500) for seed in range(3)]
    truth = np.column_stack([one for one, _ in made])
    outputs = np.column_stack([probability for _, probability in made])
    corrected = fit_calibration(method, truth, outputs, MULTILABEL).apply(outputs)
    for label in range(3):
        alone = fit_calibration(method, truth[:, label], outputs[:, label], BINARY)
        np.testing.assert_array_equal(corrected[:, [label]], alone.apply(outputs[:, [label]]))
    crossed = cross_calibrate(method, truth, outputs, MULTILABEL, seed=0)
    assert crossed.shape == outputs.shape
    measurer = Measurer(MULTILABEL, metric="Calibration Loss")
    assert measurer.measure(truth, crossed).value < measurer.measure(truth, outputs).value / 2


def test_rows_of_no_weight_do_not_count() -> None:
    truth, probability = boastful(0, 400)
    weight = (np.arange(400) < 200).astype(float)
    half = fit_calibration("isotonic", truth[:200], probability[:200], BINARY)
    weighted = fit_calibration("isotonic", truth, probability, BINARY, weight)
    np.testing.assert_array_equal(
        weighted.apply(probability[:, None]), half.apply(probability[:, None])
    )


@pytest.mark.parametrize("method", METHODS)
def test_certain_and_constant_networks_end_well(method: CalibrationMethod) -> None:
    truth = np.array([0, 0, 1, 1])
    for probability in (np.array([0.0, 0.0, 1.0, 1.0]), np.full(4, 0.3)):
        fitted = fit_calibration(method, truth, probability, BINARY)
        corrected = fitted.apply(np.array([[0.0], [0.3], [1.0]]))
        assert np.isfinite(corrected).all()
        assert ((corrected >= 0) & (corrected <= 1)).all()
    # Two rows of a kind are no certainty: by Platt's targets as by Laplace's rule.
    sure = fit_calibration(method, truth, np.array([0.0, 0.0, 1.0, 1.0]), BINARY)
    np.testing.assert_allclose(sure.apply(np.array([[0.0], [1.0]])), [[0.25], [0.75]])


def test_an_outer_step_is_not_certain_and_stays_outermost() -> None:
    probability = np.repeat([0.1, 0.5, 0.9], [8, 50, 1])
    truth = np.repeat([0, 0, 1, 1], [8, 5, 45, 1])
    [curve] = fit_calibration("isotonic", truth, probability, BINARY).curves
    assert isinstance(curve, IsotonicCurve)
    # Eight rows without a positive; one positive alone says less than the 45 of 50 below it.
    np.testing.assert_allclose(curve.corrected, [0.1, 0.9, 0.9])


def test_what_cannot_be_calibrated_says_so() -> None:
    with pytest.raises(TrainingError, match="4 rows to calibrate on are all of one class"):
        fit_calibration("sigmoid", np.zeros(4), np.full(4, 0.2), BINARY)
    with pytest.raises(TrainingError, match="only probabilities from 0 to 1"):
        fit_calibration("sigmoid", [0, 1], [-2.0, 3.0], BINARY)
    with pytest.raises(TrainingError, match="regression predicts none"):
        fit_calibration("isotonic", [0.0, 1.0], [0.0, 1.0], REGRESSION)
    three = fit_calibration("sigmoid", *several(0, 100, 3), MULTICLASS)
    with pytest.raises(TrainingError, match="of 3 classes, the network's output has 4 columns"):
        three.apply(np.full((1, 4), 0.25))


@pytest.mark.parametrize("method", METHODS)
def test_cross_calibration_tells_what_new_rows_will_see(method: CalibrationMethod) -> None:
    truth, probability = boastful(0, 2_000)
    outputs = probability[:, None]
    crossed = cross_calibrate(method, truth, outputs, BINARY, seed=1)
    np.testing.assert_array_equal(crossed, cross_calibrate(method, truth, outputs, BINARY, seed=1))
    calibration = fit_calibration(method, truth, outputs, BINARY)
    flattered = sk.brier_score_loss(truth, calibration.apply(outputs)[:, 0])
    honest = sk.brier_score_loss(truth, crossed[:, 0])
    others, other_outputs = boastful(7, 50_000)
    new = sk.brier_score_loss(others, calibration.apply(other_outputs[:, None])[:, 0])
    assert flattered < honest
    assert honest == pytest.approx(new, abs=0.01)

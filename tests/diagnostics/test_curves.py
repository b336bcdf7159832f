from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import pytest

from hornbook.diagnostics import Diagnostic
from hornbook.diagnostics.curves import LossCurves, check_curves

Found = Callable[[Iterable[Diagnostic]], dict[str, Diagnostic]]

FALLING = [1.0, 0.7, 0.6, 0.55, 0.53, 0.525, 0.523, 0.5229]


def test_losses_that_fall_and_settle_are_no_finding(found: Found) -> None:
    assert not found(check_curves(LossCurves(FALLING, FALLING, kept_epoch=8)))


def test_overfitting_that_cost_time_only(found: Found) -> None:
    measured = [1.0, 0.8, 0.7, 0.75, 0.8, 0.9, 0.95, 1.0]
    (one,) = found(check_curves(LossCurves(FALLING, measured, kept_epoch=3))).values()
    assert (one.id, one.severity) == ("overfitting", "info")
    assert one.numbers["best_epoch"] == 3
    (one,) = found(check_curves(LossCurves(FALLING, measured, kept_epoch=7))).values()
    assert (one.id, one.severity) == ("overfitting", "warning")
    assert "Epoch 7 is kept, whose loss is 0.95" in one.message


@pytest.mark.parametrize(
    "measured",
    [
        [1.0, 0.8, 0.7, 0.71, 0.7, 0.72, 0.71, 0.72],
        [1.0, 0.8, 0.7, 0.69, 0.68, 0.67, 0.66, 0.9],
        [1.0, 0.8, 0.7, 0.9, 0.9, 0.9, 0.9, 0.71],
    ],
)
def test_noise_is_no_overfitting(found: Found, measured: list[float]) -> None:
    assert not found(check_curves(LossCurves(FALLING, measured, kept_epoch=3)))


def test_both_losses_rising_is_no_overfitting(found: Found) -> None:
    rising = [1.0, 0.5, 0.6, 0.7, 0.8]
    assert "overfitting" not in found(check_curves(LossCurves(rising, rising, kept_epoch=2)))


def test_diverged(found: Found) -> None:
    curves = LossCurves([1.0, 0.9], [1.0, 0.9], kept_epoch=2, diverged=True)
    (one,) = found(check_curves(curves)).values()
    assert (one.id, one.severity) == ("diverged", "error")
    assert "became infinite or NaN in epoch 3" in one.message
    (one,) = found(check_curves(LossCurves([1.0, math.nan], [1.0, 2.0], kept_epoch=1))).values()
    assert "in epoch 2" in one.message
    (one,) = found(check_curves(LossCurves([1.0, 0.5, 11.0], [1.0] * 3, kept_epoch=2))).values()
    assert "rose from 1 to 11 in epoch 3" in one.message


def test_a_loss_below_zero_does_not_explode(found: Found) -> None:
    assert not found(check_curves(LossCurves([-1.0, -2.0, -2.1], [-1, -2, -1.9], kept_epoch=2)))


def test_a_learning_rate_that_is_too_high(found: Found) -> None:
    swinging = [1.0, 0.8, 0.9, 0.7, 0.95, 0.8, 0.9, 0.85]
    (one,) = found(check_curves(LossCurves(swinging, FALLING, kept_epoch=8))).values()
    assert (one.id, one.numbers["rises"]) == ("learning-rate-high", 3)
    few = LossCurves(swinging[:5], FALLING[:5], kept_epoch=4)
    assert not found(check_curves(few))


def test_still_improving_at_the_end(found: Found) -> None:
    falling = [1.0, 0.9, 0.8, 0.7]
    (one,) = found(check_curves(LossCurves(falling, falling, kept_epoch=4))).values()
    assert (one.id, one.severity) == ("still-improving", "info")
    assert not found(check_curves(LossCurves(falling, falling, kept_epoch=4, ended_early=True)))
    assert not found(check_curves(LossCurves(falling, falling, kept_epoch=3)))


def test_no_epoch_and_curves_of_other_lengths(found: Found) -> None:
    assert not found(check_curves(LossCurves([], [], kept_epoch=1)))
    assert not found(check_curves(LossCurves([1.0, 0.9], [], kept_epoch=1)))

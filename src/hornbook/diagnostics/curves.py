"""Diagnostics of how the losses went over the epochs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hornbook.diagnostics.diagnostic import Diagnostic, DiagnosticId, Severity

__all__ = ["LossCurves", "check_curves"]

EXPLODED = 10.0
OVERFIT_RISE = 0.05
OVERFIT_SHARE = 0.1
RISE = 0.02
RISES_SHARE = 1 / 3
FEWEST_RISES = 2
FEWEST_EPOCHS_TO_SWING = 6
STILL_FALLING = 0.01
FEWEST_EPOCHS_TO_FALL = 3


@dataclass(frozen=True)
class LossCurves:
    """The losses of all epochs.

    Attributes:
        train: the mean loss of each epoch while it was learnt.
        measured: after each epoch, on the rows that choose the epoch.
        kept_epoch: counted from 1.
        diverged: whether the training broke off because the loss was no number.
        ended_early: whether it ended before its last epoch, by the user or by a callback.
    """

    train: Sequence[float]
    measured: Sequence[float]
    kept_epoch: int
    diverged: bool = False
    ended_early: bool = False


def check_curves(curves: LossCurves) -> Iterator[Diagnostic]:
    """Looks at the losses; after one that diverged, the rest says nothing more."""
    found = list(_diverged(curves))
    yield from found
    if not found and len(curves.train) == len(curves.measured) and curves.train:
        yield from _overfitting(curves)
        yield from _learning_rate_high(curves)
        yield from _still_improving(curves)


def _diverged(curves: LossCurves) -> Iterator[Diagnostic]:
    train = np.array(curves.train, np.float64)
    both = np.concatenate([train, np.array(curves.measured, np.float64)])
    finite = bool(np.isfinite(both).all()) and not curves.diverged
    highest = float(train.max()) if finite and len(train) else 0.0
    if finite and not (len(train) > 1 and highest > EXPLODED * max(train[0], 0) > 0):
        return
    epoch = len(train) + 1 if finite or curves.diverged else int((~np.isfinite(train)).argmax()) + 1
    what = f"The loss became infinite or NaN in epoch {epoch}"
    if finite:
        epoch = int(train.argmax()) + 1
        what = f"The loss rose from {train[0]:.4g} to {highest:.4g} in epoch {epoch}"
    yield Diagnostic(
        DiagnosticId.DIVERGED,
        Severity.ERROR,
        f"{what}: the training diverged. Epoch {curves.kept_epoch} is kept.",
        "Lower the learning rate in compile_model, clip gradients (clipnorm=1.0), or rescale "
        'the features (rescaling = "standard").',
        {"epoch": epoch, "kept_epoch": curves.kept_epoch, "highest": highest if finite else None},
    )


def _overfitting(curves: LossCurves) -> Iterator[Diagnostic]:
    """The measured loss has risen for good since its best epoch, the train loss has fallen."""
    train, measured = np.array(curves.train), np.array(curves.measured)
    best = int(measured.argmin())
    if len(measured) - best < 3:
        return
    lowest = float(measured[best])
    margin = max(
        OVERFIT_RISE * abs(lowest), OVERFIT_SHARE * float(measured[: best + 1].max() - lowest)
    )
    # The better of the last two: one bad epoch is noise.
    now = float(measured[-2:].min())
    if now - lowest <= margin or train[-1] >= train[best]:
        return
    kept = float(measured[curves.kept_epoch - 1])
    late = kept - lowest > margin
    yield Diagnostic(
        DiagnosticId.OVERFITTING,
        Severity.WARNING if late else Severity.INFO,
        f"From epoch {best + 1} on the loss on the measured rows rose from {lowest:.4g} to "
        f"{now:.4g}, while the train loss went on falling from {train[best]:.4g} to "
        f"{train[-1]:.4g}: the network learns the train rows by heart. "
        + (
            f"Epoch {curves.kept_epoch} is kept, whose loss is {kept:.4g}."
            if late
            else f"Epoch {curves.kept_epoch} is kept, so this cost time only."
        ),
        "Stop early ([training.early_stopping] enabled = true), add dropout or weight decay, "
        "make the network smaller, or bring more rows.",
        {
            "best_epoch": best + 1,
            "best_loss": lowest,
            "last_loss": now,
            "kept_epoch": curves.kept_epoch,
            "kept_loss": kept,
        },
    )


def _learning_rate_high(curves: LossCurves) -> Iterator[Diagnostic]:
    """The train loss goes up and down instead of down; its first epoch, a warm-up, is left out."""
    train = np.array(curves.train[1:])
    if len(train) + 1 < FEWEST_EPOCHS_TO_SWING:
        return
    rises = int((np.diff(train) > RISE * np.abs(train[:-1])).sum())
    steps = len(train) - 1
    if rises >= max(FEWEST_RISES, RISES_SHARE * steps):
        yield Diagnostic(
            DiagnosticId.LEARNING_RATE_HIGH,
            Severity.WARNING,
            f"The train loss rose in {rises} of {steps} epochs instead of falling: the steps of "
            "the optimizer are too large.",
            "Lower the learning rate in compile_model to a third or a tenth, raise batch_size, "
            "or set [training.reduce_learning_rate] enabled = true.",
            {"rises": rises, "epochs": steps},
        )


def _still_improving(curves: LossCurves) -> Iterator[Diagnostic]:
    measured = np.array(curves.measured)
    last = len(measured)
    if curves.ended_early or last < FEWEST_EPOCHS_TO_FALL or curves.kept_epoch != last:
        return
    fallen = float(measured[0] - measured[-1])
    step = float(measured[-2] - measured[-1])
    if measured.argmin() == last - 1 and step > STILL_FALLING * fallen > 0:
        yield Diagnostic(
            DiagnosticId.STILL_IMPROVING,
            Severity.INFO,
            f"The last epoch is the best one, and its loss is still {step:.3g} lower than the one "
            "before: more epochs would probably help.",
            "Raise [training] epochs; early stopping ends the training when nothing improves.",
            {"epochs": last, "last_step": step, "whole_fall": fallen},
        )

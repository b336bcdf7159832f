"""Diagnostics of the predictions: too good, no better than a guess, always the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from hornbook.diagnostics.diagnostic import Diagnostic, DiagnosticId, Severity

__all__ = ["PredictedRows", "check_predictions"]

TOO_GOOD_AUC = 0.98
TOO_GOOD_R2 = 0.99
BASELINE_P_VALUE = 0.05
CONSTANT_SHARE = 0.98
CONSTANT_FOUND = 0.5
CONSTANT_DEVIATION = 0.01


@dataclass(frozen=True)
class PredictedRows:
    """What one output made of the test rows.

    Attributes:
        truth: values or class codes, shape `(n_rows,)`.
        prediction: values; of two classes the probability of the second one; otherwise
            probabilities, shape `(n_rows, n_classes)`.
        codes: the predicted class codes; `None` for values.
        classes: in the order of their codes; `None` for values.
        metrics: by their spelling in reports.
        train_mean: of the target's values on the train rows; `None` for classes.
    """

    truth: NDArray[Any]
    prediction: NDArray[Any]
    metrics: Mapping[str, float]
    codes: NDArray[Any] | None = None
    classes: Sequence[Any] | None = None
    train_mean: float | None = None


def check_predictions(tested: PredictedRows) -> Iterator[Diagnostic]:
    """Looks at the predictions; of a diverged network, which predicts NaN, it says nothing."""
    if not np.isfinite(tested.prediction).all():
        return
    yield from _too_good(tested.metrics)
    if tested.codes is None or tested.classes is None:
        yield from _no_better_than_the_mean(tested)
        yield from _constant_value(tested)
    else:
        yield from _no_better_than_chance(tested, tested.classes)
        yield from _constant_class(tested.truth, tested.codes, tested.classes)


def _too_good(metrics: Mapping[str, float]) -> Iterator[Diagnostic]:
    for name, bound in (("ROC AUC", TOO_GOOD_AUC), ("R2 Score", TOO_GOOD_R2)):
        value = metrics.get(name, math.nan)
        if value > bound:
            yield Diagnostic(
                DiagnosticId.TOO_GOOD,
                Severity.WARNING,
                f"{name} is {value:.4f} on the test set, which is too good to be true for most "
                "tasks: a column may hold the target in disguise, or what is known only "
                "afterwards.",
                "Look at what the model relies on, reject columns that are not known when a "
                "prediction is made, and make sure that no row stands in both sets.",
                {"metric": name, "value": value, "bound": bound},
            )


def _no_better_than_chance(tested: PredictedRows, classes: Sequence[Any]) -> Iterator[Diagnostic]:
    """The test of Mann and Whitney: do rows of a class get higher scores for it than others?

    Of several classes each is tested against the others, and the smallest p value is taken
    times their number, as Bonferroni says.
    """
    # It takes longer to import than the test to run, and only classes are tested so.
    from scipy.stats import mannwhitneyu  # noqa: PLC0415

    scores = tested.prediction if tested.prediction.ndim == 2 else tested.prediction[:, np.newaxis]
    codes = range(len(classes)) if tested.prediction.ndim == 2 else [1]
    p_values = []
    for column, code in enumerate(codes):
        of_class = tested.truth == code
        if of_class.any() and not of_class.all():
            found = mannwhitneyu(
                scores[of_class, column],
                scores[~of_class, column],
                alternative="greater",
                method="asymptotic",
            )
            # All scores equal leave nothing to rank.
            p_values.append(1.0 if math.isnan(found.pvalue) else float(found.pvalue))
    if not p_values:
        return
    p_value = min(1.0, min(p_values) * len(p_values))
    if p_value > BASELINE_P_VALUE:
        auc = tested.metrics.get("ROC AUC", math.nan)
        yield _no_better(
            "a random order of the rows",
            f"ROC AUC is {auc:.3f}, where chance gives 0.5 (Mann-Whitney test, p = {p_value:.2g})",
            {"p_value": p_value, "roc_auc": auc if math.isfinite(auc) else None, "chance": 0.5},
        )


def _no_better_than_the_mean(tested: PredictedRows) -> Iterator[Diagnostic]:
    """A paired t-test on how much smaller the squared error of each row is."""
    truth = tested.truth.astype(np.float64)
    mean = float(truth.mean()) if tested.train_mean is None else tested.train_mean
    gain = (truth - mean) ** 2 - (truth - tested.prediction) ** 2
    if len(gain) < 2:
        return
    error = float(gain.std(ddof=1)) / math.sqrt(len(gain))
    average = float(gain.mean())
    if error > 0:
        p_value = float(stdtr(len(gain) - 1, -average / error))
    else:
        p_value = 0.0 if average > 0 else 1.0
    if p_value > BASELINE_P_VALUE:
        r2 = tested.metrics.get("R2 Score", math.nan)
        yield _no_better(
            "always saying the mean of the train set",
            f"R2 Score is {r2:.3f} (paired t-test of the squared errors, p = {p_value:.2g})",
            {"p_value": p_value, "r2_score": r2 if math.isfinite(r2) else None, "mean": mean},
        )


def _no_better(baseline: str, how: str, numbers: dict[str, Any]) -> Diagnostic:
    return Diagnostic(
        DiagnosticId.NO_BETTER_THAN_BASELINE,
        Severity.ERROR,
        f"On the test set the model is not reliably better than {baseline}: {how}.",
        "Check that the features can tell the target at all, bring more rows, train longer, or "
        "try another learning rate.",
        numbers,
    )


def _constant_class(
    truth: NDArray[Any], codes: NDArray[Any], classes: Sequence[Any]
) -> Iterator[Diagnostic]:
    counts = np.bincount(codes, minlength=len(classes))
    most = int(counts.argmax())
    share = float(counts[most] / len(codes))
    others = truth != most
    found = float((codes[others] != most).mean()) if others.any() else 1.0
    if share >= CONSTANT_SHARE and found < CONSTANT_FOUND:
        yield Diagnostic(
            DiagnosticId.CONSTANT_PREDICTION,
            Severity.WARNING,
            f"The model predicts {classes[most]!r} for {share:.1%} of the test rows, while "
            f"{others.mean():.1%} are of another class.",
            "Keep [weights] class_weights = true, choose the epoch by F1 Score or Average "
            "Precision, or bring more rows of the other classes.",
            {"class": classes[most], "share": share, "others_share": float(others.mean())},
        )


def _constant_value(tested: PredictedRows) -> Iterator[Diagnostic]:
    spread = float(np.std(tested.truth, dtype=np.float64))
    predicted = float(np.std(tested.prediction, dtype=np.float64))
    if len(tested.truth) > 1 and predicted < CONSTANT_DEVIATION * spread:
        yield Diagnostic(
            DiagnosticId.CONSTANT_PREDICTION,
            Severity.WARNING,
            "The model predicts nearly the same value for every test row: the predictions have "
            f"a deviation of {predicted:.3g}, the target has {spread:.3g}.",
            "Check that the features reach the network and are rescaled, and try another "
            "learning rate.",
            {"deviation": predicted, "target_deviation": spread},
        )

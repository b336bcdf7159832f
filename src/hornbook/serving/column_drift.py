"""The drift of a column: its sketch from the training held against that of new rows."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.features.column_sketch import ColumnSketch
from hornbook.metrics.drift import (
    chi_square,
    kolmogorov_smirnov,
    population_stability_index,
    share_test,
)
from hornbook.serving.evaluation_record import ColumnDrift, DriftBin, DriftLevel

__all__ = ["column_drift", "drifts"]

_BINS = 10
_MOST_SHOWN = 20
_MODERATE, _STRONG = 0.1, 0.25
_OTHERS = "others"


def drifts(
    before: Mapping[str, ColumnSketch], now: Mapping[str, ColumnSketch]
) -> list[ColumnDrift]:
    """The drift of every column that both know, the farthest first."""
    found = [column_drift(before[name], now[name]) for name in before if name in now]
    return sorted(found, key=lambda one: -(one.psi or 0.0))


def column_drift(before: ColumnSketch, now: ColumnSketch) -> ColumnDrift:
    """The drift of one column.

    Numbers are held against each other by the Kolmogorov-Smirnov test, categories by the
    chi-square test; the population stability index is over ten bins with as many rows of the
    training each, or over categories.

    Args:
        before: of the training, as it was kept.
        now: of the new rows, whole.
    """
    missing = share_test(before.missing, before.n_rows, now.missing, now.n_rows)
    told: dict[str, Any] = {
        "column": before.column,
        "kind": before.kind,
        "missing_before": before.missing / max(1, before.n_rows),
        "missing_now": now.missing / max(1, now.n_rows),
        "missing_p_value": missing.p_value,
    }
    if before.kind == "categories":
        told |= _of_categories(before, now)
    else:
        told |= _of_numbers(before.numbers, now.numbers)
    if before.kind == "texts":
        told |= _of_words(before, now)
    told["level"] = _level(told["psi"])
    return ColumnDrift(**told)


def _level(psi: float | None) -> DriftLevel:
    if psi is None or psi < _MODERATE:
        return "none"
    return "moderate" if psi < _STRONG else "strong"


def _of_numbers(before: NDArray[np.float64], now: NDArray[np.float64]) -> dict[str, Any]:
    if not len(before) or not len(now):
        return {"test": None, "statistic": None, "p_value": None, "psi": None}
    result = kolmogorov_smirnov(before, now)
    edges, labels = _edges(before)
    first, second = (
        np.bincount(np.searchsorted(edges, one, side="left"), minlength=len(edges) + 1)
        for one in (before, now)
    )
    shares = [(count / count.sum()).tolist() for count in (first, second)]
    return {
        "test": "Kolmogorov-Smirnov",
        "statistic": result.statistic,
        "p_value": result.p_value,
        "psi": population_stability_index(first.tolist(), second.tolist()),
        "bins": [
            DriftBin(label=label, before=first, now=second)
            for label, first, second in zip(labels, *shares, strict=True)
            if first or second
        ],
    }


def _edges(before: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[str]]:
    """Borders between bins of about as many rows each, and the bins' names.

    A bin reaches up to its upper border; the outer ones have no end.
    """
    if before[0] == before[-1]:
        only = f"{before[0]:.6g}"
        edges = np.array([np.nextafter(before[0], -np.inf), before[0]])
        return edges, [f"< {only}", only, f"> {only}"]
    shares_below = np.linspace(0, 1, _BINS + 1)[1:-1]
    edges = np.unique(np.quantile(before, shares_below, method="inverted_cdf"))
    ends = [-np.inf, *edges.tolist(), np.inf]
    return edges, [_interval(low, high) for low, high in itertools.pairwise(ends)]


def _interval(low: float, high: float) -> str:
    if np.isinf(low):
        return f"≤ {high:.6g}"
    return f"> {low:.6g}" if np.isinf(high) else f"{low:.6g} – {high:.6g}"


def _of_categories(before: ColumnSketch, now: ColumnSketch) -> dict[str, Any]:
    known = list(before.counts)
    first = [float(count) for count in before.counts.values()]
    second = [float(now.counts.get(name, 0)) for name in known]
    rest_now = float(sum(now.counts.values()) + now.others) - sum(second)
    first.append(float(before.others))
    second.append(rest_now)
    if not sum(first) or not sum(second):
        return {"test": None, "statistic": None, "p_value": None, "psi": None}
    result = chi_square(first, second)
    new = [name for name in now.counts if name not in before.counts] if not before.others else []
    return {
        "test": "chi-square",
        "statistic": result.statistic,
        "p_value": result.p_value,
        "psi": _index_of_categories(first, second),
        "new_categories": new[:_MOST_SHOWN],
        "bins": _category_bins(known, first, second),
    }


def _index_of_categories(first: list[float], second: list[float]) -> float:
    """The index over frequent categories; rare ones would each add to it by chance alone."""
    n_first, n_second = sum(first), sum(second)
    pairs = list(zip(first, second, strict=True))
    rare = [a / n_first + b / n_second < 0.02 for a, b in pairs]
    kept = [pair for pair, is_rare in zip(pairs, rare, strict=True) if not is_rare]
    rest = [pair for pair, is_rare in zip(pairs, rare, strict=True) if is_rare]
    together = [(sum(a for a, _ in rest), sum(b for _, b in rest))] if rest else []
    both = [pair for pair in kept + together if any(pair)]
    return population_stability_index([a for a, _ in both], [b for _, b in both])


def _category_bins(known: list[str], first: list[float], second: list[float]) -> list[DriftBin]:
    n_first, n_second = sum(first), sum(second)
    shown = min(_MOST_SHOWN, len(known))
    bins = [
        DriftBin(label=name, before=a / n_first, now=b / n_second)
        for name, a, b in zip(known[:shown], first[:shown], second[:shown], strict=True)
    ]
    rest = sum(first[shown:]), sum(second[shown:])
    if any(rest):
        bins.append(DriftBin(label=_OTHERS, before=rest[0] / n_first, now=rest[1] / n_second))
    return bins


def _of_words(before: ColumnSketch, now: ColumnSketch) -> dict[str, Any]:
    n_words = sum(now.counts.values())
    unknown = sum(count for word, count in now.counts.items() if word not in before.counts)
    checked = before.checked_words
    found = share_test(before.unknown_words, checked, unknown, n_words)
    return {
        "unknown_words_before": before.unknown_words / checked if checked else None,
        "unknown_words_now": unknown / n_words if n_words else None,
        "unknown_words_p_value": found.p_value if checked and n_words else None,
    }

"""Numbers gathered into bins of equal width."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.metrics import RankedScores

__all__ = ["ScoreDensity", "bin_edges", "binned", "score_density"]

DENSITY_BINS = 100


class ScoreDensity(BaseModel):
    """How the probabilities of a class spread over the rows that are of it, and the others."""

    model_config = ConfigDict(frozen=True)

    edges: list[FiniteFloat] = Field(
        description="borders of the bins, rising, one more than bins; from 0 to 1, or wider where "
        "the network's numbers are no probabilities"
    )
    positive: list[FiniteFloat] = Field(
        description="share of the weight of the rows of the class in each bin; sums to 1, or 0 "
        "without such rows"
    )
    negative: list[FiniteFloat] = Field(description="likewise of all other rows")


def score_density(ranked: RankedScores, n_bins: int = DENSITY_BINS) -> ScoreDensity:
    """The density of ranked scores, for both classes.

    Example:
        >>> ranked = RankedScores(np.array([True, False, True]), np.array([0.9, 0.2, 0.3]))
        >>> score_density(ranked, 2)
        ScoreDensity(edges=[0.0, 0.5, 1.0], positive=[0.5, 0.5], negative=[1.0, 0.0])
    """
    lowest, highest = min(0.0, float(ranked.scores[-1])), max(1.0, float(ranked.scores[0]))
    edges = bin_edges(lowest, highest, n_bins)
    shares = []
    for counts, total in (
        (ranked.true_positives, ranked.positives),
        (ranked.false_positives, ranked.negatives),
    ):
        weights = binned(ranked.scores, edges, np.diff(counts))
        shares.append((weights / total if total else weights).tolist())
    return ScoreDensity(edges=edges.tolist(), positive=shares[0], negative=shares[1])


def bin_edges(lowest: float, highest: float, n_bins: int) -> NDArray[np.float64]:
    """Borders of bins of equal width, shape `(n_bins + 1,)`; around a single number some width.

    Example:
        >>> bin_edges(2.0, 2.0, 2)
        array([1.5, 2. , 2.5])
    """
    if not highest > lowest:
        around = max(0.5, abs(lowest) * 1e-3)
        lowest, highest = lowest - around, highest + around
    return np.linspace(lowest, highest, n_bins + 1)


def binned(
    values: NDArray[np.floating[Any]],
    edges: NDArray[np.float64],
    weight: NDArray[np.floating[Any]] | None = None,
) -> NDArray[np.float64]:
    """The rows, or their weight, in each bin; what lies beyond counts in the outer ones.

    Args:
        values: finite, shape `(n_rows,)`.
        edges: as from `bin_edges`.
        weight: of each value, same shape.
    """
    n_bins = len(edges) - 1
    width = (edges[-1] - edges[0]) / n_bins
    places = np.clip((values - edges[0]) / width, 0, n_bins - 1).astype(np.intp)
    return np.bincount(places, weights=weight, minlength=n_bins).astype(np.float64)

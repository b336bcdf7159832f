"""Feature reduction by principal components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hornbook.errors import FeatureError
from hornbook.features.handling import FitContext, OutputColumn, State
from hornbook.features.moments import CoMoments
from hornbook.features.step import FittedStep, TrainRows, register_fitted_step

__all__ = ["PcaReduction", "PrincipalComponents"]

_MOST_COLUMNS = 8192
_LARGEST = float(np.finfo(np.float32).max)


@register_fitted_step
@dataclass(frozen=True, eq=False)
class PrincipalComponents(FittedStep):
    """Projects rows onto orthogonal directions, the one of most variance first.

    Attributes:
        mean: of the columns, shape `(n_columns,)`.
        components: unit vectors, shape `(n_components, n_columns)`; the largest number of each
            is positive, which settles the sign, as in scikit-learn.
        variance_shares: of the whole variance, by component.
    """

    name: ClassVar[str] = "pca"

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    variance_shares: tuple[float, ...]

    def outputs(self, columns: tuple[OutputColumn, ...]) -> tuple[OutputColumn, ...]:
        first, *others = dict.fromkeys(source for one in columns for source in one.sources)
        return tuple(
            OutputColumn(f"component {number}", first, tuple(others))
            for number in range(1, len(self.components) + 1)
        )

    def transform(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        projected = (values - self.mean) @ self.components.T
        return np.ascontiguousarray(np.clip(projected, -_LARGEST, _LARGEST), np.float32)

    def state(self) -> State:
        return State(
            {"variance_shares": list(self.variance_shares)},
            {"mean": self.mean, "components": self.components},
        )

    @classmethod
    def from_state(cls, state: State) -> Self:
        return cls(
            state.arrays["mean"],
            state.arrays["components"],
            tuple(state.values["variance_shares"]),
        )


@dataclass(frozen=True)
class PcaReduction:
    """Replaces the columns by their principal components.

    The covariance of all train rows is added up in one pass and then decomposed: memory grows
    with the square of the number of columns, not with the rows.

    Attributes:
        keep: at most so many components.
        variance_share: fewer, if they hold this share of the variance.
    """

    keep: int
    variance_share: float

    def fit(self, train: TrainRows, context: FitContext) -> PrincipalComponents:
        """Computes the components.

        Raises:
            FeatureError: too many columns, or all of them constant.
        """
        del context
        n_columns = len(train.columns)
        if n_columns > _MOST_COLUMNS:
            raise FeatureError(
                f"The input 'main' has {n_columns:,} columns; principal components of more than "
                f"{_MOST_COLUMNS:,} would need too much memory.",
                fix='Reduce by method = "correlation", or make fewer columns, e.g. by '
                "max_categories.",
            )
        moments = CoMoments(n_columns, n_columns)
        for block in train.blocks():
            moments.add(block.values, block.values)
        variances, directions = np.linalg.eigh(moments.products / max(moments.n_rows - 1, 1))
        variances, directions = np.maximum(variances[::-1], 0.0), directions.T[::-1]
        total = float(variances.sum())
        if total == 0.0:
            raise FeatureError(
                "All columns of the input 'main' are constant in the train rows, so there are "
                "no principal components.",
                fix='Use [reduction] method = "none", or bring columns that vary.',
            )
        shares = variances / total
        # What rounding takes off a sum of 1 must not cost a component more.
        enough = int(np.searchsorted(np.cumsum(shares), self.variance_share - 1e-12)) + 1
        kept = directions[: min(self.keep, enough, n_columns)]
        largest = kept[np.arange(len(kept)), np.abs(kept).argmax(axis=1)]
        components = np.ascontiguousarray(kept * np.sign(largest)[:, np.newaxis])
        return PrincipalComponents(
            moments.left_mean, components, tuple(shares[: len(kept)].tolist())
        )

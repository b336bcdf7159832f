"""What all handlings of columns have in common, and the list of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .values import Values, is_missing

__all__ = ["HANDLINGS", "Entry", "Handling", "register"]

Entry = Mapping[str, Any]
"""How one column is handled: `column`, `type`, `handling`, `options` and `state`."""

HANDLINGS: dict[tuple[str, str], type[Handling]] = {}
"""The handlings that can be carried, by feature type and name."""


class Handling:
    """One column becomes an array with a row for each value; it never changes.

    Args:
        entry: how the column is handled.
        arrays: what was learnt of it, as far as that is arrays.
    """

    def __init__(self, entry: Entry, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.column: str = entry["column"]
        self.state: Mapping[str, Any] = entry["state"]
        self.options: Mapping[str, Any] = entry["options"]
        self.arrays = arrays

    def transform(self, values: Values) -> NDArray[Any]:
        """An array of shape `(n_rows, …)`, without NaN.

        Raises:
            RowError: a value is none that the model can predict from.
        """
        raise NotImplementedError

    def missing(self, values: Values) -> NDArray[np.bool_]:
        """Which rows have no value."""
        return np.array([is_missing(value) for value in values], np.bool_)

    @property
    def drops_missing_rows(self) -> bool:
        """Whether a row without a value gets no prediction."""
        return bool(self.options.get("missing") == "drop_rows")


def register(feature_type: str, *names: str) -> Callable[[type[Handling]], type[Handling]]:
    """Makes a handling known under a feature type and its names."""

    def add(handling: type[Handling]) -> type[Handling]:
        for name in names:
            HANDLINGS[feature_type, name] = handling
        return handling

    return add

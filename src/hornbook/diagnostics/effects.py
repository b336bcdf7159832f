"""How much each column and each input of a network moves its predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Effects", "measure_effects"]

Arrays = Mapping[str, NDArray[Any]]
Members = Mapping[str, Mapping[str, Sequence[int] | None]]
"""By name, which columns of which inputs belong together; `None` for an input as a whole."""


@dataclass(frozen=True)
class Effects:
    """Total effects, from 0 (changes nothing) to about 1 (decides alone).

    Attributes:
        columns: by column of the table.
        inputs: by input of the network.
        rows: how many rows were looked at.
    """

    columns: dict[str, float]
    inputs: dict[str, float]
    rows: int


def measure_effects(
    predict: Callable[[Arrays], Mapping[str, NDArray[Any]]],
    rows: Arrays,
    columns: Members,
    seed: int,
) -> Effects:
    """Measures by how much predictions change when one thing comes from another row.

    The total effect of Sobol in the estimate of Jansen: half the mean squared change, over the
    variance of the predictions; it counts what a column does alone and together with others.
    M. Jansen, *Analysis of variance designs for model output*, 1999. Needs no truth, and as
    many predictions of all rows as there are columns and inputs, and one.

    Args:
        predict: gives by output name an array `(n_rows, …)` for the inputs.
        rows: by input name, arrays of the same number of rows.
        columns: what each column of the table fills.
        seed: of the order from which the other rows are taken.
    """
    n_rows = len(next(iter(rows.values())))
    order = np.random.default_rng(seed).permutation(n_rows)
    other = np.empty_like(order)
    # Each row gets the next one of a random order, never itself.
    other[order] = np.roll(order, 1)
    before = _flat(predict(rows))

    def effect(parts: Mapping[str, Sequence[int] | None]) -> float:
        changed = dict(rows)
        for name, positions in parts.items():
            if positions is None:
                changed[name] = rows[name][other]
            else:
                changed[name] = rows[name].copy()
                chosen = np.asarray(positions, np.intp)
                changed[name][:, chosen] = rows[name][np.ix_(other, chosen)]
        after = _flat(predict(changed))
        return float(np.mean([_total_effect(before[name], after[name]) for name in before]))

    return Effects(
        {name: effect(parts) for name, parts in columns.items()},
        {name: effect({name: None}) for name in rows},
        n_rows,
    )


def _total_effect(before: NDArray[Any], after: NDArray[Any]) -> float:
    variance = before.var(axis=0).sum()
    if variance == 0:
        return 0.0
    return float(((after - before) ** 2).mean(axis=0).sum() / (2 * variance))


def _flat(outputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float64]]:
    return {
        name: array.reshape(len(array), -1).astype(np.float64) for name, array in outputs.items()
    }

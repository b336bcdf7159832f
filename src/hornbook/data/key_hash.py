"""Splits by the hash of a key: a row keeps its side whatever other rows come and go."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from hornbook.data.split import check_share
from hornbook.errors import DataError

__all__ = ["fold_by_key", "key_positions", "split_by_key"]

_Rows = npt.NDArray[np.int64]


def key_positions(keys: pl.Series, seed: int, purpose: str = "test") -> npt.NDArray[np.float64]:
    """Where each key lies between 0 and 1, from nothing but its text, the seed and a purpose.

    The position is the first 53 bits of the key's BLAKE2b hash (RFC 7693). A number without a
    fraction has the text of a whole number, so that a column of integers keeps its positions when
    a missing value or a fraction makes it a column of floats.

    Args:
        keys: texts, numbers, truth values or dates, length `n`.
        seed: another seed gives other positions.
        purpose: another purpose gives positions that are independent of these.

    Returns:
        Positions from 0 to below 1, shape `(n,)`; NaN where the key is missing.

    Example:
        >>> key_positions(pl.Series([7, 7, None]), seed=1).round(4).tolist()
        [0.3077, 0.3077, nan]
    """
    if keys.dtype.is_float():
        keys = keys.fill_nan(None)
    distinct = keys.unique(maintain_order=True).drop_nulls()
    secret = f"{seed}:{purpose}".encode()
    positions = [
        int.from_bytes(hashlib.blake2b(_spelled(key), digest_size=8, key=secret).digest()) >> 11
        for key in distinct
    ]
    values = pl.Series(positions, dtype=pl.Int64).cast(pl.Float64) / 2.0**53
    found = keys.replace_strict(distinct, values, default=None, return_dtype=pl.Float64)
    return found.fill_null(float("nan")).to_numpy()


def split_by_key(
    rows: _Rows, keys: pl.Series, test_share: float, seed: int, purpose: str = "test"
) -> tuple[_Rows, _Rows]:
    """Train rows and test rows, both ascending; rows of one key stand on one side.

    Each key is tested with the probability `test_share`, whatever the other keys, so that the
    share is met only about. Rows without a key go to train: nothing would keep them in test.

    Args:
        rows: row numbers, shape `(n,)`.
        keys: of every row, length `n`.
        test_share: of the keys, between 0 and 1.
        seed: another seed tests other keys.
        purpose: another purpose chooses independently.

    Raises:
        DataError: one side is empty.
    """
    check_share(test_share)
    in_test = key_positions(keys, seed, purpose) < test_share
    if in_test.all() or not in_test.any():
        side = "train" if in_test.any() else purpose
        raise DataError(
            f"The hash of '{keys.name}' sends none of {len(rows)} rows to {side}.",
            fix="Name a column with more values, or choose another share or seed.",
        )
    return np.sort(rows[~in_test]), np.sort(rows[in_test])


def fold_by_key(rows: _Rows, keys: pl.Series, n_folds: int, seed: int) -> list[tuple[_Rows, _Rows]]:
    """Train rows and test rows of each fold; rows of one key are tested in one fold, always.

    Args:
        rows: row numbers, shape `(n,)`.
        keys: of every row, length `n`; rows without one are trained on in every fold.
        n_folds: 2 or more.
        seed: another seed gives other folds.

    Raises:
        DataError: a fold is empty.
    """
    positions = key_positions(keys, seed)
    fold = np.where(np.isnan(positions), -1, np.floor(np.nan_to_num(positions) * n_folds))
    sizes = [int((fold == number).sum()) for number in range(n_folds)]
    if not all(sizes):
        raise DataError(
            f"The hash of '{keys.name}' leaves {sizes.count(0)} of {n_folds} folds without rows.",
            fix="Name a column with more values, use fewer folds, or choose another seed.",
        )
    return [(np.sort(rows[fold != one]), np.sort(rows[fold == one])) for one in range(n_folds)]


def _spelled(key: object) -> bytes:
    """The one spelling of a key, however its column is stored."""
    if isinstance(key, bool):
        return b"true" if key else b"false"
    if isinstance(key, float) and key.is_integer():
        key = int(key)
    if isinstance(key, datetime):
        moment = key.replace(tzinfo=UTC) if key.tzinfo is None else key.astimezone(UTC)
        key = moment.date() if moment.time() == datetime.min.time() else moment
    if isinstance(key, date):
        return key.isoformat().encode()
    return str(key).encode()

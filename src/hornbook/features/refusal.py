"""The error of a value that a model cannot predict from."""

from __future__ import annotations

import polars as pl

from hornbook.errors import DataError

__all__ = ["refusal"]

_LONGEST_SHOWN = 60


def refusal(column: str, wrong: pl.Series, learnt_from: str, bring: str) -> DataError:
    """Names the column, the first wrong value, and what was expected.

    Args:
        column: of the table.
        wrong: the values that cannot be read; at least one.
        learnt_from: what the train rows had, e.g. `"numbers"`.
        bring: the same as an instruction would put it.

    Example:
        >>> print(refusal("review", pl.Series([[1, 2]]), "texts", "texts"))
        Column 'review' holds [1, 2], the model learnt from texts.
          Fix: Bring texts, or leave the value empty where it is missing.
    """
    first = wrong[0]
    shown = repr(first.to_list() if isinstance(first, pl.Series) else first)
    if len(shown) > _LONGEST_SHOWN:
        shown = f"{shown[:_LONGEST_SHOWN]}…"
    return DataError(
        f"Column '{column}' holds {shown}, the model learnt from {learnt_from}.",
        fix=f"Bring {bring}, or leave the value empty where it is missing.",
    )

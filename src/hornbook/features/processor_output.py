"""What the `transform` of a user's processor returned, as an array for the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_integer_dtype, is_numeric_dtype
from scipy import sparse

from hornbook.errors import FeatureError

__all__ = ["OutputForm", "WrongReturnError"]

_INT32 = np.iinfo(np.int32)
_AS_NUMBERS = "Turn values into numbers; for categories, one column of 0 and 1 each."


class WrongReturnError(FeatureError):
    """A return value that cannot be used, told with the right form beside the wrong one."""


@dataclass(frozen=True)
class OutputForm:
    """The form that every return value of a processor has, as found on a few train rows.

    Attributes:
        shape: of one row.
        dtype: `"float32"`, or `"int32"` for whole numbers in an input of their own.
        names: of the columns, without the table's column; empty where rows are no columns.
        from_frame: whether the processor returns a DataFrame, whose columns are the names.
        vocabulary_size: for whole numbers that feed an `Embedding`: its `input_dim`.
    """

    shape: tuple[int, ...]
    dtype: str
    names: tuple[str, ...]
    from_frame: bool = False
    vocabulary_size: int | None = None

    @classmethod
    def of(cls, returned: Any, n_rows: int, processor: Any, *, own_input: bool) -> Self:
        """The form of a first return value.

        Args:
            returned: by `transform`, for `n_rows` values.
            n_rows: at least 1.
            processor: may tell `names` and `vocabulary_size`.
            own_input: whether the column has an input of its own, which takes arrays of any
                number of dimensions, and whole numbers as they are.

        Raises:
            WrongReturnError: it cannot be used.
        """
        array = _numbers(returned, n_rows)
        if array.ndim > 2 and not own_input:
            raise WrongReturnError(
                f"transform returned an array of shape {array.shape}; a column that is no text "
                "becomes columns of numbers, an array of shape (n_rows, n_columns)",
                fix="End transform with: return array.reshape(len(array), -1)",
            )
        if not all(array.shape[1:]):
            raise WrongReturnError(
                f"transform returned an array of shape {array.shape}, which is empty",
                fix="Return at least one column.",
            )
        is_whole = array.dtype.kind in "iu" and own_input and not sparse.issparse(returned)
        dtype = "int32" if is_whole else "float32"
        size = getattr(processor, "vocabulary_size", None) if is_whole else None
        names = _names(returned, processor, array.shape[1]) if array.ndim == 2 else ()
        form = cls(
            array.shape[1:],
            dtype,
            names,
            isinstance(returned, pd.DataFrame),
            int(size) if isinstance(size, Integral) else None,
        )
        form.array(returned, n_rows)
        return form

    def array(self, returned: Any, n_rows: int) -> NDArray[Any]:
        """A return value as an array of shape `(n_rows, *shape)`, of `dtype`, without NaN.

        Raises:
            WrongReturnError: it is not of this form.
        """
        array = _numbers(returned, n_rows)
        if array.shape[1:] != self.shape:
            raise WrongReturnError(
                f"transform returned an array of shape {array.shape}, and one of shape "
                f"(n_rows, {', '.join(map(str, self.shape))}) for other rows",
                fix="Learn in fit what the columns are, and return the same ones for any rows: "
                "rows come a block at a time.",
            )
        if self.from_frame and isinstance(returned, pd.DataFrame):
            names = tuple(map(str, returned.columns))
            if names != self.names:
                wrong = next(
                    one for one in zip(names, self.names, strict=True) if len(set(one)) > 1
                )
                raise WrongReturnError(
                    f"transform returned a column '{wrong[0]}' where other rows had '{wrong[1]}'",
                    fix="Learn in fit what the columns are, and end transform with: "
                    "return frame.reindex(columns=self.columns, fill_value=0)",
                )
        return self._whole(array) if self.dtype == "int32" else _finite(array)

    def _whole(self, array: NDArray[Any]) -> NDArray[np.int32]:
        if array.dtype.kind == "f" and not (array == np.floor(array)).all():
            raise WrongReturnError(
                "transform returned numbers with decimals, and whole numbers for other rows",
                fix="Return one dtype for any rows: return array.astype('float32')",
            )
        if array.size:
            least, most = array.min(), array.max()
            size = self.vocabulary_size
            if least < _INT32.min or most > _INT32.max:
                raise WrongReturnError(
                    f"transform returned whole numbers from {least} to {most}, expected numbers "
                    "that 32 bits hold",
                    fix="Return other numbers as floats: return array.astype('float32')",
                )
            if size is not None and (least < 0 or most >= size):
                raise WrongReturnError(
                    f"transform returned the number {most if most >= size else least}, and the "
                    f"processor's vocabulary_size is {size}: an Embedding of that size knows 0 "
                    f"to {size - 1}",
                    fix="Set vocabulary_size to one above the largest number.",
                )
        return np.ascontiguousarray(array, np.int32)

    def to_json(self) -> dict[str, Any]:
        """The form as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The form that `to_json` gave."""
        return cls(**{**values, "shape": tuple(values["shape"]), "names": tuple(values["names"])})


def _numbers(returned: Any, n_rows: int) -> NDArray[Any]:
    """A return value as an array of numbers with a row for each value."""
    array: NDArray[Any]
    if sparse.issparse(returned):
        array = returned.toarray()
    elif isinstance(returned, pd.DataFrame):
        array = _of_frame(returned)
    else:
        array = _array(returned)
    if array.dtype.kind == "b":
        array = array.astype(np.float32)
    if array.dtype.kind == "O":
        array = _as_floats(array)
    if array.dtype.kind not in "fiu":
        raise WrongReturnError(
            f"transform returned {_first(array)!r}, expected numbers",
            fix=_AS_NUMBERS,
        )
    if array.ndim < 2:
        raise WrongReturnError(
            f"transform returned an array of shape {array.shape} for {n_rows} rows, expected "
            f"({n_rows}, n_columns)",
            fix="For one column, end transform with: return array.reshape(-1, 1)",
        )
    if len(array) != n_rows:
        raise WrongReturnError(
            f"transform returned {len(array)} rows for {n_rows} values, expected one for each",
            fix="Fill missing values in instead of leaving rows out, e.g. series.fillna(0)",
        )
    return array


def _array(returned: Any) -> NDArray[Any]:
    if isinstance(returned, pd.Series):
        raise WrongReturnError(
            "transform returned a Series, expected a DataFrame or an array of shape "
            "(n_rows, n_columns)",
            fix="End transform with: return series.to_frame()",
        )
    if not hasattr(returned, "__array__"):
        raise WrongReturnError(
            f"transform returned {'None' if returned is None else type(returned).__name__}, "
            "expected a DataFrame, an array of shape (n_rows, n_columns) or a scipy csr matrix",
            fix="End transform with, for example: return numpy.array(values, dtype='float32')",
        )
    array: NDArray[Any] = np.asarray(returned)
    return array


def _of_frame(frame: pd.DataFrame) -> NDArray[Any]:
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place].dropna()
        wrong = [] if is_numeric_dtype(column.dtype) else [v for v in column if not _is_number(v)]
        if wrong:
            raise WrongReturnError(
                f"transform returned a DataFrame whose column '{name}' holds {wrong[0]!r}, "
                "expected numbers",
                fix=_AS_NUMBERS,
            )
    whole = all(map(is_integer_dtype, frame.dtypes)) and not frame.isna().any(axis=None)
    array: NDArray[Any] = (
        frame.to_numpy(np.int64) if whole else frame.to_numpy(np.float64, na_value=np.nan)
    )
    return array


def _is_number(value: Any) -> bool:
    return isinstance(value, Real | np.bool_)


def _as_floats(array: NDArray[Any]) -> NDArray[Any]:
    """Numbers in an array of objects."""
    if all(one is None or _is_number(one) for one in array.flat):
        floats: NDArray[np.float64] = array.astype(np.float64)
        return floats
    lengths = {len(one) for one in array.flat if isinstance(one, np.ndarray | list | tuple)}
    if len(lengths) > 1:
        raise WrongReturnError(
            f"transform returned rows of different lengths, from {min(lengths)} to {max(lengths)}",
            fix="Pad or cut the rows to one length.",
        )
    if lengths:
        raise WrongReturnError(
            "transform returned an array of arrays, expected one array of shape "
            "(n_rows, n_columns)",
            fix="End transform with: return numpy.stack(rows)",
        )
    raise WrongReturnError(
        f"transform returned {_first(array)!r}, expected numbers", fix=_AS_NUMBERS
    )


def _first(array: NDArray[Any]) -> Any:
    """The first value that is no number."""
    values: Sequence[Any] = array.ravel().tolist()
    return next((one for one in values if one is not None and not _is_number(one)), None)


def _finite(array: NDArray[Any]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        numbers = np.ascontiguousarray(array, np.float32)
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        place = tuple(map(int, np.argwhere(wrong)[0]))
        value = array[place]
        what = "NaN" if np.isnan(value) else f"{value:g}"
        raise WrongReturnError(
            f"transform returned {what} in row {place[0]}, column "
            f"{', '.join(map(str, place[1:]))} of a block, expected finite numbers",
            fix="Fill missing values in first, e.g. series.fillna(0), and look for divisions by 0.",
        )
    return numbers


def _names(returned: Any, processor: Any, count: int) -> tuple[str, ...]:
    """Names of the columns: the DataFrame's, the processor's, or numbers."""
    if isinstance(returned, pd.DataFrame):
        names = list(map(str, returned.columns))
        told = "The DataFrame of transform"
    else:
        told = "The processor's names"
        found = getattr(processor, "names", None)
        if callable(found):
            found = found()
        if found is None:
            found = _names_as_scikit_learn(processor, count)
        names = list(map(str, found))
    if len(names) != count:
        raise WrongReturnError(
            f"{told} are {len(names)}, and transform returned {count} columns",
            fix="Give names as many entries as there are columns, or leave it out.",
        )
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if len(set(names)) < count and twice is not None:
        raise WrongReturnError(
            f"{told} hold '{twice}' twice", fix="Give every column a name of its own."
        )
    return tuple(names)


def _names_as_scikit_learn(processor: Any, count: int) -> Sequence[str]:
    tell = getattr(processor, "get_feature_names_out", None)
    if callable(tell):
        try:
            names = list(map(str, tell()))
        except Exception:  # noqa: BLE001 - a courtesy: many transformers have it and cannot tell
            names = []
        if len(names) == count == len(set(names)):
            return names
    return [str(number) for number in range(count)]

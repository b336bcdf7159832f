"""Rows of a table as arrays: the one place where a batch's content is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.batching.clock import Clock
from hornbook.batching.record_layout import RecordLayout
from hornbook.batching.row_cache import RowCache
from hornbook.data import Table
from hornbook.errors import DataError
from hornbook.features import EncodedInput, FeaturePipeline, Targets, smallest_unsigned
from hornbook.features.thread_pool import map_in_threads

__all__ = ["Batch", "EncodedRows", "PreparedRows"]

_READ_BYTES = 64 * 2**20
_ENCODED_BYTES = 16 * 2**20
_MOST_ROWS_TO_ENCODE = 65_536
_ROWS_A_THREAD = 16_384
_ROWS_TO_LOOK_AT = 64


@dataclass(frozen=True)
class Batch:
    """Preprocessed rows.

    Attributes:
        inputs: by input name, an array of shape `(n_rows, …)`.
        targets: by output name, values or class codes of shape `(n_rows,)`, labels of shape
            `(n_rows, n_labels)`.
        weights: by output name, row weights of shape `(n_rows,)`; `None` where all rows count
            the same.
    """

    inputs: dict[str, NDArray[Any]]
    targets: dict[str, NDArray[Any]]
    weights: dict[str, NDArray[np.float32]] | None

    def __len__(self) -> int:
        return len(next(iter(self.targets.values())))

    def __getitem__(self, rows: slice) -> Batch:
        """A slice of the rows, without copying."""
        return Batch(
            {name: array[rows] for name, array in self.inputs.items()},
            {name: array[rows] for name, array in self.targets.items()},
            None
            if self.weights is None
            else {name: array[rows] for name, array in self.weights.items()},
        )


@dataclass(frozen=True)
class EncodedRows:
    """Rows in the small form in which they are kept, see `InputEncoding`.

    Attributes:
        arrays: of inputs, targets and weights, each with a row for each row.
    """

    arrays: dict[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def __getitem__(self, rows: slice) -> EncodedRows:
        """A slice of the rows, without copying."""
        return EncodedRows({name: array[rows] for name, array in self.arrays.items()})

    @property
    def inputs(self) -> dict[str, EncodedInput]:
        """The inputs, by name."""
        found: dict[str, EncodedInput] = {}
        for name, array in self.of("input").items():
            of_input, _, part = name.rpartition("/")
            found.setdefault(of_input, {})[part] = array
        return found

    def of(self, kind: str) -> dict[str, NDArray[Any]]:
        """The arrays of one kind, by what comes after the kind in their names."""
        prefix = f"{kind} "
        return {
            name.removeprefix(prefix): array
            for name, array in self.arrays.items()
            if name.startswith(prefix)
        }


@dataclass(frozen=True)
class PreparedRows:
    """Some rows of a table, readable in any order as preprocessed arrays.

    It holds no data but the row numbers: every read gathers from the table on disk, or from the
    cache of rows that were preprocessed before. Several threads may read at once.

    Attributes:
        table: the table on disk.
        rows: the row numbers, shape `(n_rows,)`.
        pipeline: the fitted features.
        targets: the encoders of the target columns.
        sample_weight: the column of row weights, if the design names one.
        class_weights: by output name, a weight for each class code, shape `(n_classes,)`; for
            the outputs that have class weights.
        fitted: whether these are the rows that the features were fitted on.
        cache: keeps preprocessed rows, if they are to be kept.
        clock: counts the time that reading and transforming take.
    """

    table: Table
    rows: NDArray[np.integer[Any]]
    pipeline: FeaturePipeline
    targets: Targets
    sample_weight: str | None = None
    class_weights: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    fitted: bool = False
    cache: RowCache | None = None
    clock: Clock = field(default_factory=Clock, compare=False)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def block_rows(self) -> int:
        """How many rows to hold preprocessed at once: bounded in bytes."""
        return min(self.pipeline.block_rows, self._rows_to_read)

    @cached_property
    def encoded_row_bytes(self) -> int:
        """The size of an encoded row, targets and weights left out."""
        return sum(encoding.row_bytes for encoding in self.pipeline.encodings.values())

    @cached_property
    def decoded_row_bytes(self) -> int:
        """The size of a row as the network gets it, targets and weights left out."""
        return sum(spec.row_bytes for spec in self.pipeline.inputs.values())

    def read(self, positions: NDArray[np.int64]) -> Batch:
        """Rows as the network gets them.

        Args:
            positions: indices into `rows`, shape `(n,)`, in the order wanted.
        """
        return self.decode(self.encode(positions))

    def encode(self, positions: NDArray[np.int64]) -> EncodedRows:
        """Rows in their small form, from the cache or else from the table.

        Args:
            positions: indices into `rows`, shape `(n,)`, in the order wanted.
        """
        if self.cache is not None:
            with self.clock.timed("reading"):
                found = self.cache.take(positions)
            if found is not None:
                return EncodedRows(found)
        # In the order of the table, neighbours in the file are read together.
        order = np.argsort(positions, kind="stable")
        ascending = positions[order]
        step = self._rows_to_encode
        parts = [
            self._encode_ascending(ascending[start : start + step])
            for start in range(0, len(ascending), step)
        ] or [self._encode_ascending(ascending)]
        encoded = {}
        for name, first in parts[0].items():
            array = encoded[name] = np.empty((len(positions), *first.shape[1:]), first.dtype)
            start = 0
            for part in parts:
                values = part.pop(name) if part is not parts[0] else first
                array[order[start : start + len(values)]] = values
                start += len(values)
        return EncodedRows(encoded)

    def fill_cache(self, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Preprocesses all rows in the order of the table, where that is the quicker way.

        Rows of a training come in an order of their own, and fetching each from its place in the
        table takes longer than all that is done with it. Files that rows name, such as images, are
        opened one by one anyway: these wait until they are due.

        Args:
            progress: called with the rows done and all of them.
        """
        cache = self.cache
        waits = any(handling.reads_files for handling in self.pipeline.fitted)
        if cache is None or cache.is_complete or waits:
            return
        if (self.rows[1:] <= self.rows[:-1]).any():
            return
        step = min(self._rows_to_encode, _ROWS_A_THREAD)
        block_rows = min(_MOST_ROWS_TO_ENCODE, self._rows_to_read)
        start = 0
        for frame in self.table.slices(self._columns(self.pipeline.columns), block_rows):
            ends = np.array((start, start + len(frame)), self.rows.dtype)
            first, last = np.searchsorted(self.rows, ends).tolist()
            inside = np.zeros(len(frame), np.bool_)
            inside[self.rows[first:last].astype(np.int64) - start] = True
            chosen = frame.filter(pl.Series(inside))

            def fill(at: int, rows: pl.DataFrame = chosen, first: int = first) -> None:
                part = rows[at - first : at - first + step]
                places = np.arange(at, at + len(part))
                cache.put(places, self._arrays_of(part, places))

            map_in_threads(fill, range(first, last, step))
            start += len(frame)
            progress(last, len(self))

    def decode(self, encoded: EncodedRows) -> Batch:
        """Encoded rows as the network gets them."""
        return Batch(
            self.pipeline.decode(encoded.inputs), encoded.of("target"), encoded.of("weight") or None
        )

    def layout(self) -> RecordLayout:
        """How records hold encoded rows like these."""
        positions = np.linspace(0, len(self) - 1, min(len(self), _ROWS_TO_LOOK_AT)).astype(np.int64)
        largest = {
            f"target {name}": n_classes - 1
            for name, n_classes in self.targets.n_classes.items()
            if n_classes is not None
        }
        for name, spec in self.pipeline.inputs.items():
            if spec.vocabulary_size is not None:
                largest[f"input {name}/whole"] = spec.vocabulary_size - 1
        return RecordLayout.of(self.encode(np.unique(positions)).arrays, largest)

    @cached_property
    def _rows_to_read(self) -> int:
        columns = self._columns(self.pipeline.columns)
        return self.table.rows_within(_READ_BYTES, columns)

    @cached_property
    def _rows_to_encode(self) -> int:
        within = max(1, _ENCODED_BYTES // max(1, self.encoded_row_bytes))
        if self.pipeline.steps:
            within = min(within, self.pipeline.block_rows)
        return min(within, self._rows_to_read, _MOST_ROWS_TO_ENCODE)

    def _encode_ascending(self, positions: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        rows = self.rows[positions].astype(np.int64, copy=False)
        with self.clock.timed("reading"):
            frame = self.table.take(rows, self._columns(self.pipeline.columns))
        with self.clock.timed("transforming"):
            arrays = self._arrays_of(frame, positions)
        if self.cache is not None:
            with self.clock.timed("reading"):
                self.cache.put(positions, arrays)
        return arrays

    def _arrays_of(
        self, frame: pl.DataFrame, positions: NDArray[np.int64]
    ) -> dict[str, NDArray[Any]]:
        """The encoded form of the rows at these positions, whose values are in the frame."""
        fitted_rows = self.rows[positions].astype(np.int64, copy=False) if self.fitted else None
        inputs = self.pipeline.encode(frame, fitted_rows)
        targets = self.targets.encode(frame)
        weights = self._weights(frame, targets)
        arrays = {
            f"input {name}/{part}": array
            for name, encoded in inputs.items()
            for part, array in encoded.items()
        }
        arrays |= {f"target {name}": array for name, array in targets.items()}
        arrays |= {f"weight {name}": array for name, array in (weights or {}).items()}
        return arrays

    def read_targets(self) -> tuple[dict[str, NDArray[Any]], NDArray[np.float64] | None]:
        """The targets and the sample weights of all rows, class weights left out.

        Class codes are in the smallest dtype that holds them.
        """
        targets: dict[str, NDArray[Any]] = {}
        weights = None if self.sample_weight is None else np.empty(len(self))
        for start in range(0, len(self), _MOST_ROWS_TO_ENCODE):
            rows = self.rows[start : start + _MOST_ROWS_TO_ENCODE].astype(np.int64)
            frame = self.table.take(rows, self._columns(()))
            for name, array in self.targets.encode(frame).items():
                if name not in targets:
                    n_classes = self.targets.n_classes[name]
                    dtype = array.dtype if n_classes is None else smallest_unsigned(n_classes)
                    targets[name] = np.empty((len(self), *array.shape[1:]), dtype)
                targets[name][start : start + len(rows)] = array
            if weights is not None and self.sample_weight is not None:
                weights[start : start + len(rows)] = row_weights(frame[self.sample_weight])
        return targets, weights

    def _columns(self, features: tuple[str, ...]) -> list[str]:
        weight = () if self.sample_weight is None else (self.sample_weight,)
        return list(dict.fromkeys((*features, *self.targets.columns, *weight)))

    def _weights(
        self, frame: pl.DataFrame, targets: dict[str, NDArray[Any]]
    ) -> dict[str, NDArray[np.float32]] | None:
        if self.sample_weight is None and not self.class_weights:
            return None
        weight = np.ones(len(frame))
        if self.sample_weight is not None:
            weight = row_weights(frame[self.sample_weight])
        weights = {}
        for name, codes in targets.items():
            by_class = self.class_weights.get(name)
            of_output = weight if by_class is None else weight * by_class[codes]
            weights[name] = of_output.astype(np.float32)
        return weights


def row_weights(series: pl.Series) -> NDArray[np.float64]:
    """A column of row weights as numbers.

    Raises:
        DataError: a weight is missing, negative or infinite.
    """
    weights = series.cast(pl.Float64, strict=False).to_numpy()
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        received = series.filter(pl.Series(wrong))[0]
        raise DataError(
            f"The weight column '{series.name}' holds {received!r}; weights are numbers of 0 "
            "or more in every row.",
            fix="Fill the missing weights in, or drop [weights] sample_weight.",
        )
    return weights


def balanced_class_weights(
    target: NDArray[Any], n_classes: int, sample_weight: NDArray[Any] | None = None
) -> NDArray[np.float32]:
    """Weights by which every class counts the same in total: `n_rows / (n_classes * count)`.

    The formula of scikit-learn's `compute_class_weight("balanced")`; a class without rows
    weighs 1.

    Args:
        target: class codes of the train rows, shape `(n_rows,)`.
        n_classes: how many classes there are.
        sample_weight: row weights, which then count instead of rows.

    Example:
        >>> balanced_class_weights(np.array([0, 0, 0, 1]), 2).tolist()
        [0.6666666865348816, 2.0]
    """
    counts = np.bincount(target, weights=sample_weight, minlength=n_classes).astype(np.float64)
    present = np.count_nonzero(counts)
    with np.errstate(divide="ignore"):
        weights = counts.sum() / (present * counts)
    return np.where(counts > 0, weights, 1.0).astype(np.float32)

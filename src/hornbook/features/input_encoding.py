"""How the rows of an input are kept before the network sees them: small, and losing nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hornbook.features.handling import FittedHandling
from hornbook.features.input_spec import InputSpec

__all__ = ["EncodedInput", "InputEncoding", "smallest_unsigned"]

EncodedInput = dict[str, NDArray[Any]]
"""The arrays that stand for some rows of one input, by `InputEncoding.fields`."""

_WHOLE, _BYTES, _NUMBERS, _PLACES = "whole", "bytes", "numbers", "places"


@dataclass(frozen=True)
class InputEncoding:
    """The encoded form of one input's rows.

    A category with two hundred dummies is two hundred numbers of which one is not zero. In the
    encoded form it is the place of that one, in a byte. The pixels of an image are bytes until they
    are numbers from 0 to 1. Everything else is kept as it is, so that `decode` gives back to the
    bit what the features made.

    Immutable; several threads may use it at once.

    Attributes:
        spec: of the decoded rows.
        handlings: what fills the input, in order; none where the rows are kept as they are.
    """

    spec: InputSpec
    handlings: tuple[FittedHandling, ...] = ()

    @cached_property
    def fields(self) -> Mapping[str, tuple[str, tuple[int, ...]]]:
        """The dtype and the shape of a row of each encoded array, by its name."""
        if self._byte_scale is not None:
            return {_BYTES: ("uint8", self.spec.shape)}
        if not self._has_places:
            return {_WHOLE: (self.spec.dtype, self.spec.shape)}
        fields: dict[str, tuple[str, tuple[int, ...]]] = {}
        if self._number_columns.size:
            fields[_NUMBERS] = (self.spec.dtype, (len(self._number_columns),))
        dtype = smallest_unsigned(max(stop - start for start, stop in self._dummies))
        return {**fields, _PLACES: (dtype, (len(self._dummies),))}

    @property
    def row_bytes(self) -> int:
        """The size of one encoded row."""
        return sum(
            int(np.prod(shape)) * np.dtype(dtype).itemsize for dtype, shape in self.fields.values()
        )

    def encode(
        self,
        n_rows: int,
        transform: Callable[[FittedHandling], NDArray[Any]],
        places: Callable[[FittedHandling], NDArray[Any]],
        as_bytes: Callable[[FittedHandling], NDArray[np.uint8]],
    ) -> EncodedInput:
        """Encodes rows as their features give them.

        Args:
            n_rows: how many.
            transform: the array that a handling makes of the rows.
            places: of a handling whose rows are one-hot, where the 1 is.
            as_bytes: of a handling that has them, the bytes that its array is made of.
        """
        if self._byte_scale is not None:
            return {_BYTES: as_bytes(self.handlings[0])}
        if not self._has_places:
            if len(self.handlings) == 1:
                array = transform(self.handlings[0])
                if array.shape[1:] == self.spec.shape and array.flags.c_contiguous:
                    return {_WHOLE: array.astype(self.spec.dtype, copy=False)}
            encoded = {_WHOLE: np.empty((n_rows, *self.spec.shape), self.spec.dtype)}
            return self._fill(encoded, _WHOLE, transform, places)
        encoded = {
            name: np.empty((n_rows, *shape), dtype) for name, (dtype, shape) in self.fields.items()
        }
        return self._fill(encoded, _NUMBERS, transform, places)

    def whole(self, array: NDArray[Any]) -> EncodedInput:
        """Rows that no features give one by one, such as those that steps have made."""
        return {_WHOLE: array}

    def decode(self, encoded: EncodedInput) -> NDArray[Any]:
        """The rows as the network gets them, shape `(n_rows, *spec.shape)`."""
        if not self._has_places:
            whole: NDArray[Any] = self.decode_with(encoded, np)
            return whole
        found = encoded[_PLACES]
        n_rows, width = len(found), self.spec.shape[0]
        decoded = np.zeros((n_rows, width), self.spec.dtype)
        numbers = encoded.get(_NUMBERS)
        if numbers is not None:
            for source, target in self._number_runs:
                decoded[:, target] = numbers[:, source]
        # A row without a 1 writes its zero over a zero.
        is_there = found < self._widths
        column = np.where(is_there, found, 0) + self._starts
        column += (np.arange(n_rows) * width)[:, np.newaxis]
        decoded.reshape(-1)[column.reshape(-1)] = is_there.reshape(-1)
        return decoded

    def decode_with(self, encoded: EncodedInput, namespace: Any) -> Any:
        """The rows as `decode` gives them, by the functions of another array library.

        Called inside of a compiled function it becomes part of it: the zeros of dummies are then
        never carried from one memory to another.

        Args:
            encoded: arrays of the library.
            namespace: the library's counterpart of `numpy`, e.g. `jax.numpy`.
        """
        if self._byte_scale is not None:
            numbers = namespace.astype(encoded[_BYTES], self.spec.dtype)
            return numbers * self._byte_scale
        if not self._has_places:
            return encoded[_WHOLE]
        parts = [run.part(encoded, self.spec.dtype, namespace) for run in self._runs]
        return parts[0] if len(parts) == 1 else namespace.concatenate(parts, axis=1)

    @property
    def dummies(self) -> Sequence[tuple[int, int]]:
        """The first column of each one-hot feature, and the one after its last."""
        return self._dummies if self._has_places else ()

    def product_with(self, encoded: EncodedInput, matrix: Any, namespace: Any) -> Any:
        """The matrix product of the decoded rows with a matrix, without decoding them.

        Args:
            encoded: as for `decode_with`.
            matrix: of shape `(spec.shape[0], n)`.
            namespace: as for `decode_with`.
        """
        found, zeros = encoded[_PLACES], namespace.zeros((1, matrix.shape[1]), matrix.dtype)
        total: Any = 0.0
        if self._number_columns.size:
            total = encoded[_NUMBERS] @ matrix[self._number_columns]
        for place, (start, stop) in enumerate(self._dummies):
            rows = namespace.concatenate([matrix[start:stop], zeros])
            total = total + namespace.take(rows, found[:, place], axis=0, mode="clip")
        return total

    def _fill(
        self,
        encoded: EncodedInput,
        numbers: str,
        transform: Callable[[FittedHandling], NDArray[Any]],
        places: Callable[[FittedHandling], NDArray[Any]],
    ) -> EncodedInput:
        at = place = 0
        for handling in self.handlings:
            if self._has_places and handling.is_one_hot:
                encoded[_PLACES][:, place] = places(handling)
                place += 1
                continue
            array = transform(handling)
            encoded[numbers][:, at : at + array.shape[1]] = array
            at += array.shape[1]
        return encoded

    @cached_property
    def _byte_scale(self) -> np.float32 | None:
        scales = [handling.byte_scale for handling in self.handlings]
        return None if len(scales) != 1 or scales[0] is None else np.float32(scales[0])

    @cached_property
    def _has_places(self) -> bool:
        return any(handling.is_one_hot for handling in self.handlings)

    @cached_property
    def _ranges(self) -> Sequence[tuple[FittedHandling, int, int]]:
        """Each handling with its first column, and the one after its last."""
        ends = np.cumsum([len(handling.outputs) for handling in self.handlings]).tolist()
        starts = [0, *ends[:-1]]
        return list(zip(self.handlings, starts, ends, strict=True))

    @cached_property
    def _dummies(self) -> Sequence[tuple[int, int]]:
        return [(start, end) for handling, start, end in self._ranges if handling.is_one_hot]

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.array([start for start, _ in self._dummies], np.int64)

    @cached_property
    def _widths(self) -> NDArray[np.int64]:
        return np.array([end - start for start, end in self._dummies], np.int64)

    @cached_property
    def _runs(self) -> Sequence[_NumberRun | _DummyRun]:
        """The columns of neighbouring features that are alike in being one-hot or not."""
        runs: list[_NumberRun | _DummyRun] = []
        at = feature = 0
        for is_one_hot, group in itertools.groupby(self._ranges, lambda one: one[0].is_one_hot):
            widths = [end - start for _, start, end in group]
            if is_one_hot:
                features = np.arange(feature, feature + len(widths)).repeat(widths)
                places = np.concatenate([np.arange(width) for width in widths])
                runs.append(_DummyRun(features, places.astype(self.fields[_PLACES][0])))
                feature += len(widths)
            else:
                runs.append(_NumberRun(slice(at, at + sum(widths))))
                at += sum(widths)
        return runs

    @cached_property
    def _number_columns(self) -> NDArray[np.int64]:
        """The columns that are no dummies."""
        kept = [
            np.arange(start, end)
            for handling, start, end in self._ranges
            if not handling.is_one_hot
        ]
        return np.concatenate([np.empty(0, np.int64), *kept])

    @cached_property
    def _number_runs(self) -> Sequence[tuple[slice, slice]]:
        """Where runs of neighbouring columns stand among the numbers, and in the input."""
        columns = self._number_columns
        breaks = np.flatnonzero(np.diff(columns) != 1) + 1
        return [
            (slice(int(part[0]), int(part[-1]) + 1), slice(int(run[0]), int(run[-1]) + 1))
            for part, run in zip(
                np.split(np.arange(len(columns)), breaks), np.split(columns, breaks), strict=True
            )
        ]


class _NumberRun(NamedTuple):
    """Some columns that are among the numbers.

    Attributes:
        columns: where they are there.
    """

    columns: slice

    def part(self, encoded: EncodedInput, dtype: str, namespace: Any) -> Any:
        """The columns, as `decode_with` gives them."""
        del dtype, namespace
        return encoded[_NUMBERS][:, self.columns]


class _DummyRun(NamedTuple):
    """The dummies of some features, in few operations: each one more takes time to compile.

    Attributes:
        features: for each column its feature, of those that have places.
        places: for each column its place among those of its feature.
    """

    features: NDArray[np.integer[Any]]
    places: NDArray[np.integer[Any]]

    def part(self, encoded: EncodedInput, dtype: str, namespace: Any) -> Any:
        """The columns, as `decode_with` gives them."""
        found = namespace.take(encoded[_PLACES], self.features, axis=1, mode="clip")
        return namespace.astype(found == self.places, dtype)


def smallest_unsigned(largest: int) -> str:
    """The smallest dtype of whole numbers that holds all from 0 up to `largest`.

    Example:
        >>> smallest_unsigned(255), smallest_unsigned(256)
        ('uint8', 'uint16')
    """
    return str(np.min_scalar_type(largest))

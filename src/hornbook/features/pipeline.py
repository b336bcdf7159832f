"""All features of a design together: fitted in one pass, transformed a block of rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from hornbook.atomic import write_json_atomically
from hornbook.errors import FeatureError
from hornbook.features.handling import (
    FeatureType,
    FitContext,
    FittedHandling,
    Handling,
    OutputColumn,
    State,
    handling_class,
)
from hornbook.features.resources import NO_RESOURCES, Resources

__all__ = ["Feature", "FeaturePipeline", "InputSpec"]

_STATE_FILE = "pipeline.json"
_ARRAYS_FILE = "arrays.safetensors"


@dataclass(frozen=True)
class Feature:
    """A column that feeds the network: which one, how, and into which input."""

    column: str
    handling: Handling
    input: str = "main"


@dataclass(frozen=True)
class InputSpec:
    """One input of the network as the features fill it.

    Attributes:
        name: the name of the Keras `Input`.
        shape: without the batch dimension, e.g. `(11,)`.
        dtype: of the array, e.g. `"float32"`.
        columns: the columns of the array, in order; none for e.g. images.
        sources: the columns of the table that fill it.
        vocabulary_size: for whole numbers that feed an `Embedding`: its `input_dim`.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    columns: tuple[OutputColumn, ...]
    sources: tuple[str, ...]
    vocabulary_size: int | None = None

    @property
    def row_bytes(self) -> int:
        """The size of one row of the array."""
        return int(np.prod(self.shape)) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class FeaturePipeline:
    """The fitted features of a design, grouped by input.

    Immutable once fitted; several threads may transform at once. Its state is JSON and
    safetensors: loading one executes nothing.

    Attributes:
        features: what the design says of each feature.
        fitted: the fitted handlings, in the order of `features`.
    """

    features: tuple[Feature, ...]
    fitted: tuple[FittedHandling, ...]

    @classmethod
    def fit(
        cls,
        features: Sequence[Feature],
        blocks: Iterable[pl.DataFrame],
        context: FitContext | None = None,
    ) -> Self:
        """Fits every handling in one pass over the train rows.

        Args:
            features: at least one.
            blocks: the train rows only, with the features' columns and, for handlings that
                ask for them, `TARGET` and `ROW`; one block after the other, so that only one
                is in memory at a time.
            context: of the training.

        Raises:
            FeatureError: a column has nothing to fit on, an input is left without columns, or
                features share an input that cannot.
        """
        if not features:
            raise FeatureError(
                "No feature is left to train on.",
                fix='Give at least one column of [features] the role "input".',
            )
        context = context or FitContext()
        fittings = [one.handling.start_fit(one.column, context) for one in features]
        wanted = [
            (index, name, expression.alias(f"{index}/{name}"))
            for index, fitting in enumerate(fittings)
            for name, expression in fitting.expressions().items()
        ]
        for block in blocks:
            found = block.select(expression for *_, expression in wanted)
            values: list[dict[str, Any]] = [{} for _ in fittings]
            for index, name, _ in wanted:
                values[index][name] = found[f"{index}/{name}"][0]
            for fitting, of_block in zip(fittings, values, strict=True):
                fitting.add(of_block)
        pipeline = cls(tuple(features), tuple(fitting.finish() for fitting in fittings))
        _ = pipeline.inputs
        return pipeline

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that `transform` reads."""
        return tuple(feature.column for feature in self.features)

    @cached_property
    def inputs(self) -> dict[str, InputSpec]:
        """What each input of the network receives, by name.

        Raises:
            FeatureError: an input gets no column, or features that cannot share one.
        """
        members: dict[str, list[tuple[Feature, FittedHandling]]] = {}
        for feature, handling in zip(self.features, self.fitted, strict=True):
            members.setdefault(feature.input, []).append((feature, handling))
        return {name: _input_of(name, parts) for name, parts in members.items()}

    def missing_expression(self) -> pl.Expr | None:
        """True on rows that a handling drops for want of a value; `None` if none does."""
        return rows_to_drop(self.features)

    def transform(
        self, frame: pl.DataFrame, fitted_rows: NDArray[np.int64] | None = None
    ) -> dict[str, NDArray[Any]]:
        """Preprocesses a block of rows.

        Args:
            frame: rows with at least the columns of `columns`.
            fitted_rows: the numbers of the rows, where they are train rows that the pipeline
                was fitted on.

        Returns:
            By input name, an array of shape `(n_rows, *shape)` and the input's dtype.
        """
        arrays: dict[str, NDArray[Any]] = {}
        filled = dict.fromkeys(self.inputs, 0)
        for feature, handling in zip(self.features, self.fitted, strict=True):
            # A series named like a pattern, `^a$`, breaks most of its methods in Polars.
            values = frame[feature.column].alias("values")
            if fitted_rows is None:
                array = handling.transform(values)
            else:
                array = handling.transform_fitted(values, fitted_rows)
            spec = self.inputs[feature.input]
            if array.shape[1:] == spec.shape and array.flags.c_contiguous:
                arrays[feature.input] = array.astype(spec.dtype, copy=False)
                continue
            if feature.input not in arrays:
                arrays[feature.input] = np.empty((len(frame), *spec.shape), spec.dtype)
            start = filled[feature.input]
            filled[feature.input] = end = start + array.shape[1]
            arrays[feature.input][:, start:end] = array
        return arrays

    def save(self, folder: Path) -> None:
        """Writes the fitted state as `pipeline.json` and `arrays.safetensors`."""
        folder.mkdir(parents=True, exist_ok=True)
        states = [handling.state() for handling in self.fitted]
        save_file(
            {
                f"{index}/{name}": np.ascontiguousarray(array)
                for index, state in enumerate(states)
                for name, array in state.arrays.items()
            },
            folder / _ARRAYS_FILE,
        )
        entries = [
            {
                "column": feature.column,
                "input": feature.input,
                "type": str(feature.handling.feature_type),
                "handling": feature.handling.name,
                "options": feature.handling.model_dump(mode="json"),
                "state": state.values,
            }
            for feature, state in zip(self.features, states, strict=True)
        ]
        write_json_atomically(folder / _STATE_FILE, {"features": entries})

    @classmethod
    def load(cls, folder: Path, resources: Resources = NO_RESOURCES) -> Self:
        """Reads what `save` wrote.

        Args:
            folder: where it was saved.
            resources: for features with code of the user's own, or with images.
        """
        entries = json.loads((folder / _STATE_FILE).read_text("utf-8"))["features"]
        arrays = load_file(folder / _ARRAYS_FILE)
        features, fitted = [], []
        for index, entry in enumerate(entries):
            kind = handling_class(FeatureType(entry["type"]), entry["handling"])
            handling = kind(**entry["options"])
            state = State(entry["state"], _arrays_of(arrays, index))
            features.append(Feature(entry["column"], handling, entry["input"]))
            fitted.append(handling.restore(entry["column"], state, resources))
        return cls(tuple(features), tuple(fitted))


def rows_to_drop(features: Iterable[Feature]) -> pl.Expr | None:
    """True on rows in which a feature that drops missing rows has no value."""
    expressions = [
        feature.handling.missing_expression(feature.column)
        for feature in features
        if feature.handling.drops_missing_rows
    ]
    return pl.any_horizontal(expressions) if expressions else None


def _input_of(name: str, parts: list[tuple[Feature, FittedHandling]]) -> InputSpec:
    """One input, from the features that fill it."""
    sources = tuple(dict.fromkeys(feature.column for feature, _ in parts))
    fed_by = ", ".join(f"'{column}'" for column in sources)
    columns = tuple(output for _, handling in parts for output in handling.outputs)
    shapes = [handling.shape for _, handling in parts]
    dtypes = {handling.dtype for _, handling in parts}
    if len(parts) > 1 and any(len(shape) != 1 for shape in shapes):
        odd = next(feature for feature, handling in parts if len(handling.shape) != 1)
        raise FeatureError(
            f"The input '{name}' is filled by {fed_by}, and '{odd.column}' is no row of columns "
            "that others can stand beside.",
            fix=f'Give it an input of its own: input = "{odd.column}_preprocessed".',
        )
    if len(dtypes) > 1:
        whole = next(feature for feature, handling in parts if handling.dtype != "float32")
        raise FeatureError(
            f"The input '{name}' is filled by {fed_by}, and '{whole.column}' gives whole numbers "
            "while others do not.",
            fix=f'Give it an input of its own: input = "{whole.column}_preprocessed".',
        )
    shape = shapes[0] if len(parts) == 1 else (sum(one for (one,) in shapes),)
    if not all(shape):
        raise FeatureError(
            f"The input '{name}' gets no column: every category of {fed_by} was limited away.",
            fix="Raise cumulative_share, lower min_rows, or reject the feature.",
        )
    vocabularies = [handling.vocabulary_size for _, handling in parts]
    known = [size for size in vocabularies if size is not None]
    return InputSpec(name, shape, dtypes.pop(), columns, sources, max(known) if known else None)


def _arrays_of(arrays: Mapping[str, NDArray[Any]], index: int) -> dict[str, NDArray[Any]]:
    prefix = f"{index}/"
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }

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
    FittedHandling,
    Handling,
    OutputColumn,
    State,
    handling_class,
)

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
        columns: the columns of the array, in order.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    columns: tuple[OutputColumn, ...]


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
    def fit(cls, features: Sequence[Feature], blocks: Iterable[pl.DataFrame]) -> Self:
        """Fits every handling in one pass over the train rows.

        Args:
            features: at least one.
            blocks: the train rows only, with the features' columns, one block after the other;
                only one is in memory at a time.

        Raises:
            FeatureError: a column has nothing to fit on, or an input is left without columns.
        """
        if not features:
            raise FeatureError(
                "No feature is left to train on.",
                fix='Give at least one column of [features] the role "input".',
            )
        wanted = [
            (index, name, expression.alias(f"{index}/{name}"))
            for index, feature in enumerate(features)
            for name, expression in feature.handling.statistics(feature.column).items()
        ]
        statistics: list[list[dict[str, Any]]] = [[] for _ in features]
        for block in blocks:
            found = block.select(expression for *_, expression in wanted)
            for of_feature in statistics:
                of_feature.append({})
            for index, name, _ in wanted:
                statistics[index][-1][name] = found[f"{index}/{name}"][0]
        fitted = tuple(
            feature.handling.fit(feature.column, found_blocks)
            for feature, found_blocks in zip(features, statistics, strict=True)
        )
        pipeline = cls(tuple(features), fitted)
        for spec in pipeline.inputs.values():
            if not spec.columns:
                fed_by = [f"'{one.column}'" for one in features if one.input == spec.name]
                raise FeatureError(
                    f"The input '{spec.name}' gets no column: every category of "
                    f"{', '.join(fed_by)} was limited away.",
                    fix="Raise cumulative_share, lower min_rows, or reject the feature.",
                )
        return pipeline

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that `transform` reads."""
        return tuple(feature.column for feature in self.features)

    @cached_property
    def inputs(self) -> dict[str, InputSpec]:
        """What each input of the network receives, by name."""
        columns: dict[str, list[OutputColumn]] = {}
        for feature, handling in zip(self.features, self.fitted, strict=True):
            columns.setdefault(feature.input, []).extend(handling.outputs)
        return {
            name: InputSpec(name, (len(outputs),), "float32", tuple(outputs))
            for name, outputs in columns.items()
        }

    def missing_expression(self) -> pl.Expr | None:
        """True on rows that a handling drops for want of a value; `None` if none does."""
        return rows_to_drop(self.features)

    def transform(self, frame: pl.DataFrame) -> dict[str, NDArray[np.float32]]:
        """Preprocesses a block of rows.

        Args:
            frame: rows with at least the columns of `columns`.

        Returns:
            By input name, a float32 array of shape `(n_rows, n_columns)`.
        """
        arrays = {
            name: np.empty((len(frame), *spec.shape), np.float32)
            for name, spec in self.inputs.items()
        }
        filled = dict.fromkeys(arrays, 0)
        for feature, handling in zip(self.features, self.fitted, strict=True):
            start = filled[feature.input]
            end = start + len(handling.outputs)
            # A series named like a pattern, `^a$`, breaks most of its methods in Polars.
            values = frame[feature.column].alias("values")
            arrays[feature.input][:, start:end] = handling.transform(values)
            filled[feature.input] = end
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
    def load(cls, folder: Path) -> Self:
        """Reads what `save` wrote."""
        entries = json.loads((folder / _STATE_FILE).read_text("utf-8"))["features"]
        arrays = load_file(folder / _ARRAYS_FILE)
        features, fitted = [], []
        for index, entry in enumerate(entries):
            handling = handling_class(FeatureType(entry["type"]), entry["handling"])
            state = State(entry["state"], _arrays_of(arrays, index))
            features.append(Feature(entry["column"], handling(**entry["options"]), entry["input"]))
            fitted.append(handling.fitted_class.from_state(entry["column"], state))
        return cls(tuple(features), tuple(fitted))


def rows_to_drop(features: Iterable[Feature]) -> pl.Expr | None:
    """True on rows in which a feature that drops missing rows has no value."""
    expressions = [
        feature.handling.missing_expression(feature.column)
        for feature in features
        if feature.handling.drops_missing_rows
    ]
    return pl.any_horizontal(expressions) if expressions else None


def _arrays_of(arrays: Mapping[str, NDArray[Any]], index: int) -> dict[str, NDArray[Any]]:
    prefix = f"{index}/"
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }

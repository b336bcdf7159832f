"""All features of a design together: fitted in one pass, transformed a block of rows at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from hornbook.atomic import write_json_atomically
from hornbook.data import CodedColumn
from hornbook.errors import FeatureError
from hornbook.features.handling import (
    ROW,
    TARGET,
    FeatureType,
    FitContext,
    FittedHandling,
    Handling,
    OutputColumn,
    State,
    handling_class,
)
from hornbook.features.input_encoding import EncodedInput, InputEncoding
from hornbook.features.input_spec import InputSpec, input_after, input_filled_by
from hornbook.features.resources import NO_RESOURCES, Resources
from hornbook.features.step import STEPS_INPUT, FittedStep, Step, TrainBlock, fitted_step_class

__all__ = ["STATE_FILE", "Feature", "FeaturePipeline"]

STATE_FILE = "pipeline.json"
NO_CODED_COLUMNS: Mapping[str, CodedColumn] = {}
_ARRAYS_FILE = "arrays.safetensors"
_BLOCK_BYTES = 16 * 2**20
_MOST_BLOCK_ROWS = 8192


@dataclass(frozen=True)
class Feature:
    """A column that feeds the network: which one, how, and into which input."""

    column: str
    handling: Handling
    input: str = "main"


@dataclass(frozen=True)
class FeaturePipeline:
    """The fitted features of a design, grouped by input.

    Immutable once fitted; several threads may transform at once. Its state is JSON and
    safetensors: loading one executes nothing.

    Attributes:
        features: what the design says of each feature.
        fitted: the fitted handlings, in the order of `features`.
        steps: what is done to the input `main` once its features have filled it, in order.
    """

    features: tuple[Feature, ...]
    fitted: tuple[FittedHandling, ...]
    steps: tuple[FittedStep, ...] = ()

    @classmethod
    def fit(
        cls,
        features: Sequence[Feature],
        blocks: Iterable[pl.DataFrame],
        context: FitContext | None = None,
        steps: Sequence[Step] = (),
    ) -> Self:
        """Fits every handling in one pass over the train rows, then each step in passes of its own.

        Args:
            features: at least one.
            blocks: the train rows only, with the features' columns and, for handlings that
                ask for them, `TARGET` and `ROW`; one block after the other, so that only one
                is in memory at a time. With steps, blocks must have both, and must come again
                when they are asked for again.
            context: of the training.
            steps: on the input `main`, in order.

        Raises:
            FeatureError: a column has nothing to fit on, an input is left without columns,
                features share an input that cannot, or a step cannot be done.
            MissingExtraError: a step needs a package that is not installed.
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
        for step in steps:
            fitted_step = step.fit(_MainTrainRows(pipeline, blocks), context)
            pipeline = replace(pipeline, steps=(*pipeline.steps, fitted_step))
        return pipeline

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that `transform` reads."""
        return tuple(feature.column for feature in self.features)

    @cached_property
    def inputs(self) -> dict[str, InputSpec]:
        """What each input of the network receives, by name.

        Raises:
            FeatureError: as `filled_inputs` does.
        """
        inputs = dict(self.filled_inputs)
        if self.steps:
            inputs[STEPS_INPUT] = input_after(inputs[STEPS_INPUT], self.steps)
        return inputs

    @cached_property
    def filled_inputs(self) -> dict[str, InputSpec]:
        """Each input as the features fill it, before the steps.

        Raises:
            FeatureError: an input gets no column, or features that cannot share one.
        """
        members: dict[str, list[tuple[str, FittedHandling]]] = {}
        owners: dict[str, str] = {}
        for feature, handling in zip(self.features, self.fitted, strict=True):
            members.setdefault(feature.input, []).append((feature.column, handling))
            if feature.handling.has_own_input:
                owners.setdefault(feature.input, feature.column)
        for name, owner in owners.items():
            others = [column for column, _ in members[name] if column != owner]
            if others:
                raise FeatureError(
                    f"The input '{name}' is that of '{owner}' alone, and '{others[0]}' is sent "
                    "there, too.",
                    fix=f"Send '{others[0]}' to another input, such as input = \"main\".",
                )
        return {name: input_filled_by(name, parts) for name, parts in members.items()}

    @cached_property
    def encodings(self) -> dict[str, InputEncoding]:
        """How the rows of each input are kept, by the input's name."""
        members: dict[str, list[FittedHandling]] = {name: [] for name in self.inputs}
        for feature, handling in zip(self.features, self.fitted, strict=True):
            members[feature.input].append(handling)
        if self.steps:
            members[STEPS_INPUT] = []
        return {
            name: InputEncoding(spec, tuple(members[name])) for name, spec in self.inputs.items()
        }

    @cached_property
    def block_rows(self) -> int:
        """How many rows to preprocess at once: enough for speed, bounded in bytes."""
        sizes = [spec.row_bytes for spec in self.filled_inputs.values()]
        if self.steps:
            main = self.filled_inputs[STEPS_INPUT]
            made = [input_after(main, self.steps[: index + 1]) for index in range(len(self.steps))]
            sizes += [spec.row_bytes for spec in made]
        return int(min(_MOST_BLOCK_ROWS, max(1, _BLOCK_BYTES // sum(sizes))))

    def missing_expression(self) -> pl.Expr | None:
        """True on rows that a handling drops for want of a value; `None` if none does."""
        return rows_to_drop(self.features)

    def unscorable_rows(self, frame: pl.DataFrame) -> NDArray[np.bool_] | None:
        """True on rows that a handling drops for want of a usable value; `None` if none does."""
        faults = self.faults(frame)
        return None if faults is None else faults.is_not_null().to_numpy()

    def faults(self, frame: pl.DataFrame) -> pl.Series | None:
        """Why each row cannot be scored, null for one that can; `None` if no handling minds.

        Args:
            frame: rows with the columns of `columns`, but for those that are `codable`.
        """
        found: list[pl.Series] = []
        for feature, handling in zip(self.features, self.fitted, strict=True):
            if feature.column not in frame.columns:
                continue
            if feature.handling.drops_missing_rows:
                missing = feature.handling.missing_expression(feature.column)
                reason = pl.lit(f"'{feature.column}' has no value")
                found.append(frame.select(pl.when(missing).then(reason).alias("fault")).to_series())
            of_rows = handling.faults(frame[handling.column].alias("values"))
            if of_rows is not None:
                found.append(pl.Series("fault", of_rows, pl.String))
        if not found:
            return None
        named = pl.DataFrame([one.alias(str(at)) for at, one in enumerate(found)])
        return named.select(pl.coalesce(pl.all()).alias("fault")).to_series()

    @cached_property
    def codable(self) -> frozenset[str]:
        """Columns of which the places of different values will do; see `CodedColumn`."""
        fine: dict[str, bool] = {}
        for feature, handling in zip(self.features, self.fitted, strict=True):
            suits = handling.is_one_hot and not feature.handling.drops_missing_rows
            suits = suits and not (self.steps and feature.input == STEPS_INPUT)
            fine[feature.column] = fine.get(feature.column, True) and suits
        return frozenset(column for column, suits in fine.items() if suits)

    def notes(self) -> tuple[str, ...]:
        """What the user should know of the values transformed so far."""
        return tuple(note for handling in self.fitted for note in handling.notes())

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
        return self.decode(self.encode(frame, fitted_rows))

    def encode(
        self,
        frame: pl.DataFrame,
        fitted_rows: NDArray[np.int64] | None = None,
        coded: Mapping[str, CodedColumn] = NO_CODED_COLUMNS,
        n_rows: int | None = None,
    ) -> dict[str, EncodedInput]:
        """The first half of `transform`: each input in the form in which rows are kept.

        Args:
            frame: as for `transform`.
            fitted_rows: as for `transform`.
            coded: columns that are `codable`, by name, in place of those of the frame.
            n_rows: how many, where the frame need not have columns.
        """
        n_rows = len(frame) if n_rows is None else n_rows
        values = {
            # A series named like a pattern, `^a$`, breaks most of its methods in Polars.
            id(handling): frame[handling.column].alias("values")
            for handling in self.fitted
            if handling.column not in coded
        }

        def transform(handling: FittedHandling) -> NDArray[Any]:
            if fitted_rows is None:
                return handling.transform(values[id(handling)])
            return handling.transform_fitted(values[id(handling)], fitted_rows)

        def places(handling: FittedHandling) -> NDArray[Any]:
            column = coded.get(handling.column)
            if column is None:
                return handling.places(values[id(handling)])
            return handling.places(column.values.extend_constant(None, 1)).take(column.codes)

        def as_bytes(handling: FittedHandling) -> NDArray[np.uint8]:
            return handling.as_bytes(values[id(handling)])

        encoded = {}
        for name, encoding in self.encodings.items():
            if self.steps and name == STEPS_INPUT:
                filled = self.finish(self.fill(frame, fitted_rows, only=name))
                encoded[name] = encoding.whole(filled[name])
            else:
                encoded[name] = encoding.encode(n_rows, transform, places, as_bytes)
        return encoded

    def decode(self, encoded: Mapping[str, EncodedInput]) -> dict[str, NDArray[Any]]:
        """The second half of `transform`: the inputs as the network gets them."""
        return {name: self.encodings[name].decode(arrays) for name, arrays in encoded.items()}

    def fill(
        self,
        frame: pl.DataFrame,
        fitted_rows: NDArray[np.int64] | None = None,
        only: str | None = None,
    ) -> dict[str, NDArray[Any]]:
        """Every input as in `filled_inputs`, before the steps.

        Args:
            frame: as for `transform`.
            fitted_rows: as for `transform`.
            only: the one input to fill; all of them where absent.
        """
        arrays: dict[str, NDArray[Any]] = {}
        filled = dict.fromkeys(self.filled_inputs, 0)
        for feature, handling in zip(self.features, self.fitted, strict=True):
            if only is not None and feature.input != only:
                continue
            # A series named like a pattern, `^a$`, breaks most of its methods in Polars.
            values = frame[feature.column].alias("values")
            if fitted_rows is None:
                array = handling.transform(values)
            else:
                array = handling.transform_fitted(values, fitted_rows)
            spec = self.filled_inputs[feature.input]
            if array.shape[1:] == spec.shape and array.flags.c_contiguous:
                arrays[feature.input] = array.astype(spec.dtype, copy=False)
                continue
            if feature.input not in arrays:
                arrays[feature.input] = np.empty((len(frame), *spec.shape), spec.dtype)
            start = filled[feature.input]
            filled[feature.input] = end = start + array.shape[1]
            arrays[feature.input][:, start:end] = array
        return arrays

    def finish(self, filled: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The steps on `main`, after `fill`: the inputs as `transform` gives them.

        Args:
            filled: what `fill` gave; it is not changed.
        """
        arrays = dict(filled)
        for step in self.steps:
            arrays[STEPS_INPUT] = step.transform(arrays[STEPS_INPUT])
        return arrays

    def save(self, folder: Path) -> None:
        """Writes the fitted state as `pipeline.json` and `arrays.safetensors`."""
        folder.mkdir(parents=True, exist_ok=True)
        values, arrays = self._content()
        save_file(arrays, folder / _ARRAYS_FILE)
        write_json_atomically(folder / STATE_FILE, values)

    def update_digest(self, digest: hashlib.blake2b) -> None:
        """Adds all that is fitted to a digest, so that another pipeline gives another one."""
        values, arrays = self._content()
        digest.update(json.dumps(values, sort_keys=True).encode())
        for name, array in sorted(arrays.items()):
            digest.update(f"{name} {array.dtype} {array.shape}".encode())
            digest.update(array.tobytes())

    def _content(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """The fitted state as JSON and arrays."""
        states = {str(index): handling.state() for index, handling in enumerate(self.fitted)}
        step_states = {f"step {index}": step.state() for index, step in enumerate(self.steps)}
        arrays = {
            f"{key}/{name}": np.ascontiguousarray(array)
            for key, state in (states | step_states).items()
            for name, array in state.arrays.items()
        }
        entries = [
            {
                "column": feature.column,
                "input": feature.input,
                "type": str(feature.handling.feature_type),
                "handling": feature.handling.name,
                "options": feature.handling.model_dump(mode="json"),
                "state": state.values,
            }
            for feature, state in zip(self.features, states.values(), strict=True)
        ]
        steps = [
            {"step": step.name, "state": state.values}
            for step, state in zip(self.steps, step_states.values(), strict=True)
        ]
        return {"features": entries, "steps": steps}, arrays

    @classmethod
    def load(cls, folder: Path, resources: Resources = NO_RESOURCES) -> Self:
        """Reads what `save` wrote.

        Args:
            folder: where it was saved.
            resources: for features with code of the user's own, or with images.
        """
        values = json.loads((folder / STATE_FILE).read_text("utf-8"))
        arrays = load_file(folder / _ARRAYS_FILE)
        features, fitted = [], []
        for index, entry in enumerate(values["features"]):
            kind = handling_class(FeatureType(entry["type"]), entry["handling"])
            handling = kind(**entry["options"])
            state = State(entry["state"], _arrays_of(arrays, str(index)))
            features.append(Feature(entry["column"], handling, entry["input"]))
            fitted.append(handling.restore(entry["column"], state, resources))
        steps = [
            fitted_step_class(entry["step"]).from_state(
                State(entry["state"], _arrays_of(arrays, f"step {index}"))
            )
            for index, entry in enumerate(values["steps"])
        ]
        return cls(tuple(features), tuple(fitted), tuple(steps))


@dataclass(frozen=True)
class _MainTrainRows:
    """The input `main` of the train rows, as far as it is fitted; see `TrainRows`."""

    pipeline: FeaturePipeline
    frames: Iterable[pl.DataFrame]

    @property
    def columns(self) -> tuple[OutputColumn, ...]:
        return self._spec.columns

    @property
    def numerical(self) -> tuple[int, ...]:
        kinds = [
            feature.handling.feature_type
            for feature, handling in zip(self.pipeline.features, self.pipeline.fitted, strict=True)
            if feature.input == STEPS_INPUT
            for _ in handling.outputs
        ]
        return tuple(
            position for position, kind in enumerate(kinds) if kind is FeatureType.NUMERICAL
        )

    @property
    def _spec(self) -> InputSpec:
        spec = self.pipeline.inputs.get(STEPS_INPUT)
        if spec is None or len(spec.shape) != 1 or spec.dtype != "float32":
            found = "no feature goes there"
            if spec is not None:
                found = f"its rows are {spec.dtype} of shape {spec.shape}"
            raise FeatureError(
                "[generation] and [reduction] work on the columns of the input "
                f"'{STEPS_INPUT}', and {found}.",
                fix="Send features that become columns of numbers to main, or leave the two "
                "sections out.",
            )
        return spec

    def blocks(
        self, wanted: Callable[[NDArray[np.int64]], NDArray[np.bool_]] | None = None
    ) -> Iterator[TrainBlock]:
        for whole in self.frames:
            for part in whole.iter_slices(self.pipeline.block_rows):
                frame = part
                if wanted is not None:
                    frame = part.filter(pl.Series(wanted(part[ROW].to_numpy())))
                if not len(frame):
                    continue
                rows = frame[ROW].to_numpy()
                filled = self.pipeline.fill(frame, rows, only=STEPS_INPUT)
                values = self.pipeline.finish(filled)[STEPS_INPUT]
                yield TrainBlock(values, frame[TARGET].to_numpy(), rows)


def rows_to_drop(features: Iterable[Feature]) -> pl.Expr | None:
    """True on rows in which a feature that drops missing rows has no value."""
    expressions = [
        feature.handling.missing_expression(feature.column)
        for feature in features
        if feature.handling.drops_missing_rows
    ]
    return pl.any_horizontal(expressions) if expressions else None


def _arrays_of(arrays: Mapping[str, NDArray[Any]], key: str) -> dict[str, NDArray[Any]]:
    prefix = f"{key}/"
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }

"""A model for each value of a column: every row goes to its own, all others to the whole model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.data import CodedColumn
from hornbook.features.categories import Vocabulary, spelled
from hornbook.features.pipeline import NO_CODED_COLUMNS
from hornbook.metrics import PredictionType
from hornbook.serving.blocks import BlockPart, PreparedBlock, RawBlock, Scores
from hornbook.serving.frame_rows import columns_of
from hornbook.serving.predict import Predictor
from hornbook.training.artifact import ModelArtifact, ModelOutput

__all__ = ["PartitionedPredictor"]


class PartitionedPredictor:
    """Submodels and the whole model as one; it is used as a `Predictor` is.

    Its columns are those of the whole model: a class that a submodel has never seen has the
    probability 0. Thresholds, calibrations and intervals are each model's own.

    Args:
        whole: predicts rows without a value, and with one that has no submodel.
        column: of the table, by whose values rows are sent.
        submodels: by value, as categories are spelled.
    """

    def __init__(self, whole: Predictor, column: str, submodels: Mapping[str, Predictor]) -> None:
        self._whole = whole
        self._column = column
        self._values = tuple(submodels)
        self._vocabulary = Vocabulary(pl.Series(self._values, dtype=pl.String))
        self._models = (*submodels.values(), whole)
        self._no_rows = whole.no_rows

    @property
    def artifact(self) -> ModelArtifact:
        """Of the whole model."""
        return self._whole.artifact

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Those of all models."""
        return tuple(model.artifact.folder for model in self._models)

    @property
    def table_columns(self) -> tuple[str, ...]:
        """Those of the models, and the column by which rows are sent."""
        of_models = (name for model in self._models[::-1] for name in model.table_columns)
        return tuple(dict.fromkeys((*of_models, self._column)))

    @property
    def codable(self) -> frozenset[str]:
        """Columns that all models may have coded."""
        shared = frozenset.intersection(*(model.codable for model in self._models))
        return shared - {self._column}

    @property
    def partitions(self) -> tuple[str, tuple[str, ...]] | None:
        """The column by whose values rows are sent, and these values."""
        return self._column, self._values

    @property
    def scored_outputs(self) -> Mapping[str, ModelOutput]:
        """Those of the whole model, with nothing left to correct: each model has done its own."""
        return {
            name: replace(output, calibration=None, interval=None)
            for name, output in self.artifact.outputs.items()
        }

    @property
    def output_columns(self) -> tuple[str, ...]:
        """Those of the whole model."""
        return self._whole.output_columns

    def columns(self, *, with_probabilities: bool = True) -> tuple[str, ...]:
        """`output_columns`, with or without the probabilities."""
        return self._whole.columns(with_probabilities=with_probabilities)

    def predict(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Predicts a frame of any length, the rows in their order.

        Raises:
            DataError: as `Predictor.predict` does.
        """
        frame = columns_of(frame, self.table_columns)
        blocks = [
            (rows, self._alike(model.predict(_rows(frame, rows))))
            for model, rows in self._sent(frame[self._column])
        ]
        return _in_order(blocks) if blocks else self._no_rows

    @property
    def batch_rows(self) -> int:
        """The fewest rows that a network sees at once."""
        return min(model.batch_rows for model in self._models)

    @property
    def block_rows(self) -> int:
        """How many rows to prepare at once."""
        return min(model.block_rows for model in self._models)

    def prepare(
        self, frame: pl.DataFrame, coded: Mapping[str, CodedColumn] = NO_CODED_COLUMNS
    ) -> PreparedBlock:
        """The first half of a prediction; threads may prepare at once."""
        parts = []
        for model, rows in self._sent(frame[self._column]):
            names = [one for one in model.table_columns if one not in coded]
            mask = np.zeros(len(frame), np.bool_)
            mask[rows] = True
            of_rows = {
                name: column.only(mask)
                for name, column in coded.items()
                if name in model.table_columns
            }
            prepared = model.prepare(columns_of(_rows(frame, rows), names), of_rows)
            parts.append(BlockPart(self._models.index(model), rows, prepared))
        faults = _all_faults([(one.rows, one.block.faults) for one in parts], len(frame))
        return PreparedBlock(None, faults, len(frame), tuple(parts))

    def run(self, block: PreparedBlock, n_at_once: int | None = None) -> RawBlock:
        """The second half: what each model gives for its rows."""
        parts = tuple(
            BlockPart(one.model, one.rows, self._models[one.model].run(one.block, n_at_once))
            for one in block.parts
        )
        return RawBlock({}, block.faults, block.n_rows, parts)

    def scores(self, block: RawBlock) -> Scores:
        """What the models say of rows that can be scored, in the classes of the whole model."""
        frame = self.in_words(block)
        if block.faults is not None:
            frame = frame.filter(block.faults.is_null())
        outputs, decided = {}, {}
        for name, output in self.artifact.outputs.items():
            ending = f"_{name}" if name else ""
            prediction = frame[f"prediction{ending}"]
            if output.prediction_type is PredictionType.REGRESSION:
                outputs[name] = prediction.to_numpy()[:, np.newaxis]
                continue
            labels = output.encoder.classes or ()
            probabilities = np.column_stack(
                [frame[f"proba{ending}_{label}"].to_numpy() for label in labels]
            )
            outputs[name] = probabilities
            if output.prediction_type is PredictionType.BINARY:
                outputs[name] = probabilities[:, 1:]
                decided[name] = (prediction == labels[1]).cast(pl.Int64).to_numpy()
        return Scores(outputs, decided)

    def faults(self, frame: pl.DataFrame) -> pl.Series | None:
        """Why each row cannot be scored, as the model says that it goes to."""
        return _all_faults(
            [
                (rows, model.faults(_rows(frame, rows)))
                for model, rows in self._sent(frame[self._column])
            ],
            len(frame),
        )

    def in_words(
        self,
        block: RawBlock,
        *,
        threshold: float | None = None,
        with_probabilities: bool = True,
    ) -> pl.DataFrame:
        """The outputs of a block in the user's terms, the rows in their order.

        Args:
            block: from `run`.
            threshold: of binary outputs, in place of each model's own.
            with_probabilities: whether to add those of the classes.
        """
        blocks = [
            (
                part.rows,
                self._alike(self._models[part.model].in_words(part.block, threshold=threshold)),
            )
            for part in block.parts
        ]
        frame = _in_order(blocks) if blocks else self._no_rows
        # Column by column: `select` reads names such as `^a$` as patterns.
        return pl.DataFrame(
            [frame[name] for name in self.columns(with_probabilities=with_probabilities)]
        )

    def warm(self, n_rows: int) -> None:
        """Runs each network once on so many rows of zeros."""
        for model in self._models:
            model.warm(n_rows)

    @property
    def unreadable_images(self) -> list[dict[str, str]]:
        """The images that no model could read so far."""
        return [one for model in self._models for one in model.unreadable_images]

    def _sent(self, values: pl.Series) -> Iterator[tuple[Predictor, NDArray[np.int64]]]:
        """Each model that has rows, with their places, ascending."""
        codes = np.minimum(self._vocabulary.codes(spelled(values)), len(self._values))
        for place in np.unique(codes):
            yield self._models[place], np.flatnonzero(codes == place)

    def _alike(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What one model says, in the columns of the whole model."""
        predicted = frame.to_series(0)
        probabilities = set(self.output_columns) - set(self.columns(with_probabilities=False))
        columns = []
        for empty in self._no_rows.get_columns():
            if empty.name in frame.columns:
                columns.append(frame[empty.name].cast(empty.dtype))
                continue
            value = 0.0 if empty.name in probabilities else None
            absent = pl.repeat(value, len(frame), dtype=empty.dtype, eager=True)
            none = pl.repeat(None, len(frame), dtype=empty.dtype, eager=True)
            columns.append(absent.zip_with(predicted.is_not_null(), none).alias(empty.name))
        return pl.DataFrame(columns)


def _rows(frame: pl.DataFrame, rows: NDArray[np.int64]) -> pl.DataFrame:
    return frame if len(rows) == len(frame) else frame[rows]


def _in_order(blocks: Sequence[tuple[NDArray[np.int64], pl.DataFrame]]) -> pl.DataFrame:
    """The rows of all blocks, each at its place."""
    if len(blocks) == 1:
        return blocks[0][1]
    places = np.concatenate([rows for rows, _ in blocks])
    joined = pl.concat([frame for _, frame in blocks])
    return joined[np.argsort(places)]


def _all_faults(
    parts: Sequence[tuple[NDArray[np.int64], pl.Series | None]], n_rows: int
) -> pl.Series | None:
    if all(faults is None for _, faults in parts):
        return None
    found = pl.repeat(None, n_rows, dtype=pl.String, eager=True)
    for rows, faults in parts:
        if faults is not None:
            found = found.scatter(rows, faults)
    return found.alias("fault")

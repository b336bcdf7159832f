"""Predictions of a trained model for new rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.backends.network import NetworkFunction
from hornbook.data import CodedColumn
from hornbook.features.images import FittedImage
from hornbook.features.pipeline import NO_CODED_COLUMNS
from hornbook.metrics import PredictionType
from hornbook.serving.blocks import PreparedBlock, RawBlock, Scores
from hornbook.serving.frame_rows import columns_of
from hornbook.training.artifact import ModelArtifact, ModelOutput
from hornbook.training.loading import load_trained_network
from hornbook.training.trust import TrustedModels

__all__ = ["Predictor", "output_in_words"]

_MOST_BLOCK_ROWS = 65_536
_BLOCK_BYTES = 16 * 2**20


class Predictor:
    """A trained model, loaded and ready to predict.

    It never changes; one thread uses it at a time.

    Args:
        artifact: the model on disk.
        trusted: the models whose code may be run.
    """

    def __init__(self, artifact: ModelArtifact, trusted: TrustedModels) -> None:
        self.artifact = artifact
        self.keras_model = load_trained_network(
            artifact.folder.parent, trusted, compile_model=False
        )
        self._network = NetworkFunction(self.keras_model, artifact.pipeline.encodings)

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """All folders with files that its predictions come from."""
        return (self.artifact.folder,)

    @property
    def table_columns(self) -> tuple[str, ...]:
        """The columns of the table that it reads."""
        return tuple(dict.fromkeys(self.artifact.pipeline.columns))

    @property
    def codable(self) -> frozenset[str]:
        """Those that may come as `CodedColumn`."""
        return self.artifact.pipeline.codable

    @property
    def partitions(self) -> tuple[str, tuple[str, ...]] | None:
        """The column by whose values rows go to submodels, and these values: there are none."""
        return None

    @property
    def scored_outputs(self) -> Mapping[str, ModelOutput]:
        """What `scores` are of."""
        return self.artifact.outputs

    @property
    def output_columns(self) -> tuple[str, ...]:
        """`prediction`, then `proba_<class>` for each class or label.

        A regression with prediction intervals has `prediction_lower` and `prediction_upper`.
        Of a named output they are `prediction_<output>`, `proba_<output>_<class>` and
        `prediction_<output>_lower`.
        """
        return self.columns()

    def columns(self, *, with_probabilities: bool = True) -> tuple[str, ...]:
        """`output_columns`, with or without the probabilities."""
        return tuple(
            column
            for name, output in self.artifact.outputs.items()
            for column in (
                _named("prediction", name),
                *(f"{_named('prediction', name)}_{end}" for end in _ends(output)),
                *(
                    f"{_named('proba', name)}_{label}"
                    for label in output.encoder.classes or ()
                    if with_probabilities
                ),
            )
        )

    def predict(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Predicts a frame of any length.

        Args:
            frame: rows with the columns the model was trained on; others are ignored.

        Returns:
            `output_columns`, one row for each row given. A row that cannot be scored,
            because a feature that drops rows has no value, has nulls.

        Raises:
            DataError: a column is missing, or holds e.g. no numbers where numbers were learnt.
        """
        frame = self.checked(frame)
        n_at_once = min(self.batch_rows, _power_of_two(len(frame)))
        blocks = [
            self.in_words(self.run(self.prepare(part), n_at_once))
            for part in frame.iter_slices(self.block_rows)
        ]
        if not blocks:
            return self.no_rows
        return pl.concat(blocks)

    @property
    def no_rows(self) -> pl.DataFrame:
        """What `predict` gives for no rows: the columns and their types."""
        return self.in_words(RawBlock(self._raw_of_no_rows(), None, 0))

    @cached_property
    def batch_rows(self) -> int:
        """How many rows the network sees at once."""
        return self._network.batch_rows()

    @cached_property
    def block_rows(self) -> int:
        """How many rows to prepare at once: bounded in bytes, whole batches where it can be."""
        pipeline = self.artifact.pipeline
        row_bytes = sum(one.row_bytes for one in pipeline.encodings.values())
        rows = min(_MOST_BLOCK_ROWS, max(1, _BLOCK_BYTES // max(1, row_bytes)))
        if pipeline.steps:
            rows = min(rows, pipeline.block_rows)
        return max(1, rows // self.batch_rows * self.batch_rows or rows)

    def prepare(
        self, frame: pl.DataFrame, coded: Mapping[str, CodedColumn] = NO_CODED_COLUMNS
    ) -> PreparedBlock:
        """The first half of a prediction: no network yet; threads may prepare at once.

        Args:
            frame: rows with the columns the model was trained on.
            coded: columns that are `codable`, in place of those of the frame.

        Raises:
            DataError: a column holds e.g. no numbers where numbers were learnt.
        """
        pipeline = self.artifact.pipeline
        for feature in pipeline.features:
            if feature.column not in coded:
                # A series named like a pattern, `^a$`, breaks most of its methods in Polars.
                feature.handling.check_values(feature.column, frame[feature.column].alias(""))
        faults = pipeline.faults(frame)
        n_rows = len(frame) if frame.width else len(next(iter(coded.values())).codes)
        if faults is None or faults.null_count() == n_rows:
            inputs = pipeline.encode(frame, coded=coded, n_rows=n_rows)
            return PreparedBlock(inputs, None, n_rows)
        sound = faults.is_null()
        if not sound.any():
            return PreparedBlock(None, faults, n_rows)
        mask = sound.to_numpy()
        chosen = {name: column.only(mask) for name, column in coded.items()}
        return PreparedBlock(
            pipeline.encode(frame.filter(sound), coded=chosen, n_rows=int(mask.sum())),
            faults,
            n_rows,
        )

    def run(self, block: PreparedBlock, n_at_once: int | None = None) -> RawBlock:
        """The second half: the network's raw outputs by name, for the rows that can be scored.

        Args:
            block: from `prepare`.
            n_at_once: rows that the network sees at once; `batch_rows` where absent.
        """
        if block.inputs is None:
            return RawBlock(self._raw_of_no_rows(), block.faults, block.n_rows)
        raw = self._network(block.inputs, n_at_once or self.batch_rows)
        return RawBlock(self.artifact.layout.by_name(raw), block.faults, block.n_rows)

    def scores(self, block: RawBlock) -> Scores:
        """What measures are taken of, for the rows of a block from `run` that can be scored."""
        return Scores(block.outputs)

    def faults(self, frame: pl.DataFrame) -> pl.Series | None:
        """Why each row cannot be scored, null for one that can; `None` where all can."""
        return self.artifact.pipeline.faults(self.checked(frame))

    def in_words(
        self,
        block: RawBlock,
        *,
        threshold: float | None = None,
        with_probabilities: bool = True,
    ) -> pl.DataFrame:
        """The raw outputs in the user's terms, in the order of the design.

        Args:
            block: from `run`.
            threshold: of binary outputs, in place of the model's own.
            with_probabilities: whether to add those of the classes.

        Returns:
            A row for each row of the block, with nulls where it cannot be scored.
        """
        frame = pl.DataFrame(
            [
                series
                for name, output in self.artifact.outputs.items()
                for series in output_in_words(
                    name,
                    output.with_threshold(threshold),
                    block.outputs[name],
                    with_probabilities=with_probabilities,
                )
            ]
        )
        if block.faults is None:
            return frame
        sound = block.faults.is_null()
        places = pl.select(pl.when(sound).then(sound.cast(pl.UInt32).cum_sum() - 1)).to_series()
        return pl.DataFrame([series.gather(places) for series in frame.get_columns()])

    def warm(self, n_rows: int) -> None:
        """Runs the network once on so many rows of zeros, for backends that compile it first."""
        inputs = {
            name: {
                field: np.zeros((n_rows, *shape), dtype)
                for field, (dtype, shape) in encoding.fields.items()
            }
            for name, encoding in self.artifact.pipeline.encodings.items()
        }
        self._network(inputs, n_rows)

    def _raw_of_no_rows(self) -> dict[str, NDArray[Any]]:
        outputs = self.artifact.outputs
        widths = {name: len(one.encoder.classes or (0,)) for name, one in outputs.items()}
        return {name: np.empty((0, width), np.float32) for name, width in widths.items()}

    @property
    def unreadable_images(self) -> list[dict[str, str]]:
        """The images that could not be read so far: `column`, `value` and `reason` of each."""
        return [
            {"column": handling.column, "value": value, "reason": reason}
            for handling in self.artifact.pipeline.fitted
            if isinstance(handling, FittedImage)
            for value, reason in handling.unreadable.items()
        ]

    def checked(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The columns of a frame that the model learnt from.

        Raises:
            DataError: as `predict`.
        """
        return columns_of(frame, self.table_columns)


def _power_of_two(n_rows: int) -> int:
    """The smallest power of two that is not less: few different shapes for many lengths."""
    return 1 << max(0, n_rows - 1).bit_length()


def _named(column: str, output: str) -> str:
    return f"{column}_{output}" if output else column


def _ends(output: ModelOutput) -> tuple[str, ...]:
    return () if output.interval is None else ("lower", "upper")


def output_in_words(
    name: str, output: ModelOutput, raw: NDArray[np.float32], *, with_probabilities: bool = True
) -> list[pl.Series]:
    """The raw values of one output in the user's terms.

    Args:
        name: of the output; `""` for the only one.
        output: what it predicts.
        raw: what the network gave, shape `(n_rows, units)`.
        with_probabilities: whether those of the classes are given as well.

    Returns:
        The output's columns, as `Predictor.output_columns` names them.
    """
    title = _named("prediction", name)
    probabilities = output.corrected(raw).astype(np.float64)
    if output.prediction_type is PredictionType.REGRESSION:
        values = probabilities[:, 0]
        bounds = () if output.interval is None else output.interval.bounds(values)
        ends = zip(_ends(output), bounds, strict=True)
        return [
            pl.Series(title, values),
            *(pl.Series(f"{title}_{end}", bound) for end, bound in ends),
        ]
    prediction = output.encoder.decode(output.predicted_codes(raw)).alias(title)
    if not with_probabilities:
        return [prediction]
    if output.prediction_type is PredictionType.BINARY:
        positive = probabilities[:, -1]
        probabilities = np.column_stack([1.0 - positive, positive])
    classes = output.encoder.classes or ()
    return [
        prediction,
        *(
            pl.Series(f"{_named('proba', name)}_{label}", probabilities[:, code])
            for code, label in enumerate(classes)
        ),
    ]

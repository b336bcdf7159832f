"""Predictions of a trained model for new rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from hornbook.atomic import partial_path
from hornbook.data import Table
from hornbook.errors import DataError
from hornbook.features.images import FittedImage
from hornbook.metrics import PredictionType
from hornbook.training.artifact import ModelArtifact, ModelOutput
from hornbook.training.loading import load_trained_network
from hornbook.training.prediction import predict_inputs
from hornbook.training.trust import TrustedModels

__all__ = ["Predictor", "output_in_words", "predict_file", "predict_frame"]

_BLOCK_ROWS = 8192
_BLOCK_BYTES = 64 * 2**20


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

    @property
    def output_columns(self) -> tuple[str, ...]:
        """`prediction`, then `proba_<class>` for each class or label.

        A regression with prediction intervals has `prediction_lower` and `prediction_upper`.
        Of a named output they are `prediction_<output>`, `proba_<output>_<class>` and
        `prediction_<output>_lower`.
        """
        return tuple(
            column
            for name, output in self.artifact.outputs.items()
            for column in (
                _named("prediction", name),
                *(f"{_named('prediction', name)}_{end}" for end in _ends(output)),
                *(f"{_named('proba', name)}_{label}" for label in output.encoder.classes or ()),
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
        blocks = [
            self._predict_block(frame.slice(start, _BLOCK_ROWS), min(_BLOCK_ROWS, len(frame)))
            for start in range(0, len(frame), _BLOCK_ROWS)
        ]
        if not blocks:
            outputs = self.artifact.outputs
            widths = {name: len(one.encoder.classes or (0,)) for name, one in outputs.items()}
            return self._outputs({name: np.empty((0, width)) for name, width in widths.items()})
        return pl.concat(blocks)

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
        columns = self.artifact.pipeline.columns
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise DataError(
                f"The rows lack the columns {', '.join(map(repr, missing))}; they have "
                f"{', '.join(map(repr, frame.columns[:20]))}.",
                fix="Bring all columns the model was trained on.",
            )
        for feature in self.artifact.pipeline.features:
            # A series named like a pattern, `^a$`, breaks most of its methods in Polars.
            feature.handling.check_values(feature.column, frame[feature.column].alias(""))
        # Column by column: `select` reads names such as `^a$` as patterns.
        return pl.DataFrame([frame[column] for column in dict.fromkeys(columns)])

    def _predict_block(self, frame: pl.DataFrame, batch_size: int) -> pl.DataFrame:
        unscored = self.artifact.pipeline.unscorable_rows(frame)
        raw = predict_inputs(self.keras_model, self.artifact.pipeline.transform(frame), batch_size)
        outputs = self._outputs(self.artifact.layout.by_name(raw))
        if unscored is None:
            return outputs
        return outputs.select(
            pl.when(~pl.lit(pl.Series(unscored))).then(pl.col(name)).alias(name)
            for name in outputs.columns
        )

    def _outputs(self, raw: Mapping[str, NDArray[Any]]) -> pl.DataFrame:
        """The raw outputs by name in the user's terms, in the order of the design."""
        return pl.DataFrame(
            [
                series
                for name, output in self.artifact.outputs.items()
                for series in output_in_words(name, output, raw[name])
            ]
        )


def _named(column: str, output: str) -> str:
    return f"{column}_{output}" if output else column


def _ends(output: ModelOutput) -> tuple[str, ...]:
    return () if output.interval is None else ("lower", "upper")


def output_in_words(name: str, output: ModelOutput, raw: NDArray[np.float32]) -> list[pl.Series]:
    """The raw values of one output in the user's terms.

    Args:
        name: of the output; `""` for the only one.
        output: what it predicts.
        raw: what the network gave, shape `(n_rows, units)`.

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
    if output.prediction_type is PredictionType.BINARY:
        positive = probabilities[:, -1]
        probabilities = np.column_stack([1.0 - positive, positive])
    classes = output.encoder.classes or ()
    return [
        output.encoder.decode(output.predicted_codes(raw)).alias(title),
        *(
            pl.Series(f"{_named('proba', name)}_{label}", probabilities[:, code])
            for code, label in enumerate(classes)
        ),
    ]


def predict_file(
    predictor: Predictor,
    table: Table,
    output: Path,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Predicts a table block by block and writes it with the predictions beside its columns.

    Args:
        predictor: the model.
        table: the rows.
        output: a `.csv` or `.parquet` file, complete or not there at all.
        progress: called with the rows done and the rows in all.

    Returns:
        The number of rows that could not be scored.

    Raises:
        DataError: the ending is neither, or an input column has the name of an output.
    """
    if output.suffix.lower() not in (".csv", ".parquet"):
        raise DataError(
            f"Cannot write '{output.name}': the ending says neither CSV nor Parquet.",
            fix="Name the output something.csv or something.parquet.",
        )
    if not output.resolve().parent.is_dir():
        raise DataError(f"There is no folder '{output.parent}' to write the predictions in.")
    clashes = set(table.column_names) & set(predictor.output_columns)
    if clashes:
        raise DataError(
            f"The input has columns {sorted(clashes)}, which the predictions would overwrite.",
            fix="Rename them in the input.",
        )
    partial = partial_path(output.resolve())
    unscored = done = 0
    writer: Any = None
    try:
        n_rows = min(_BLOCK_ROWS, table.rows_within(_BLOCK_BYTES, table.column_names))
        for frame in table.slices(table.column_names, n_rows):
            outputs = predictor.predict(frame)
            unscored += outputs.to_series(0).null_count()
            block = frame.hstack(outputs.get_columns()).to_arrow()
            if writer is None:
                writer = _open_writer(output.suffix.lower(), partial, block.schema)
            writer.write_table(block)
            done += len(frame)
            if progress is not None:
                progress(done, table.n_rows)
        writer.close()
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return unscored


def _open_writer(ending: str, path: Path, schema: pa.Schema) -> Any:
    if ending == ".parquet":
        return pyarrow.parquet.ParquetWriter(path, schema)
    return pyarrow.csv.CSVWriter(path, schema)


def predict_frame(predictor: Predictor, frame: pd.DataFrame) -> pd.DataFrame:
    """`Predictor.predict` for a pandas frame; the index is kept."""
    columns = [name for name in predictor.artifact.pipeline.columns if name in frame.columns]
    try:
        rows = pl.from_pandas(frame[columns])
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"The frame cannot be read as a table: {error}",
            fix="Give every column one name of its own and values of one type.",
        ) from error
    predicted = predictor.predict(rows).to_pandas()
    predicted.index = frame.index
    return predicted

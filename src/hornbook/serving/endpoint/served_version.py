"""One version of a saved model, loaded, warm and ready to answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hornbook.errors import HornbookError, UntrustedModelError
from hornbook.features import FeatureType
from hornbook.features.image_loading import (
    UnknownImageError,
    UnreadableImageError,
    decode_image,
)
from hornbook.features.images import FittedImage
from hornbook.features.vector_unfold import FittedVectorUnfold
from hornbook.registry import VersionRecord
from hornbook.serving.endpoint.batcher import Batcher
from hornbook.serving.endpoint.predictions import (
    OutputColumns,
    Predictions,
    output_columns,
)
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.row_reader import RowReader, Rows
from hornbook.serving.endpoint.row_values import Cells, frame_of, shown
from hornbook.serving.open import open_predictor
from hornbook.serving.row_predictor import RowPredictor

__all__ = ["BatchSettings", "LoadedVersion", "ServedVersion", "load_version"]


_EXAMPLES = {
    FeatureType.NUMERICAL: 0.0,
    FeatureType.CATEGORICAL: "a",
    FeatureType.TEXT: "a",
    FeatureType.DATE: "2024-01-01",
}


@dataclass(frozen=True)
class BatchSettings:
    """How rows are gathered.

    Attributes:
        limit: the rows of a batch, a power of two.
        queue_rows: how many rows may wait.
        window_seconds: the longest wait for company, under load.
    """

    limit: int = 64
    queue_rows: int = 1024
    window_seconds: float = 0.001


class LoadedVersion:
    """The model of a version, with all that is known of its rows and answers.

    Made in any thread; `predict` is called by one thread at a time.

    Args:
        record: the version.
        predictor: its model.
        limit: the rows of a batch.
        strict: whether columns that the model does not know are refused.
    """

    def __init__(
        self, record: VersionRecord, predictor: RowPredictor, *, limit: int, strict: bool
    ) -> None:
        self.record = record
        self.predictor = predictor
        self._partitions = predictor.partitions
        self.reader = RowReader(
            predictor.artifact.pipeline.features,
            strict=strict,
            partitioned_by=None if self._partitions is None else self._partitions[0],
        )
        self.outputs: tuple[OutputColumns, ...] = output_columns(predictor.artifact.outputs)
        self.has_images = any(
            reader.feature_type is FeatureType.IMAGE for reader in self.reader.columns
        )
        self.vector_lengths = {
            feature.column: len(fitted.outputs)
            for feature, fitted in self._features()
            if isinstance(fitted, FittedVectorUnfold)
        }
        self._limit = limit

    def warm(self) -> None:
        """Predicts one batch of each shape, so that no request waits for the compiler.

        Raises:
            UntrustedModelError: a row is prepared by code that may not be run here.
        """
        n_rows = 1
        while n_rows <= self._limit:
            self.predictor.warm(n_rows)
            n_rows *= 2
        partitioned_by, submodels = self._partitions or ("", ())
        n_rows = 1 + len(submodels)
        cells: Cells = [
            [_EXAMPLES.get(reader.feature_type)] * n_rows for reader in self.reader.columns
        ]
        for reader, values in zip(self.reader.columns, cells, strict=True):
            if submodels and reader.column == partitioned_by:
                # A row for each submodel, since each has code of its own.
                values[1:] = [reader.read(value) for value in submodels]
        try:
            self.predictor.predict(frame_of(self.reader.columns, cells))
        except UntrustedModelError:
            raise
        except HornbookError:
            # An example that this model refuses: it wants an image, or dislikes the text.
            return

    def predict(self, cells: Cells, n_rows: int) -> Predictions:
        """Predicts at most as many rows as a batch has.

        Raises:
            RefusedError: the model cannot read a value.
        """
        del n_rows  # The frame has as many.
        frame = frame_of(self.reader.columns, cells)
        try:
            predicted = self.predictor.predict(frame)
        except HornbookError as error:
            raise RefusedError(422, error.message, fix=error.fix) from error
        prediction = self.outputs[0].prediction
        if not predicted.to_series(prediction).null_count():
            return Predictions.of_frame(predicted, {})
        return Predictions.of_frame(predicted, self._reasons(frame))

    def refuse_broken_images(self, rows: Rows) -> None:
        """Refuses rows with an image that cannot be read, unless the model leaves such rows out.

        It decodes them; call it in a thread.

        Raises:
            RefusedError: names the first such row.
        """
        for feature, fitted in self._features():
            if not isinstance(fitted, FittedImage) or fitted.missing == "drop_rows":
                continue
            column = next(
                at
                for at, reader in enumerate(self.reader.columns)
                if reader.column == feature.column
            )
            for number, value in enumerate(rows.cells[column]):
                reason = None if value is None else _why_broken(fitted, value)
                if reason is not None:
                    raise RefusedError(
                        422,
                        f"Row {number}: column '{feature.column}' holds no image that can be "
                        f"read: {reason}",
                        fix="Send the bytes of a whole JPEG, PNG, GIF, WebP, BMP or TIFF file in "
                        "Base64.",
                        row=number,
                        column=feature.column,
                        received=shown(value.removeprefix("data:;base64,")),
                        expected="an image in Base64",
                    )

    def _reasons(self, frame: pl.DataFrame) -> dict[int, str]:
        """Why rows are left out, by row."""
        faults = self.predictor.faults(frame)
        reasons = [] if faults is None else faults.to_list()
        return {
            row: f"The model leaves this row out: {reason}."
            for row, reason in enumerate(reasons)
            if reason is not None
        }

    def _features(self) -> Iterator[tuple[Any, Any]]:
        pipeline = self.predictor.artifact.pipeline
        return zip(pipeline.features, pipeline.fitted, strict=True)


class ServedVersion:
    """A loaded version that takes requests; owned by the event loop.

    Args:
        name: of the saved model.
        loaded: the version.
        batches: how rows are gathered.
        on_batch: told the rows of a batch and its seconds, by another thread.
    """

    def __init__(
        self,
        name: str,
        loaded: LoadedVersion,
        batches: BatchSettings,
        on_batch: Callable[[int, float], None],
    ) -> None:
        self.name = name
        self.version_id = loaded.record.version_id
        self.loaded = loaded
        self._limit = batches.limit
        self._in_use = 0
        self._retired = False
        self._batcher = Batcher(
            loaded.predict,
            limit=batches.limit,
            queue_rows=batches.queue_rows,
            window_seconds=batches.window_seconds,
            on_batch=on_batch,
            name=f"predict {name} {self.version_id}",
        )

    @property
    def waiting_rows(self) -> int:
        """How many rows wait for the model."""
        return self._batcher.waiting_rows

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Inside, the version is not dropped, even if another one has taken over."""
        self._in_use += 1
        try:
            yield
        finally:
            self._in_use -= 1
            if self._retired and not self._in_use:
                self._batcher.close()

    def retire(self) -> None:
        """Drops the version once the requests that use it are answered."""
        self._retired = True
        if not self._in_use:
            self._batcher.close()

    async def predict(self, rows: Rows) -> Predictions:
        """Predicts the rows of a request, a batch at a time, so that others come in between.

        Raises:
            RefusedError: the queue is full, or the model refuses a row.
        """
        if self.loaded.has_images:
            await asyncio.to_thread(self.loaded.refuse_broken_images, rows)
        if rows.n_rows <= self._limit:
            return await self._batcher.predict(rows.cells, rows.n_rows)
        parts = []
        for start in range(0, rows.n_rows, self._limit):
            stop = min(start + self._limit, rows.n_rows)
            part = rows.part(start, stop)
            parts.append(await self._batcher.predict(part, stop - start, admitted=start > 0))
        return Predictions.joined(parts)


def load_version(
    record: VersionRecord, home: Path, batches: BatchSettings, *, strict: bool
) -> LoadedVersion:
    """Loads a version and warms it. It takes seconds; call it in a thread.

    Raises:
        HornbookError: it cannot be loaded, or its code is not trusted here.
    """
    predictor = open_predictor(record.folder, home)
    loaded = LoadedVersion(record, predictor, limit=batches.limit, strict=strict)
    loaded.warm()
    return loaded


def _why_broken(fitted: FittedImage, value: str) -> str | None:
    try:
        fitted.reader.check(value)
        decode_image(fitted.reader.files.read(value))
    except UnknownImageError:
        # The model's own function has read it in `check`, or nothing can.
        return _why_unreadable(fitted, value)
    except UnreadableImageError as error:
        return error.message
    return None


def _why_unreadable(fitted: FittedImage, value: str) -> str | None:
    try:
        fitted.reader.read(value)
    except UnreadableImageError as error:
        return error.message
    return None

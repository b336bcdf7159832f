"""What predicts rows, be it one network or one for each value of a column."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import polars as pl

from hornbook.data import CodedColumn
from hornbook.features.pipeline import NO_CODED_COLUMNS
from hornbook.serving.blocks import PreparedBlock, RawBlock, Scores
from hornbook.training.artifact import ModelArtifact, ModelOutput

__all__ = ["RowPredictor"]


class RowPredictor(Protocol):
    """A model that is loaded and ready to predict; `Predictor` says what each method does.

    It never changes; one thread uses it at a time, but for `prepare`.
    """

    @property
    def artifact(self) -> ModelArtifact:
        """The model on disk, of several the whole one: its features and its classes are theirs."""
        ...

    @property
    def model_folders(self) -> tuple[Path, ...]: ...

    @property
    def table_columns(self) -> tuple[str, ...]: ...

    @property
    def codable(self) -> frozenset[str]: ...

    @property
    def partitions(self) -> tuple[str, tuple[str, ...]] | None:
        """The column by whose values rows go to submodels, and these values, if there are such."""
        ...

    @property
    def scored_outputs(self) -> Mapping[str, ModelOutput]: ...

    @property
    def output_columns(self) -> tuple[str, ...]: ...

    def columns(self, *, with_probabilities: bool = True) -> tuple[str, ...]: ...

    def predict(self, frame: pl.DataFrame) -> pl.DataFrame: ...

    @property
    def batch_rows(self) -> int: ...

    @property
    def block_rows(self) -> int: ...

    def prepare(
        self, frame: pl.DataFrame, coded: Mapping[str, CodedColumn] = NO_CODED_COLUMNS
    ) -> PreparedBlock: ...

    def run(self, block: PreparedBlock, n_at_once: int | None = None) -> RawBlock: ...

    def scores(self, block: RawBlock) -> Scores: ...

    def faults(self, frame: pl.DataFrame) -> pl.Series | None: ...

    def in_words(
        self,
        block: RawBlock,
        *,
        threshold: float | None = None,
        with_probabilities: bool = True,
    ) -> pl.DataFrame: ...

    def warm(self, n_rows: int) -> None: ...

    @property
    def unreadable_images(self) -> list[dict[str, str]]: ...

"""Texts as sentence embeddings: the vector that a pretrained model in a folder makes of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.handling import (
    FitContext,
    FittedHandling,
    Fitting,
    OutputColumn,
    State,
    register_handling,
)
from hornbook.features.resources import Resources
from hornbook.features.sentence_model import fingerprint, open_sentence_model
from hornbook.features.texts import TextHandling, as_texts

__all__ = ["FittedTextEmbedding", "TextEmbedding"]

_TEXTS_AT_ONCE = 1024


@dataclass(frozen=True)
class FittedTextEmbedding(FittedHandling):
    """The vector of each text; zeros for a missing one.

    The model is opened when it is first needed, once in a process.

    Attributes:
        column: the column of the table.
        folder: where the model lies.
        fingerprint: of the model's files.
        dimension: the length of the vectors.
        normalize: whether each is divided by its Euclidean length.
    """

    column: str
    folder: Path
    fingerprint: str
    dimension: int
    normalize: bool

    @cached_property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return tuple(
            OutputColumn(f"{self.column}:embedding {index}", self.column)
            for index in range(self.dimension)
        )

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        texts = as_texts(series)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        present = np.flatnonzero((texts.str.strip_chars() != "").to_numpy())
        if not len(present):
            return vectors
        model = open_sentence_model(self.folder, self.fingerprint)
        for start in range(0, len(present), _TEXTS_AT_ONCE):
            rows = present[start : start + _TEXTS_AT_ONCE]
            vectors[rows] = model.embed(texts.gather(rows).to_list())
        if self.normalize:
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors /= np.where(lengths > 0, lengths, 1.0)
        return vectors

    def state(self) -> State:
        return State({"fingerprint": self.fingerprint, "dimension": self.dimension})


@register_handling
class TextEmbedding(TextHandling):
    """Sentence embedding by a model of sentence-transformers, which is not trained further.

    It needs the extra `sentence-embedding` and the model in a folder: nothing is downloaded.
    """

    name: ClassVar[str] = "embedding"
    fitted_class: ClassVar[type[FittedHandling]] = FittedTextEmbedding

    model: str = Field(
        min_length=1,
        description="the folder of the model: its absolute path, or the name of a managed folder",
    )
    normalize: bool = Field(False, description="divide each vector by its Euclidean length")

    def start_fit(self, column: str, context: FitContext) -> Fitting:
        folder = self.folder(context.resources)
        found = fingerprint(folder)
        dimension = open_sentence_model(folder, found).dimension
        return _Ready(FittedTextEmbedding(column, folder, found, dimension, self.normalize))

    def folder(self, resources: Resources) -> Path:
        """Where the model lies.

        Raises:
            HornbookError: there is no managed folder of that name.
        """
        path = Path(self.model)
        return path if path.is_absolute() else resources.folder(self.model)

    def restore(self, column: str, state: State, resources: Resources) -> FittedTextEmbedding:
        folder = self.folder(resources)
        return FittedTextEmbedding(column, folder, normalize=self.normalize, **state.values)


class _Ready:
    """The fit of what needs no rows to be fitted."""

    def __init__(self, fitted: FittedHandling) -> None:
        self._fitted = fitted

    def expressions(self) -> Mapping[str, pl.Expr]:
        return {}

    def add(self, block: Mapping[str, Any]) -> None:
        del block

    def finish(self) -> FittedHandling:
        return self._fitted

"""Texts in few dense columns: the hashing trick, then a truncated singular value decomposition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.handling import (
    ROW,
    FitContext,
    FittedHandling,
    Fitting,
    OutputColumn,
    State,
    column_expression,
    register_handling,
)
from hornbook.features.rescaling import nothing_to_fit
from hornbook.features.row_sample import row_hashes
from hornbook.features.sparse_rows import SparseRows
from hornbook.features.sparse_sample import SparseSample
from hornbook.features.term_hash import hashed_columns
from hornbook.features.text_terms import Terms, TextTermsHandling

__all__ = ["FittedTextSvd", "TextSvd"]

_MOST_VALUES = 8_000_000
"""Of the rows that the decomposition is fitted on: some 400 MB while they are sampled."""

_MOST_DENSE = 250_000
"""Numbers of a matrix that is decomposed as it is, sooner than by iterations."""


@dataclass(frozen=True, eq=False)
class FittedTextSvd(FittedHandling):
    """The hashed terms of a text, weighed and on a common length, in the space of the components.

    Attributes:
        column: the column of the table.
        terms: how texts are taken apart.
        weights: of the hashed columns, shape `(n_hashed,)`.
        known: the hashed columns that train rows have, ascending, shape `(n_known,)`.
        components: what each of these adds to each column, shape `(n_known, n_components)`.
    """

    column: str
    terms: Terms
    weights: NDArray[np.float32]
    known: NDArray[np.int64]
    components: NDArray[np.float32]

    @cached_property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return tuple(
            OutputColumn(f"{self.column}:svd {index + 1}", self.column)
            for index in range(self.components.shape[1])
        )

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        array = np.zeros((len(series), self.components.shape[1]), np.float32)
        n_hashed = len(self.weights)
        find_columns = partial(hashed_columns, n_columns=n_hashed)
        for start, counts in self.terms.count(series, n_hashed, find_columns):
            rows = counts.scaled(self.weights).normalized().taken(self.known)
            array[start : start + counts.shape[0]] = _as_csr(rows) @ self.components
        return array

    def state(self) -> State:
        arrays: dict[str, NDArray[Any]] = {
            "weights": self.weights,
            "known": self.known,
            "components": self.components,
        }
        return State({"terms": self.terms.to_json()}, arrays)

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        return cls(column, Terms.from_json(state.values["terms"]), **state.arrays)


@register_handling
class TextSvd(TextTermsHandling):
    """Hashing and truncated SVD, as scikit-learn's `HashingVectorizer` and `TruncatedSVD` do it.

    Also known as latent semantic analysis. The decomposition is that of a sample of the train
    rows, which a hash of the row's number chooses, so that it is the same however the rows
    come; it takes as many of `fit_rows` as have eight million terms together.
    """

    name: ClassVar[str] = "hash_svd"
    fitted_class: ClassVar[type[FittedHandling]] = FittedTextSvd

    n_components: int = Field(300, ge=1, le=2000, description="how many columns come out")
    n_hashed: int = Field(
        65_536, ge=2, le=2**20, description="how many columns the terms are hashed into before"
    )
    weigh_rare_terms: bool = Field(
        True, description="weigh a hashed column more the fewer rows have it, as TF/IDF does"
    )
    fit_rows: int = Field(
        20_000, ge=2, description="train rows, at most, that the components are computed on"
    )

    def start_fit(self, column: str, context: FitContext) -> Fitting:
        return _SvdFitting(self, column, context.seed)


class _SvdFitting:
    """Samples rows by the hash of their number, and decomposes their hashed terms."""

    def __init__(self, handling: TextSvd, column: str, seed: int) -> None:
        self._handling = handling
        self._terms = handling.terms
        self._column = column
        self._seed = seed
        self._sample = SparseSample(handling.fit_rows, _MOST_VALUES)

    def expressions(self) -> Mapping[str, pl.Expr]:
        return {
            "texts": column_expression(self._column).implode(),
            "rows": column_expression(ROW).implode(),
        }

    def add(self, block: Mapping[str, Any]) -> None:
        ranks = row_hashes(block["rows"].to_numpy(), self._seed)
        wanted = self._sample.wants(ranks)
        texts, ranks = block["texts"].filter(pl.Series(wanted)), ranks[wanted]
        n_hashed = self._handling.n_hashed
        find_columns = partial(hashed_columns, n_columns=n_hashed)
        for start, counts in self._terms.count(texts, n_hashed, find_columns):
            self._sample.add(ranks[start : start + counts.shape[0]], counts)

    def finish(self) -> FittedHandling:
        handling = self._handling
        counts = self._sample.finish(handling.n_hashed)
        known = np.unique(counts.columns)
        if not len(known):
            raise nothing_to_fit(self._column, "word")
        weights = np.ones(handling.n_hashed)
        if handling.weigh_rare_terms:
            rows_with = np.bincount(counts.columns, minlength=handling.n_hashed)
            weights += np.log((1 + counts.shape[0]) / (1 + rows_with))
        rows = counts.scaled(weights).normalized().taken(known)
        components = _components(rows, handling.n_components, self._seed)
        return FittedTextSvd(
            self._column,
            self._terms,
            weights.astype(np.float32),
            known,
            components.astype(np.float32),
        )


def _components(rows: SparseRows, n_components: int, seed: int) -> NDArray[np.float64]:
    """The right singular vectors of the largest singular values, largest first.

    The largest entry of each is positive, which settles its sign.

    Returns:
        Shape `(n_columns, n_found)`; fewer than asked for where the rows span no more.
    """
    n_rows, n_columns = rows.shape
    if n_rows * n_columns <= _MOST_DENSE or min(rows.shape) <= n_components + 1:
        _, sizes, vectors = np.linalg.svd(_as_csr(rows).toarray(), full_matrices=False)
    else:
        # Half a second to import, which only those pay who need it.
        from scipy.sparse.linalg import svds  # noqa: PLC0415

        start = np.random.default_rng(seed).uniform(-1.0, 1.0, min(rows.shape))
        _, sizes, vectors = svds(_as_csr(rows), k=n_components, v0=start)
    order = np.argsort(-sizes, kind="stable")[:n_components]
    found = order[sizes[order] > sizes.max() * max(rows.shape) * np.finfo(np.float64).eps]
    vectors = vectors[found]
    largest = np.abs(vectors).argmax(axis=1)
    signs = np.sign(vectors[np.arange(len(vectors)), largest])
    return np.ascontiguousarray((vectors * signs[:, np.newaxis]).T)


def _as_csr(rows: SparseRows) -> Any:
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    starts = np.searchsorted(rows.rows, np.arange(rows.shape[0] + 1))
    return csr_matrix((rows.values, rows.columns, starts), shape=rows.shape)

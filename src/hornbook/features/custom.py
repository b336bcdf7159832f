"""Columns preprocessed by a processor of the user's own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.errors import FeatureError
from hornbook.features.categorical import CategoryHandling
from hornbook.features.categories import spelled
from hornbook.features.code_file import CodeFile, code_file
from hornbook.features.dates import DateReading, as_moments
from hornbook.features.handling import (
    FeatureType,
    FitContext,
    FittedHandling,
    Fitting,
    Handling,
    OutputColumn,
    State,
    column_expression,
    register_handling,
)
from hornbook.features.numbers import NumberHandling, as_numbers
from hornbook.features.processor_output import OutputForm
from hornbook.features.resources import Resources
from hornbook.features.texts import TextHandling, as_texts
from hornbook.features.tokenizer import TokenizerProcessor
from hornbook.features.user_processor import PROCESSOR, UserProcessor, has_method
from hornbook.features.vectors import VectorHandling, as_vectors

__all__ = [
    "CategoricalCustom",
    "CustomHandling",
    "DateCustom",
    "FittedCustom",
    "NumericalCustom",
    "TextCustom",
    "VectorCustom",
]

_SAMPLE_ROWS = 16

# Users' code need not be made for threads; rows are prepared in several.
_ONE_AT_A_TIME = threading.RLock()


class CustomHandling(Handling):
    """Preprocess with a processor of your own.

    A file of the design defines `processor`, an object with `fit(series)`, which may be left
    out, and `transform(series)`. It gets a pandas series, and returns a DataFrame, an array with
    a row for each value, or a scipy csr matrix.
    """

    name: ClassVar[str] = "custom"
    code_defines: ClassVar[str] = PROCESSOR

    code: CodeFile = Field(
        "",
        description="the file in the design folder that defines processor; "
        "features/<column>.py when empty",
    )
    wants_matrix: bool = Field(
        False, description="hand over a DataFrame of one column instead of a series"
    )

    def series(self, values: pl.Series) -> pd.Series:
        """The values as the processor gets them, in a type that does not depend on the block."""
        raise NotImplementedError

    def code_file(self, column: str) -> str:
        return code_file(column, self.code)

    def start_fit(self, column: str, context: FitContext) -> Fitting:
        processor = UserProcessor(self, column, context.resources)
        is_tokenizer = type(processor.unfitted) is TokenizerProcessor
        if is_tokenizer and self.feature_type is FeatureType.TEXT and not self.wants_matrix:
            return _TokenizerFitting(processor, processor.unfitted)
        return _CustomFitting(processor)

    def restore(self, column: str, state: State, resources: Resources) -> FittedCustom:
        return FittedCustom(UserProcessor(self, column, resources), state)


class FittedCustom(FittedHandling):
    """A fitted processor of the user's own, one thread at a time.

    Until the first rows are transformed nothing of the user's is run, except where it is a
    plain `TokenizerProcessor`: that is restored from its words, and runs no code of the user's.
    """

    def __init__(self, processor: UserProcessor, state: State) -> None:
        self.column = processor.column
        self._user = processor
        self._state = state
        self._form = OutputForm.from_json(state.values["output"])

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return tuple(OutputColumn(f"{self.column}:{one}", self.column) for one in self._form.names)

    @property
    def shape(self) -> tuple[int, ...]:
        return self._form.shape

    @property
    def dtype(self) -> str:
        return self._form.dtype

    @property
    def vocabulary_size(self) -> int | None:
        return self._form.vocabulary_size

    def transform(self, series: pl.Series) -> NDArray[Any]:
        if not len(series):
            return np.empty((0, *self.shape), self.dtype)
        processor = self._processor
        if type(processor) is TokenizerProcessor:
            return processor.transform(self._user.handling.series(series))
        handled = self._user.handled_rows(series)
        if handled is not None and not handled.all():
            # Rows that are left out of everything must be no trouble to the processor.
            array = np.zeros((len(series), *self.shape), self.dtype)
            array[handled] = self.transform(series.filter(pl.Series(handled)))
            return array
        with _ONE_AT_A_TIME, self._user.told(processor):
            returned = self._user.call(processor, "transform", series)
            return self._form.array(returned, len(series))

    @property
    def tokenizer(self) -> TokenizerProcessor | None:
        """The processor, where it is a plain `TokenizerProcessor`; runs no code of the user's."""
        words = self._state.values.get("words")
        if words is None:
            return None
        return TokenizerProcessor(**self._state.values["arguments"]).with_words(words)

    @cached_property
    def _processor(self) -> Any:
        tokenizer = self.tokenizer
        if tokenizer is not None:
            return tokenizer
        with _ONE_AT_A_TIME:
            return self._user.made_of(self._state)

    def state(self) -> State:
        return self._state


class _CustomFitting:
    """Collects the whole column, which `fit` gets as one series: memory grows with its rows."""

    def __init__(self, processor: UserProcessor) -> None:
        self._user = processor
        self._blocks: list[pl.Series] = []
        # Every fit begins with the processor as the file defines it, and what cannot be kept is
        # found before anything is read.
        self._unfitted = processor.kept(processor.unfitted)

    def expressions(self) -> Mapping[str, pl.Expr]:
        return {"values": column_expression(self._user.column).implode()}

    def add(self, block: Mapping[str, Any]) -> None:
        self._blocks.append(block["values"])

    def finish(self) -> FittedCustom:
        column = pl.concat([block.alias("values") for block in self._blocks])
        self._blocks.clear()
        handled = self._user.handled_rows(column)
        if handled is not None:
            column = column.filter(pl.Series(handled))
        with _ONE_AT_A_TIME:
            return self._finish(column)

    def _finish(self, column: pl.Series) -> FittedCustom:
        user = self._user
        if not len(column):
            raise FeatureError(f"There are no train rows to fit column '{user.column}' on.")
        processor = user.again(self._unfitted)
        if has_method(processor, "fit"):
            user.call(processor, "fit", column)
        kept = user.kept(processor)
        # What is trained with is what will be loaded: anything lost on the way shows now.
        processor = user.again(kept)
        sample = column.head(_SAMPLE_ROWS)
        with user.told(processor):
            returned = user.call(processor, "transform", sample)
            form = OutputForm.of(
                returned, len(sample), processor, own_input=user.handling.has_own_input
            )
        return FittedCustom(user, State({"output": form.to_json(), **kept.values}, kept.arrays))


class _TokenizerFitting:
    """Counts words block by block: memory grows with the vocabulary, not with the rows."""

    def __init__(self, processor: UserProcessor, tokenizer: TokenizerProcessor) -> None:
        self._user = processor
        self._arguments = tokenizer.arguments
        self._blocks: list[Mapping[str, Any]] = []

    def expressions(self) -> Mapping[str, pl.Expr]:
        texts = column_expression(self._user.column).cast(pl.String, strict=False)
        return TokenizerProcessor(**self._arguments).statistics(texts)

    def add(self, block: Mapping[str, Any]) -> None:
        self._blocks.append(block)

    def finish(self) -> FittedCustom:
        tokenizer = TokenizerProcessor(**self._arguments).fit_counts(self._blocks)
        names = tuple(str(place) for place in range(tokenizer.max_len))
        own_input = self._user.handling.has_own_input
        form = OutputForm(
            (tokenizer.max_len,),
            "int32" if own_input else "float32",
            names,
            vocabulary_size=tokenizer.vocabulary_size if own_input else None,
        )
        words = list(tokenizer.word_index)
        values = {"output": form.to_json(), "arguments": self._arguments, "words": words}
        return FittedCustom(self._user, State(values))


@register_handling
class TextCustom(CustomHandling, TextHandling):
    """Texts by a processor of your own, into an input of their own, in any shape."""

    fitted_class: ClassVar[type[FittedHandling]] = FittedCustom
    has_own_input: ClassVar[bool] = True

    def series(self, values: pl.Series) -> pd.Series:
        return pd.Series(as_texts(values).to_list(), dtype=object)


class _WithMissing(CustomHandling):
    missing: Literal["keep", "drop_rows"] = Field(
        "keep", description="hand missing values over as they are, or leave the row out"
    )


@register_handling
class NumericalCustom(_WithMissing, NumberHandling):
    """Numbers by a processor of your own; missing values are NaN."""

    fitted_class: ClassVar[type[FittedHandling]] = FittedCustom

    def series(self, values: pl.Series) -> pd.Series:
        numbers = as_numbers(values)
        return pd.Series(np.where(np.isfinite(numbers), numbers, np.nan))


@register_handling
class CategoricalCustom(_WithMissing, CategoryHandling):
    """Categories by a processor of your own, as texts; missing values are `None`."""

    fitted_class: ClassVar[type[FittedHandling]] = FittedCustom

    def series(self, values: pl.Series) -> pd.Series:
        return pd.Series(spelled(values).to_list(), dtype=object)


@register_handling
class DateCustom(_WithMissing, DateReading):
    """Dates by a processor of your own, as moments in UTC; missing values are `NaT`."""

    fitted_class: ClassVar[type[FittedHandling]] = FittedCustom

    def series(self, values: pl.Series) -> pd.Series:
        return pd.Series(as_moments(values).cast(pl.Datetime("us")).to_numpy())


@register_handling
class VectorCustom(_WithMissing, VectorHandling):
    """Vectors by a processor of your own, as float64 arrays; missing values are `None`."""

    fitted_class: ClassVar[type[FittedHandling]] = FittedCustom

    def series(self, values: pl.Series) -> pd.Series:
        vectors = [
            None if vector is None else np.array(vector, np.float64)
            for vector in as_vectors(values).to_list()
        ]
        held = np.empty(len(vectors), object)
        for row, vector in enumerate(vectors):
            held[row] = vector
        return pd.Series(held)

"""Texts taken apart in operators of ONNX: words beside the row that each is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from hornbook.serving.exports.onnx_graph import Tensor

__all__ = ["Words", "kept", "sums_by_row"]


@dataclass(frozen=True)
class Words:
    """The words of all rows in one list, in their order.

    Attributes:
        words: texts, shape `(n_words,)`.
        rows: that each is of, ascending, int64 of shape `(n_words,)`.
        n_rows: how many rows there are, as `Tensor.length` gives it.
    """

    words: Tensor
    rows: Tensor
    n_rows: Tensor

    @classmethod
    def of(cls, texts: Tensor) -> Self:
        """Each text as one word, the empty ones too."""
        n_rows = texts.length()
        one, zero = (texts.graph.constant(number, "int64") for number in (1, 0))
        rows = texts.graph.op("Range", zero, n_rows.reshape(), one)
        return cls(texts, rows, n_rows)

    def split(self, separator: str) -> Words:
        """The words between the separators; empty ones are gone."""
        graph = self.words.graph
        pieces, _ = graph.ops(
            "StringSplit", self.words, dtypes=("string", "int64"), delimiter=separator
        )
        return self.of_table(pieces)

    def of_table(self, pieces: Tensor) -> Words:
        """The pieces of each word, shape `(n_words, most_pieces)`, filled with empty texts."""
        graph = self.words.graph
        places = (~pieces.equals("")).apply("NonZero", "int64")
        words = graph.op("GatherND", pieces, graph.op("Transpose", places))
        return Words(words, self.rows.gather(places.gather(0)), self.n_rows)

    def up_to(self, n_characters: int) -> Words:
        """The words that are not longer; at most 1,000."""
        graph = self.words.graph
        pattern = f"(?s).{{1,{n_characters}}}"
        return self.where(graph.op("RegexFullMatch", self.words, dtype="bool", pattern=pattern))

    def where(self, condition: Tensor) -> Words:
        """The words for which a condition of shape `(n_words,)` holds."""
        words, rows = kept(condition, self.words, self.rows)
        return Words(words, rows, self.n_rows)


def kept(condition: Tensor, *tensors: Tensor) -> list[Tensor]:
    """The entries of one-dimensional tensors where a condition holds."""
    places = condition.apply("NonZero", "int64").reshape(-1)
    return [tensor.gather(places) for tensor in tensors]


def sums_by_row(n_rows: Tensor, rows: Tensor, values: Tensor) -> Tensor:
    """The sum of the values of each row, shape `(n_rows,)`."""
    graph = rows.graph
    zeros = graph.op("Expand", graph.constant(0, values.dtype), n_rows)
    return graph.op("ScatterElements", zeros, rows, values, axis=0, reduction="add")

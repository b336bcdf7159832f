"""What the cells of a text column could be, weighed over all rows before a type is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from hornbook.data.cells import DECIMAL_COMMA, CellParser, parse_floats, parse_vectors
from hornbook.data.dates import DATE_FORMATS, DateFormat, count_dates, looks_dated
from hornbook.data.missing import MISSING_WORDS, PLACEHOLDERS, is_missing
from hornbook.data.schema import Meaning, Storage

__all__ = ["Evidence", "weigh"]

_SHARE_FOR_TYPE = 0.9
_LONGEST_TYPED_CELL = 64
_CODE = r"^[+-]?0\d+$"
_DIGITS = r"^[+-]?\d+$"
_COUNTED = (
    "n_values",
    "n_placeholders",
    "n_numbers",
    "n_integers",
    "n_codes",
    "n_oversized",
    "n_booleans",
)


@dataclass
class Evidence:
    """Counts of what the cells of one column parse as.

    Owned by one reader; not shared between threads.

    Args:
        decimal_comma: whether `0,5` may be a half, as in files separated by semicolons.

    Example:
        >>> evidence = Evidence()
        >>> weigh(pl.DataFrame({"a": ["1", "2.5", "?", "NA"]}), [evidence])
        >>> evidence.choose(None, None).storage
        <Storage.FLOAT: 'float'>
    """

    decimal_comma: bool = False
    n_values: int = 0
    n_placeholders: int = 0
    n_numbers: int = 0
    n_integers: int = 0
    n_with_comma: int = 0
    n_codes: int = 0
    n_oversized: int = 0
    n_booleans: int = 0
    n_vectors: int = 0
    n_days: Counter[DateFormat] = field(default_factory=Counter)
    n_moments: Counter[DateFormat] = field(default_factory=Counter)
    _usual_date_format: str | None = field(default=None, init=False)

    def choose(
        self, storage: Storage | None, meaning: Meaning | None, date_format: str | None = None
    ) -> CellParser:
        """The parser for the column.

        Args:
            storage: the declared storage, if any.
            meaning: the declared meaning, if any, which can leave the storage open.
            date_format: the name of the usual one, taken where no other reads more dates.
        """
        self._usual_date_format = date_format
        if meaning is Meaning.NUMERIC and storage is None:
            return self._number()
        if meaning is Meaning.DATE and storage is None:
            return self._date()
        if storage is Storage.FLOAT:
            return CellParser(Storage.FLOAT, decimal_comma=self.n_with_comma > 0)
        if storage in (Storage.DATE, Storage.DATETIME):
            return CellParser(storage, self._date_format())
        if storage is not None:
            return CellParser(storage)
        return self._guess()

    @property
    def ambiguous_days(self) -> bool:
        """Whether day and month could be swapped in every date of the column."""
        best = sorted(self.n_moments.values(), reverse=True)
        return len(best) > 1 and best[0] == best[1] and "first" in self._date_format().name

    def _guess(self) -> CellParser:
        needed = _SHARE_FOR_TYPE * (self.n_values - self.n_placeholders)
        if needed <= 0:
            return CellParser(Storage.STRING)
        if self.n_booleans >= needed:
            return CellParser(Storage.BOOLEAN)
        if self.n_numbers >= needed:
            digits_only = self.n_numbers == self.n_integers + self.n_oversized
            loses_digits = self.n_codes or (self.n_oversized and digits_only)
            return CellParser(Storage.STRING) if loses_digits else self._number()
        if self.n_vectors >= needed:
            return CellParser(Storage.VECTOR)
        if max(self.n_moments.values(), default=0) >= needed:
            return self._date()
        return CellParser(Storage.STRING)

    def _number(self) -> CellParser:
        if self.n_numbers == self.n_integers:
            return CellParser(Storage.INTEGER)
        return CellParser(Storage.FLOAT, decimal_comma=self.n_with_comma > 0)

    def _date(self) -> CellParser:
        form = self._date_format()
        with_time = self.n_moments[form] > self.n_days[form]
        return CellParser(Storage.DATETIME if with_time else Storage.DATE, form)

    def _date_format(self) -> DateFormat:
        usual = self._usual_date_format
        return max(DATE_FORMATS, key=lambda form: (self.n_moments[form], form.name == usual))

    def _add(self, counts: dict[str, int], cells: pl.Series, *, typed: bool) -> None:
        """Adds the counts of a block, and looks closer at cells that begin like dates or lists."""
        for name, count in counts.items():
            if name in _COUNTED and (typed or name in ("n_values", "n_placeholders")):
                setattr(self, name, getattr(self, name) + count)
        if typed and self.decimal_comma:
            self.n_with_comma += counts["n_commas"]
            self.n_numbers += counts["n_commas"]
        if typed and counts["n_listed"]:
            vectors = cells.to_frame("cell").select(parse_vectors(pl.col("cell")).count())
            self.n_vectors += vectors.item()
        if counts["n_dated"]:
            for form, (days, moments) in count_dates(cells).items():
                self.n_days[form] += days
                self.n_moments[form] += moments


def weigh(cells: pl.DataFrame, evidence: Sequence[Evidence], *, typed: bool = True) -> None:
    """Adds a block of cells to what is known about their columns, all columns in one query.

    Args:
        cells: text, null where a cell is absent; one column for each evidence.
        evidence: of the columns, in order.
        typed: whether text may stand for a number, as in a delimited file; in JSON a text that
            looks like a number is still a text.
    """
    if not cells.width:
        return
    names = cells.columns
    stripped = cells.select(pl.all().str.strip_chars())
    present = stripped.select(
        pl.when(~is_missing(pl.col(name), MISSING_WORDS)).then(pl.col(name)).alias(name)
        for name in names
    )
    numbers = present.select(
        *(parse_floats(pl.col(name)).is_not_null().alias(f"{name} number") for name in names),
        *(
            pl.col(name).cast(pl.Int64, strict=False).is_not_null().alias(f"{name} integer")
            for name in names
        ),
    )
    known = present.hstack(numbers)
    counts = known.select(
        count.alias(f"{name} {kind}") for name in names for kind, count in _counts(name).items()
    ).row(0)
    kinds = list(_counts(names[0]))
    for i, (name, weighed) in enumerate(zip(names, evidence, strict=True)):
        found = counts[i * len(kinds) : (i + 1) * len(kinds)]
        weighed._add(dict(zip(kinds, found, strict=True)), present[name], typed=typed)


@cache
def _counts(name: str) -> dict[str, pl.Expr]:
    """What is counted in one column."""
    cell, number, integer = pl.col(name), pl.col(f"{name} number"), pl.col(f"{name} integer")
    words = ~number & (cell.str.len_bytes() <= _LONGEST_TYPED_CELL)
    return {
        "n_values": cell.count(),
        "n_placeholders": cell.is_in(list(PLACEHOLDERS)).sum(),
        "n_numbers": number.sum(),
        "n_integers": (number & integer).sum(),
        "n_codes": (integer & cell.str.contains(_CODE)).sum(),
        "n_oversized": (number & ~integer & cell.str.contains(_DIGITS)).sum(),
        "n_booleans": cell.str.to_lowercase().is_in(["true", "false"]).sum(),
        "n_commas": (words & cell.str.contains(DECIMAL_COMMA)).sum(),
        "n_dated": (words & looks_dated(cell)).sum(),
        "n_listed": cell.str.starts_with("[").sum(),
    }

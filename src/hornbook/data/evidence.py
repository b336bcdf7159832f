"""What the cells of a text column could be, weighed over all rows before a type is chosen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from hornbook.data.cells import CellParser, parse_booleans, parse_floats, parse_vectors
from hornbook.data.dates import DATE_FORMATS, DateFormat, count_dates
from hornbook.data.missing import MISSING_WORDS, PLACEHOLDERS, is_missing
from hornbook.data.schema import Meaning, Storage

__all__ = ["Evidence"]

_SHARE_FOR_TYPE = 0.9
_LONGEST_TYPED_CELL = 64
_CODE = r"^[+-]?0\d+$"
_DIGITS = r"^[+-]?\d+$"


@dataclass
class Evidence:
    """Counts of what the cells of one column parse as.

    Owned by one reader; not shared between threads.

    Args:
        decimal_comma: whether `0,5` may be a half, as in files separated by semicolons.

    Example:
        >>> evidence = Evidence()
        >>> evidence.add(pl.Series(["1", "2.5", "?", "NA"]))
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

    def add(self, cells: pl.Series, *, typed: bool = True) -> None:
        """Weighs more cells of the column.

        Args:
            cells: text, null where a cell is absent.
            typed: whether text may stand for a number, as in a delimited file; in JSON a text
                that looks like a number is still a text.
        """
        tally = cells.drop_nulls().str.strip_chars().alias("cell").value_counts(name="n")
        tally = tally.filter(~is_missing(tally["cell"], MISSING_WORDS))
        self.n_values += int(tally["n"].sum())
        placeholders = tally["cell"].is_in(list(PLACEHOLDERS))
        self.n_placeholders += int(tally["n"].filter(placeholders).sum())
        if typed:
            self._add_vectors(tally)
        tally = tally.filter(tally["cell"].str.len_bytes() <= _LONGEST_TYPED_CELL)
        if typed:
            tally = self._add_numbers(tally)
            booleans = parse_booleans(tally["cell"]).is_not_null()
            self.n_booleans += int(tally["n"].filter(booleans).sum())
        for form, (days, moments) in count_dates(tally["cell"], tally["n"]).items():
            self.n_days[form] += days
            self.n_moments[form] += moments

    def choose(self, storage: Storage | None, meaning: Meaning | None) -> CellParser:
        """The parser for the column.

        Args:
            storage: the declared storage, if any.
            meaning: the declared meaning, if any, which can leave the storage open.
        """
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
        return max(DATE_FORMATS, key=lambda form: self.n_moments[form])

    def _add_vectors(self, tally: pl.DataFrame) -> None:
        listed = tally.filter(tally["cell"].str.starts_with("["))
        if len(listed):
            vectors = parse_vectors(listed["cell"]).is_not_null()
            self.n_vectors += int(listed["n"].filter(vectors).sum())

    def _add_numbers(self, tally: pl.DataFrame) -> pl.DataFrame:
        """Counts the numbers and gives back the rest."""
        plain = parse_floats(tally["cell"]).is_not_null()
        numbers = tally.filter(plain)
        if len(numbers):
            cell, n = numbers["cell"], numbers["n"]
            integers = cell.cast(pl.Int64, strict=False).is_not_null()
            self.n_numbers += int(n.sum())
            self.n_integers += int(n.filter(integers).sum())
            self.n_codes += int(n.filter(cell.str.contains(_CODE)).sum())
            if not integers.all():
                oversized = ~integers & cell.str.contains(_DIGITS)
                self.n_oversized += int(n.filter(oversized).sum())
        rest = tally.filter(~plain)
        if self.decimal_comma and len(rest):
            halves = parse_floats(rest["cell"], decimal_comma=True).is_not_null()
            self.n_numbers += int(rest["n"].filter(halves).sum())
            self.n_with_comma += int(rest["n"].filter(halves).sum())
            rest = rest.filter(~halves)
        return rest

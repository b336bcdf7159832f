"""Dates in text: ISO 8601 first, then the ways that spreadsheets and people write them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

__all__ = ["DATE_FORMATS", "DateFormat", "count_dates", "looks_dated", "parse_dates"]


@dataclass(frozen=True)
class DateFormat:
    """One way to write a day.

    Attributes:
        name: as told to the user.
        pattern: a regular expression of the whole day, to refuse two-digit years.
        code: the same for `strptime`.
    """

    name: str
    pattern: str
    code: str


DATE_FORMATS = (
    DateFormat("2024-12-31", r"^\d{4}-\d{1,2}-\d{1,2}$", "%Y-%m-%d"),
    DateFormat("2024/12/31", r"^\d{4}/\d{1,2}/\d{1,2}$", "%Y/%m/%d"),
    DateFormat("31.12.2024", r"^\d{1,2}\.\d{1,2}\.\d{4}$", "%d.%m.%Y"),
    DateFormat("12/31/2024 (month first)", r"^\d{1,2}/\d{1,2}/\d{4}$", "%m/%d/%Y"),
    DateFormat("31/12/2024 (day first)", r"^\d{1,2}/\d{1,2}/\d{4}$", "%d/%m/%Y"),
    DateFormat("12-31-2024 (month first)", r"^\d{1,2}-\d{1,2}-\d{4}$", "%m-%d-%Y"),
    DateFormat("31-12-2024 (day first)", r"^\d{1,2}-\d{1,2}-\d{4}$", "%d-%m-%Y"),
    DateFormat("31-Dec-2024", r"^\d{1,2}-[A-Za-z]{3}-\d{4}$", "%d-%b-%Y"),
    DateFormat("31 Dec 2024", r"^\d{1,2} [A-Za-z]{3} \d{4}$", "%d %b %Y"),
    DateFormat("31 December 2024", r"^\d{1,2} [A-Za-z]{3,9} \d{4}$", "%d %B %Y"),
    DateFormat("Dec 31, 2024", r"^[A-Za-z]{3} \d{1,2}, \d{4}$", "%b %d, %Y"),
    DateFormat("December 31, 2024", r"^[A-Za-z]{3,9} \d{1,2}, \d{4}$", "%B %d, %Y"),
)

_DATED = (
    r"^(\d{4}[-/]\d|\d{1,2}[-./]\d{1,2}[-./]\d{4}"
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{4}|[A-Za-z]{3,9} \d{1,2}, \d{4})"
)
_TIME = (
    r"^(.*?\d{4}|\d{4}[-/].*?\d)(?:T|\s+)(\d{1,2}:\d{2})(:\d{2})?(\.\d+)?"
    r"\s*(Z|z|[+-]\d{2}:?\d{2})?$"
)


def looks_dated(stripped: pl.Expr) -> pl.Expr:
    """Which values begin like a date: a cheap question before the exact one."""
    return stripped.str.contains(_DATED)


def parse_dates(stripped: pl.Expr, form: DateFormat, *, with_time: bool) -> pl.Expr:
    """The days or moments that text holds, null where it holds none.

    Args:
        stripped: text without space around it.
        form: how the day is written.
        with_time: `True` gives moments in UTC, to the microsecond: a time without a zone is taken
            as UTC, a day alone as its first moment. `False` gives days and refuses times.

    Example:
        >>> cells = pl.DataFrame({"a": ["2024-12-31", "2024-13-31"]})
        >>> cells.select(parse_dates(pl.col("a"), DATE_FORMATS[0], with_time=False))["a"].to_list()
        [datetime.date(2024, 12, 31), None]
        >>> cells = pl.DataFrame({"a": ["2024-12-31T01:30:00+02:00"]})
        >>> cells.select(parse_dates(pl.col("a"), DATE_FORMATS[0], with_time=True))["a"][0].hour
        23
    """
    if not with_time:
        return _only(stripped, form).str.to_date(form.code, strict=False)
    day = _only(pl.coalesce(stripped.str.extract(_TIME, 1), stripped), form)
    minute = stripped.str.extract(_TIME, 2).fill_null("00:00")
    second = stripped.str.extract(_TIME, 3).fill_null(":00")
    fraction = stripped.str.extract(_TIME, 4).fill_null("")
    zone = stripped.str.extract(_TIME, 5).fill_null("Z")
    zone = zone.str.replace("^[Zz]$", "+0000").str.replace(":", "", literal=True)
    written = day + " " + minute + second + fraction + zone
    return written.str.to_datetime(f"{form.code} %H:%M:%S%.f%z", time_unit="us", strict=False)


def count_dates(stripped: pl.Series) -> dict[DateFormat, tuple[int, int]]:
    """How many values each format reads, as a day alone and as a moment.

    Args:
        stripped: text without space around it.
    """
    cell = pl.col("cell")
    tally = stripped.alias("cell").value_counts(name="n").filter(looks_dated(cell))
    counts = {}
    for form in DATE_FORMATS:
        forms = tally.select(
            days=pl.col("n").filter(parse_dates(cell, form, with_time=False).is_not_null()).sum(),
            moments=pl.col("n").filter(parse_dates(cell, form, with_time=True).is_not_null()).sum(),
        )
        days, moments = forms.row(0)
        if moments:
            counts[form] = (days, moments)
    return counts


def _only(days: pl.Expr, form: DateFormat) -> pl.Expr:
    return pl.when(days.str.contains(form.pattern)).then(days)

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


def looks_dated(stripped: pl.Series) -> pl.Series:
    """Which values begin like a date: a cheap question before the exact one."""
    return stripped.str.contains(_DATED).fill_null(value=False)


def parse_dates(stripped: pl.Series, form: DateFormat, *, with_time: bool) -> pl.Series:
    """The days or moments that `stripped` holds, null where it holds none.

    Args:
        stripped: text without space around it.
        form: how the day is written.
        with_time: `True` gives moments in UTC, to the microsecond: a time without a zone is taken
            as UTC, a day alone as its first moment. `False` gives days and refuses times.

    Example:
        >>> iso = DATE_FORMATS[0]
        >>> parse_dates(pl.Series(["2024-12-31", "2024-13-31"]), iso, with_time=False).to_list()
        [datetime.date(2024, 12, 31), None]
        >>> parse_dates(pl.Series(["2024-12-31T01:30:00+02:00"]), iso, with_time=True)[0].hour
        23
    """
    if not with_time:
        day = _only(stripped, form)
        return day.str.to_date(form.code, strict=False)
    parts = (
        stripped.to_frame("text")
        .select(
            day=pl.coalesce(pl.col("text").str.extract(_TIME, 1), pl.col("text")),
            minute=pl.col("text").str.extract(_TIME, 2).fill_null("00:00"),
            second=pl.col("text").str.extract(_TIME, 3).fill_null(":00"),
            fraction=pl.col("text").str.extract(_TIME, 4).fill_null(""),
            zone=pl.col("text").str.extract(_TIME, 5).fill_null("Z"),
        )
        .with_columns(zone=pl.col("zone").str.replace("^[Zz]$", "+0000").str.replace(":", ""))
    )
    day = _only(parts["day"], form)
    written = day + " " + parts["minute"] + parts["second"] + parts["fraction"] + parts["zone"]
    return written.str.to_datetime(f"{form.code} %H:%M:%S%.f%z", time_unit="us", strict=False)


def count_dates(stripped: pl.Series, counts: pl.Series) -> dict[DateFormat, tuple[int, int]]:
    """How many values each format reads, as a day alone and as a moment.

    Args:
        stripped: different texts.
        counts: how often each of them stands in the column.
    """
    dated = looks_dated(stripped)
    if not dated.any():
        return {}
    stripped, counts = stripped.filter(dated), counts.filter(dated)
    found = {}
    for form in DATE_FORMATS:
        days = parse_dates(stripped, form, with_time=False).is_not_null()
        moments = parse_dates(stripped, form, with_time=True).is_not_null()
        n_moments = int(counts.filter(moments).sum())
        if n_moments:
            found[form] = (int(counts.filter(days).sum()), n_moments)
    return found


def _only(days: pl.Series, form: DateFormat) -> pl.Series:
    matches = days.str.contains(form.pattern).fill_null(value=False)
    return days.set(~matches, None)

"""The calendar in whole numbers: days and moments from years, months and texts, and back.

The two conversions between days and dates are those of H. Hinnant, *chrono-Compatible Low-Level
Date Algorithms*, 2014: years begin in March there, so that the leap day is the last of a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from hornbook.features.dates import MICROSECONDS
from hornbook.serving.exports.onnx_graph import Tensor

__all__ = ["DAY", "Calendar", "days_before", "moments_of_texts"]

DAY = MICROSECONDS["days"]
_MINUTE, _SECOND = MICROSECONDS["minutes"], MICROSECONDS["seconds"]

_DAYS_OF_ERA, _YEARS_OF_ERA = 146_097, 400
_ERAS_BEFORE = 10
"""So many eras are added for a while, so that no number is negative."""

_FIRST_DAY = 719_468
"""1970 began so many days after March 1st of the year 0."""

_PATTERN = (
    r" *\d{4}-\d{1,2}-\d{1,2}"
    r"((T| +)\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)? *(Z|z|[+-]\d{2}:?\d{2})?)? *"
)
_NOTHING = "~"


@dataclass(frozen=True)
class Calendar:
    """What a calendar and a clock show at some moments; all int64 of shape `(n_rows,)`.

    Attributes:
        days: since 1970.
        time: of the day, in microseconds.
        year: e.g. 2024.
        month: from 1.
        day: of the month, from 1.
    """

    days: Tensor
    time: Tensor
    year: Tensor
    month: Tensor
    day: Tensor

    @classmethod
    def of(cls, moment: Tensor) -> Self:
        """Of moments in microseconds since 1970 in UTC, from the year -4000 on."""
        time = moment % DAY
        days = (moment - time) / DAY
        counted = days + (_FIRST_DAY + _ERAS_BEFORE * _DAYS_OF_ERA)
        era, of_era = counted / _DAYS_OF_ERA, counted % _DAYS_OF_ERA
        year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365
        of_year = of_era - (year_of_era * 365 + year_of_era / 4 - year_of_era / 100)
        from_march = (of_year * 5 + 2) / 153
        day = of_year - (from_march * 153 + 2) / 5 + 1
        month = (from_march + 2) % 12 + 1
        year = year_of_era + (era - _ERAS_BEFORE) * _YEARS_OF_ERA + (month <= 2).cast("int64")
        return cls(days, time, year, month, day)

    @property
    def quarter(self) -> Tensor:
        """From 1."""
        return (self.month - 1) / 3 + 1

    @property
    def day_of_year(self) -> Tensor:
        """From 1."""
        return self.days - days_before(self.year, 1, 1) + 1

    @cached_property
    def weekday(self) -> Tensor:
        """From 1 for Monday."""
        return (self.days + 3) % 7 + 1

    @property
    def is_weekend(self) -> Tensor:
        """1 on Saturdays and Sundays, else 0."""
        return (self.weekday >= 6).cast("int64")

    @property
    def week(self) -> Tensor:
        """As ISO 8601 counts them: the week that holds a Thursday is of the Thursday's year."""
        thursday = Calendar.of((self.days + (self.weekday * -1 + 4)) * DAY)
        return (thursday.day_of_year - 1) / 7 + 1

    @property
    def hour(self) -> Tensor:
        """From 0."""
        return self.time / (60 * _MINUTE)

    @property
    def minute(self) -> Tensor:
        """From 0."""
        return self.time / _MINUTE % 60

    @property
    def second(self) -> Tensor:
        """From 0."""
        return self.time / _SECOND % 60


def days_before(year: Tensor, month: Tensor | int, day: Tensor | int) -> Tensor:
    """The days from 1970 to a date, from the year -4000 on."""
    graph = year.graph
    month, day = (
        one if isinstance(one, Tensor) else graph.constant(one, "int64") for one in (month, day)
    )
    counted = year - (month <= 2).cast("int64") + _ERAS_BEFORE * _YEARS_OF_ERA
    era, of_era = counted / _YEARS_OF_ERA, counted % _YEARS_OF_ERA
    of_year = ((month + 9) % 12 * 153 + 2) / 5 + day - 1
    of_days = of_era * 365 + of_era / 4 - of_era / 100 + of_year
    return (era - _ERAS_BEFORE) * _DAYS_OF_ERA + of_days - _FIRST_DAY


def moments_of_texts(texts: Tensor) -> tuple[Tensor, Tensor]:
    """The moments that texts spell, and where they do.

    A text is a day such as `2024-12-31`, or a day and a time, e.g. `2024-12-31T23:59:30.5+01:00`;
    without a zone it is UTC.

    Args:
        texts: shape `(n_rows,)`.

    Returns:
        Microseconds since 1970 in UTC, some date where there is none; and a bool; each of shape
        `(n_rows,)`.
    """
    graph = texts.graph
    is_date = graph.op("RegexFullMatch", texts, dtype="bool", pattern=_PATTERN)
    written = texts.where(is_date, "1970-01-01")
    # A day, its time behind a T or spaces, and perhaps the zone behind further spaces.
    ended = _joined(written, f" {_NOTHING} {_NOTHING}")
    words, _ = graph.ops("StringSplit", ended, dtypes=("string", "int64"))
    day, time = _split(words.column(0), "T", 2)
    rest = _split(_joined(time, words.column(1), words.column(2)), _NOTHING)[0]
    for zero_zone in "Zz":
        rest = _split(rest, zero_zone)[0]
    rest, east = _split(rest, "+", 2)
    clock, west = _split(rest, "-", 2)
    year, month, number = (_whole(one) for one in _split(day, "-", 3))
    hour, minute, seconds = _split(clock, ":", 3)
    second, fraction = _split(seconds, ".", 2)
    hour, minute, second = (_whole(one) for one in (hour, minute, second))
    # Nanoseconds are left out; a ten thousandth makes up for what rounding takes off.
    micros = _joined("0.", fraction, "0").cast("float64") * 1e6 + 1e-4
    zone = _whole(_joined(*_split(_joined(east, west), ":", 2)))
    minutes = zone / 100 * 60 + zone % 100
    minutes = graph.where(west.equals(""), minutes * -1, minutes)
    days = days_before(year, month, number)
    moment = (
        days * DAY
        + ((hour * 60 + minute + minutes) * 60 + second) * _SECOND
        + micros.apply("Floor").cast("int64")
    )
    there_is = Calendar.of(days * DAY)
    is_date = is_date & there_is.month.equals(month) & there_is.day.equals(number)
    return moment, is_date & (hour < 24) & (minute < 60) & (second < 60)


def _split(texts: Tensor, separator: str, n: int = 1) -> list[Tensor]:
    """The first `n` pieces of each text, empty where there are fewer."""
    # With a separator at the end there are always enough pieces.
    ended = _joined(texts, separator * n)
    pieces, _ = texts.graph.ops(
        "StringSplit", ended, dtypes=("string", "int64"), delimiter=separator
    )
    return [pieces.column(index) for index in range(n)]


def _joined(*texts: Tensor | str) -> Tensor:
    """Texts one after the other, row by row; one of them at least a tensor."""
    graph = next(one.graph for one in texts if isinstance(one, Tensor))
    first, *others = (
        one if isinstance(one, Tensor) else graph.constant(one, "string") for one in texts
    )
    for other in others:
        first = graph.op("StringConcat", first, other)
    return first


def _whole(texts: Tensor) -> Tensor:
    """Texts of digits as int64; an empty one is 0."""
    return _joined("0", texts).cast("int64")

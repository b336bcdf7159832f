"""Handlings of dates, and how dates are read: as microseconds since 1970 in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .handling import Handling, register
from .numbers import Rescaler
from .values import Values, is_missing, refusal

__all__ = ["as_moments", "parse_date"]

_UNITS = {
    "seconds": 1_000_000,
    "minutes": 60 * 1_000_000,
    "hours": 3_600 * 1_000_000,
    "days": 86_400 * 1_000_000,
}
_DAY = _UNITS["days"]
_LENGTHS = {
    "minute": _UNITS["minutes"],
    "hour": _UNITS["hours"],
    "day": _DAY,
    "week": 7 * _DAY,
    "month": 31 * _DAY,
    "quarter": 92 * _DAY,
    "year": 366 * _DAY,
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MONDAY = 4 * _DAY
_SATURDAY = 6
_NONE = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_Y, _M, _D = r"(?P<y>\d{4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
_FORMATS = {
    "2024-12-31": rf"{_Y}-{_M}-{_D}",
    "2024/12/31": rf"{_Y}/{_M}/{_D}",
    "31.12.2024": rf"{_D}\.{_M}\.{_Y}",
    "12/31/2024 (month first)": rf"{_M}/{_D}/{_Y}",
    "31/12/2024 (day first)": rf"{_D}/{_M}/{_Y}",
    "12-31-2024 (month first)": rf"{_M}-{_D}-{_Y}",
    "31-12-2024 (day first)": rf"{_D}-{_M}-{_Y}",
    "31-Dec-2024": rf"{_D}-(?P<name>[A-Za-z]{{3}})-{_Y}",
    "31 Dec 2024": rf"{_D} (?P<name>[A-Za-z]{{3}}) {_Y}",
    "31 December 2024": rf"{_D} (?P<name>[A-Za-z]{{3,9}}) {_Y}",
    "Dec 31, 2024": rf"(?P<name>[A-Za-z]{{3}}) {_D}, {_Y}",
    "December 31, 2024": rf"(?P<name>[A-Za-z]{{3,9}}) {_D}, {_Y}",
}
ISO = "2024-12-31"
_TIME = re.compile(
    r"(.*?\d{4}|\d{4}[-/].*?\d)(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.(\d+))?"
    r"\s*(Z|z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)


def parse_date(text: str, form: str = ISO) -> int | None:
    """The moment that a text spells, `None` where it spells none.

    Args:
        text: a day, with or without a time; a time without a zone is taken as UTC.
        form: how the day is written.
    """
    text = text.strip()
    timed = _TIME.fullmatch(text)
    day = re.fullmatch(_FORMATS[form], timed[1] if timed else text, re.ASCII)
    if day is None:
        return None
    found = day.groupdict()
    hour, minute, second, fraction, zone = timed.groups()[1:] if timed else (None,) * 5
    try:
        month = _month(found["name"]) if "name" in found else int(found["m"])
        moment = datetime(
            int(found["y"]), month, int(found["d"]), int(hour or 0), int(minute or 0), tzinfo=UTC
        )
        moment += timedelta(seconds=_second(second)) - _zone(zone)
    except (ValueError, OverflowError):
        return None
    microseconds = int(((fraction or "") + "000000")[:6])
    return _since_epoch(moment) + microseconds


def as_moments(column: str, values: Values) -> NDArray[np.int64]:
    """The values as microseconds since 1970 in UTC; the least int64 where there is no date.

    Raises:
        RowError: a value is no date.
    """
    moments = np.empty(len(values), np.int64)
    for row, value in enumerate(values):
        moments[row] = _moment(column, value)
    return moments


def _moment(column: str, value: Any) -> int:
    if is_missing(value):
        return _NONE
    found = None
    if isinstance(value, str):
        found = parse_date(value)
    elif isinstance(value, datetime):
        found = _since_epoch(value if value.tzinfo else value.replace(tzinfo=UTC))
    elif isinstance(value, date):
        found = (value - date(1970, 1, 1)).days * _DAY
    elif isinstance(value, np.datetime64):
        found = int(value.astype("datetime64[us]").astype(np.int64))
    if found is None:
        raise refusal(column, value, "dates such as 2024-12-31 and 2024-12-31 23:59")
    return found


def _month(name: str) -> int:
    full = len(name) > 3
    known = _NAMES if full else [one[:3] for one in _NAMES]
    return known.index(name.lower()) + 1


def _second(text: str | None) -> int:
    second = int(text or 0)
    if second > 60:
        raise ValueError(second)
    return second


def _zone(text: str | None) -> timedelta:
    if text is None or text in "Zz":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if text.startswith("-") else offset


def _since_epoch(moment: datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


class DateHandling(Handling):
    """A handling of dates."""

    def missing(self, values: Values) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = as_moments(self.column, values) == _NONE
        return found

    def read(self, values: Values) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The moments, and which of them are missing."""
        moments = as_moments(self.column, values)
        return moments, moments == _NONE


@register("date", "cyclical")
@register("numerical", "cyclical")
class Cyclical(DateHandling):
    """Sine and cosine of the time since a period began; then perhaps the time itself."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        state = self.state
        found, missing = self.read(values)
        rescaler = Rescaler(state["rescaler"])
        days = rescaler.impute(np.where(missing, np.nan, found / _DAY))
        moment = np.where(missing, round(rescaler.impute_value * _DAY), found)
        n_waves = 2 * len(state["periods"])
        array = np.empty((len(values), n_waves + state["keep_original"]), np.float32)
        for index, period in enumerate(state["periods"]):
            angle = 2 * np.pi * (_time_since(period, moment) / _LENGTHS[period])
            array[:, 2 * index] = np.sin(angle)
            array[:, 2 * index + 1] = np.cos(angle)
        if state["zeros"]:
            array[missing, :n_waves] = 0.0
        if state["keep_original"]:
            array[:, -1] = rescaler.rescale(days)
        return array


@register("date", "elapsed")
class Elapsed(DateHandling):
    """The time since a moment."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        found, missing = self.read(values)
        since = np.where(missing, 0, found) - self.state["reference"]
        elapsed = np.where(missing, np.nan, since / _UNITS[self.state["unit"]])
        rescaler = Rescaler(self.state["rescaler"])
        return rescaler.rescale(rescaler.impute(elapsed))[:, np.newaxis]


@register("date", "parts")
class Parts(DateHandling):
    """The numbers that a calendar and a clock show."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        found, missing = self.read(values)
        shown = _parts(np.where(missing, 0, found))
        columns = []
        for part, rescaling in self.state["parts"]:
            rescaler = Rescaler(rescaling)
            numbers = np.where(missing, np.nan, shown[part].astype(np.float64))
            columns.append(rescaler.rescale(rescaler.impute(numbers)))
        return np.column_stack(columns)


def _time_since(period: str, moment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Microseconds since the period began that holds each moment."""
    if period not in _MONTHS:
        return (moment - (_MONDAY if period == "week" else 0)) % _LENGTHS[period]
    length = _MONTHS[period]
    months = moment.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    begins = (months // length * length).astype("datetime64[M]").astype("datetime64[us]")
    since: NDArray[np.int64] = moment - begins.astype(np.int64)
    return since


def _parts(moment: NDArray[np.int64]) -> Mapping[str, NDArray[Any]]:
    """All parts of moments; weeks as ISO 8601 counts them, weekdays from 1 for Monday."""
    days, in_day = moment // _DAY, moment % _DAY
    dates = days.astype("datetime64[D]")
    years, months = dates.astype("datetime64[Y]"), dates.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    weekday = (days + 3) % 7 + 1
    # A week belongs to the year that its Thursday lies in.
    thursday = (days - weekday + 4).astype("datetime64[D]")
    first = thursday.astype("datetime64[Y]").astype("datetime64[D]")
    return {
        "year": years.astype(np.int64) + 1970,
        "quarter": (month - 1) // 3 + 1,
        "month": month,
        "week": (thursday - first).astype(np.int64) // 7 + 1,
        "day": (dates - months.astype("datetime64[D]")).astype(np.int64) + 1,
        "day_of_year": (dates - years.astype("datetime64[D]")).astype(np.int64) + 1,
        "weekday": weekday,
        "is_weekend": weekday >= _SATURDAY,
        "hour": in_day // _UNITS["hours"],
        "minute": in_day // _UNITS["minutes"] % 60,
        "second": in_day // _UNITS["seconds"] % 60,
    }

"""Dates say in ONNX what they say in Hornbook, from the texts on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from hornbook.features import DateCyclical, DateElapsed, DateParts, NumericalCyclical

START = datetime(1969, 12, 31, 23, 59, 59, 999_999)
TRAIN = [START + timedelta(days=37 * n, microseconds=12_345_678_901 * n) for n in range(60)]
TRAIN_WITH_GAPS = [None if index % 7 == 3 else moment for index, moment in enumerate(TRAIN)]
EDGES = [
    datetime(1, 1, 1),
    datetime(1600, 2, 29, 12),
    datetime(1900, 2, 28, 23, 59, 59),
    datetime(1900, 3, 1),
    datetime(1970, 1, 1),
    datetime(1972, 2, 29),
    datetime(2000, 2, 29),
    datetime(2020, 12, 31),
    datetime(2021, 1, 3),
    datetime(2024, 12, 30),
    datetime(2026, 12, 31, 23, 59, 59, 999_999),
    datetime(9999, 12, 31),
    None,
]
WRITTEN = [
    "2024-12-31",
    "2024-1-5",
    " 2024-12-31 ",
    "2024-12-31 23:59",
    "2024-12-31T3:59:30",
    "2024-12-31  23:59:30.5",
    "2024-12-31T23:59:30.123456",
    "2024-12-31T23:59:30.123456789Z",
    "2024-12-31T23:59:30z",
    "2024-12-31T23:59:30+01:00",
    "2024-12-31T23:59:30-0530",
    "2024-12-31 23:59:30 +02:00",
    "2024-02-29T00:00",
    "",
    None,
]
PARTS = (
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "day_of_year",
    "weekday",
    "is_weekend",
    "hour",
    "minute",
    "second",
)
PERIODS = ("minute", "hour", "day", "week", "month", "quarter", "year")

HANDLINGS = [
    DateElapsed(),
    DateElapsed(unit="seconds", rescaling="none", since=datetime(2000, 1, 1)),
    DateElapsed(impute_with="constant", impute_value=datetime(1999, 5, 1, 12)),
    DateParts(),
    DateParts(parts=PARTS, rescaling="none", impute_with="median"),
    DateParts(parts=PARTS, rescaling="minmax"),
    DateCyclical(),
    DateCyclical(periods=PERIODS, missing="impute", keep_original=False),
    DateCyclical(periods=PERIODS, missing="impute", impute_with="median"),
    NumericalCyclical(),
]


@pytest.mark.parametrize("handling", HANDLINGS)
def test_dates(check_parity, handling):
    check_parity(handling, TRAIN_WITH_GAPS, pl.Series(EDGES))
    check_parity(handling, [moment.date() for moment in TRAIN], [date(2024, 2, 29), None])
    check_parity(handling, [moment.replace(tzinfo=UTC) for moment in TRAIN])


@pytest.mark.parametrize("handling", HANDLINGS)
def test_written_dates(check_parity, handling):
    check_parity(handling, TRAIN_WITH_GAPS, pl.Series(WRITTEN))


def test_what_is_no_date_is_missing(check_parity):
    wrong = ["2024-13-01", "2023-02-29", "2024-00-10", "2024-01-32", "soon", "2024-01-01T25:00"]
    check_parity(DateElapsed(), TRAIN, pl.Series([*wrong, "2024-01-01T10:60", "24-01-01"]))


def test_days_of_all_centuries(check_parity):
    random = np.random.default_rng(1)
    days = random.integers(-719_162, 2_932_896, 2000)
    moments = pl.Series(days * 86_400_000_000 + random.integers(0, 86_400_000_000, 2000))
    check_parity(DateParts(parts=PARTS, rescaling="none"), TRAIN, pl.from_epoch(moments, "us"))

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from hornbook.data import Storage
from hornbook.errors import DataError
from hornbook.features import DateCyclical, DateElapsed, DateParts
from hornbook.features.dates import as_moments, as_numbers_since, moment_of, moments

HANDLINGS = [DateCyclical, DateElapsed, DateParts]
NOON = 20_000 * 86_400_000_000 + 12 * 3_600_000_000
AT_NOON = datetime(2024, 10, 4, 12)


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([AT_NOON, None]),
        pl.Series([AT_NOON, None]).cast(pl.Datetime("ms")),
        pl.Series([AT_NOON, None]).cast(pl.Datetime("ns")),
        pl.Series([AT_NOON, None]).dt.replace_time_zone("UTC"),
        pl.Series([AT_NOON, None]).dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Tokyo"),
        pl.Series(["2024-10-04 12:00", None]),
        pl.Series([" 2024-10-04T12:00:00.000Z ", "soon"]),
        pl.Series(["2024-10-04T14:00:00+02:00", "2024-13-13"], dtype=pl.Categorical),
    ],
)
def test_dates_of_any_kind_are_moments_in_utc(values: pl.Series) -> None:
    assert as_moments(values.alias("^x$")).to_list() == [NOON, None]
    if values.dtype.is_temporal():
        frame = values.alias("^x$").to_frame()
        assert frame.select(moments("^x$"))["^x$"].to_list() == [NOON, None]


def test_a_day_alone_is_its_first_moment() -> None:
    days = pl.Series("x", [date(2024, 10, 4), date(1969, 12, 31)])
    expected = [NOON - 12 * 3_600_000_000, -86_400_000_000]
    assert as_moments(days).to_list() == expected
    assert days.to_frame().select(moments("x"))["x"].to_list() == expected
    since = as_numbers_since(pl.Series([AT_NOON, None]), expected[0], 3_600_000_000)
    np.testing.assert_array_equal(since, [12.0, np.nan])


def test_nothing_at_all_is_missing() -> None:
    assert as_moments(pl.Series([None, None])).to_list() == [None, None]
    assert pl.DataFrame({"x": [None]}).select(moments("x"))["x"].to_list() == [None]


def test_a_moment_without_a_zone_is_in_utc() -> None:
    assert moment_of(AT_NOON) == moment_of(AT_NOON.replace(tzinfo=UTC)) == NOON
    paris = timezone(timedelta(hours=2))
    assert moment_of(datetime(2024, 10, 4, 14, tzinfo=paris)) == NOON
    assert moment_of(datetime(1969, 12, 31, 23, 59, 59, 999_999)) == -1


@pytest.mark.parametrize("handling", HANDLINGS)
@pytest.mark.parametrize(
    "values",
    [[date(2024, 1, 1)], [AT_NOON, None], [None], [], ["2024-01-31", None], ["2024-01-31 05:00"]],
)
def test_dates_and_texts_that_spell_them_are_accepted(handling: Any, values: list[Any]) -> None:
    handling().check_values("x", pl.Series(values))


@pytest.mark.parametrize("handling", HANDLINGS)
@pytest.mark.parametrize(
    ("values", "first"),
    [
        (["2024-01-31", None, "31/01/2024"], "'31/01/2024'"),
        ([3, None], "3"),
        ([time(3, 4)], "datetime.time(3, 4)"),
    ],
)
def test_anything_else_is_refused_with_its_first_value(
    handling: Any, values: list[Any], first: str
) -> None:
    with pytest.raises(DataError) as caught:
        handling().check_values("^x$", pl.Series(values))
    assert caught.value.message == f"Column '^x$' holds {first}, the model learnt from dates."
    assert "2024-12-31 23:59" in str(caught.value.fix)


@pytest.mark.parametrize("handling", HANDLINGS)
def test_the_next_file_may_have_times(handling: Any) -> None:
    assert handling.storages == {Storage.DATE, Storage.DATETIME}
    assert handling().storage_to_read(Storage.DATE) is Storage.DATETIME
    assert handling().storage_to_read(Storage.DATETIME) is Storage.DATETIME


@pytest.mark.parametrize("handling", HANDLINGS)
def test_a_constant_is_a_date_and_must_be_given(handling: Any) -> None:
    with pytest.raises(ValidationError, match="needs a date to fill in"):
        handling(impute_with="constant")
    for value in ("2024-01-31", date(2024, 1, 31), datetime(2024, 1, 31)):
        made = handling(impute_with="constant", impute_value=value)
        assert made.impute_value == datetime(2024, 1, 31)
        assert handling(**made.model_dump(mode="json")) == made

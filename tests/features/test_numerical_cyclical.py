from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest

from hornbook.data import Storage
from hornbook.features import (
    DateCyclical,
    Feature,
    FeaturePipeline,
    FeatureType,
    NumericalCyclical,
    handling_class,
)

MOMENTS = [datetime(2024, 2, 29, 5), None, datetime(1969, 1, 1, 23, 59)]


def test_is_the_cyclical_handling_of_dates() -> None:
    assert handling_class(FeatureType.NUMERICAL, "cyclical") is NumericalCyclical
    assert NumericalCyclical.storages == {Storage.DATE, Storage.DATETIME}
    frame = pl.DataFrame({"when": MOMENTS})
    arrays = [
        FeaturePipeline.fit([Feature("when", handling)], [frame]).transform(frame)["main"]
        for handling in (NumericalCyclical(keep_original=True), DateCyclical())
    ]
    assert arrays[0].tolist() == arrays[1].tolist()


def test_the_time_is_kept_only_where_asked_for() -> None:
    assert not NumericalCyclical().keep_original


@pytest.mark.parametrize("options", [{}, {"keep_original": True, "periods": ["minute", "year"]}])
def test_contract(check_contract: Any, options: dict[str, Any]) -> None:
    check_contract(NumericalCyclical(**options), MOMENTS, [datetime(2100, 1, 1)])

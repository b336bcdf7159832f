from __future__ import annotations

import pytest

from hornbook.data import Meaning, ReadOptions, Storage
from hornbook.errors import DataError


@pytest.mark.parametrize(
    "options",
    [
        {"separator": ",,"},
        {"separator": ""},
        {"quote": "''"},
        {"encoding": "utf-99"},
        {"types": {"a": "numbers"}},
    ],
)
def test_unusable_options_are_told_with_a_fix(options):
    with pytest.raises(DataError) as error:
        ReadOptions(**options)
    assert error.value.fix


def test_options_go_through_json():
    options = ReadOptions(separator="\t", header=False, types={"b": "text", "a": Storage.DATE})
    assert ReadOptions.from_json(options.to_json()) == options
    with_dates = ReadOptions(date_formats={"b": "2024-12-31", "a": "31.12.2024"})
    assert ReadOptions.from_json(with_dates.to_json()) == with_dates
    assert with_dates.only(["a"]).date_formats == {"a": "31.12.2024"}


@pytest.mark.parametrize("name", [*Meaning, *Storage])
def test_every_type_can_be_declared(name):
    storage, meaning = ReadOptions(types={"a": name}).declared("a")
    assert storage is not None or meaning is not None

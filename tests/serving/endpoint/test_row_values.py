from __future__ import annotations

from typing import Any

import pytest

from hornbook.features import CategoricalDummy, Feature, NumericalRegular
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.row_reader import RowReader
from hornbook.serving.endpoint.row_values import frame_of, shown

FEATURES = [Feature("n", NumericalRegular()), Feature("^c$", CategoricalDummy())]


@pytest.fixture
def reader() -> RowReader:
    return RowReader(FEATURES, strict=False)


@pytest.mark.parametrize(
    ("value", "cell"),
    [(1, 1.0), (1.5, 1.5), (True, 1.0), ("2e3", 2000.0), (" 7 ", 7.0), (None, None)],
)
def test_numbers(reader: RowReader, value: Any, cell: float | None) -> None:
    assert reader.read([{"n": value, "^c$": "a"}], "").cells[0] == [cell]


@pytest.mark.parametrize("value", ["", "x", "nan", "-inf", "1_000", [1], {}, "0x10"])
def test_what_is_no_number(reader: RowReader, value: Any) -> None:
    with pytest.raises(RefusedError, match="expected a number") as caught:
        reader.read([{"n": 1, "^c$": "a"}, {"n": value, "^c$": "a"}], "rows[{row}]")
    assert caught.value.details["row"] == 1
    assert caught.value.details["column"] == "n"


@pytest.mark.parametrize(
    ("value", "cell"),
    [(3, "3"), (3.0, "3"), (0.5, "0.5"), (True, "true"), ("a", "a"), ({"b": 1}, '{"b": 1}')],
)
def test_categories_are_spelled_as_in_tables(reader: RowReader, value: Any, cell: str) -> None:
    assert reader.read([{"n": 1, "^c$": value}], "").cells[1] == [cell]


def test_columns_of_odd_names_are_columns(reader: RowReader) -> None:
    rows = reader.read([{"n": None, "^c$": None, "more": 1}], "")
    assert frame_of(reader.columns, rows.cells).to_dict(as_series=False) == {
        "n": [None],
        "^c$": [None],
    }
    assert rows.ignored_columns == ("more",)


def test_unknown_columns_are_refused_where_asked_for() -> None:
    with pytest.raises(RefusedError, match="'m'"):
        RowReader(FEATURES, strict=True).read([{"n": 1, "^c$": "a", "m": 1}], "")


def test_long_values_are_shortened() -> None:
    assert len(shown(list(range(1000)))) < 70
    assert shown(None) == "null"

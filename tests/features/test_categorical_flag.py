from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from hornbook.features import CategoricalFlag, Feature, FeaturePipeline


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        (["a", None, ""], [1, 0, 1]),
        ([0.0, float("nan"), None], [1, 0, 0]),
        ([False, None], [1, 0]),
        ([0, None], [1, 0]),
    ],
)
def test_one_where_there_is_a_value(values: Any, flags: list[int]) -> None:
    frame = pl.DataFrame({"k": values})
    pipeline = FeaturePipeline.fit([Feature("k", CategoricalFlag())], [frame])
    assert [one.name for one in pipeline.inputs["main"].columns] == ["k:present"]
    assert pipeline.transform(frame)["main"].tolist() == [[flag] for flag in flags]


def test_no_row_is_dropped() -> None:
    assert not CategoricalFlag().drops_missing_rows


def test_contract(check_contract: Any) -> None:
    check_contract(CategoricalFlag(), ["a", None, "b", "a", None], ["never"])
    check_contract(CategoricalFlag(), [1.0, None, 2.5], [7.0])

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from hornbook.errors import FeatureError
from hornbook.features import Feature, FeaturePipeline, TextCount
from hornbook.features import text_vocabulary as module

TEXTS = ["dog cat", "dog cat cat bird", "dog", None, "dog fish fish fish"]


def kept(values: Any = TEXTS, blocks: int = 2, column: str = "^t$", **options: Any) -> list[str]:
    frame = pl.DataFrame({column: values}, schema={column: pl.String})
    feature = Feature(column, TextCount(**options))
    pipeline = FeaturePipeline.fit([feature], frame.iter_slices(blocks))
    columns = pipeline.inputs["main"].columns
    assert all(one.source == column for one in columns)
    return [one.name.removeprefix(f"{column}:") for one in columns]


@pytest.mark.parametrize(
    ("limits", "names"),
    [
        # Of the terms in as many rows, the first in the alphabet.
        ({}, ["dog", "cat", "bird", "fish"]),
        ({"max_terms": 3}, ["dog", "cat", "bird"]),
        ({"min_rows": 2}, ["dog", "cat"]),
        ({"max_share": 0.8}, ["dog", "cat", "bird", "fish"]),
        ({"max_share": 0.79}, ["cat", "bird", "fish"]),
        ({"max_share": 0.4, "min_rows": 2}, ["cat"]),
        ({"max_words": 2, "min_words": 2, "max_terms": 2}, ["dog cat", "cat bird"]),
    ],
)
@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_limits_count_rows(limits: dict[str, Any], names: list[str], blocks: int) -> None:
    assert kept(blocks=blocks, **limits) == names


def test_no_word_at_all_is_an_error() -> None:
    with pytest.raises(FeatureError) as caught:
        kept([None, "", "a !"])
    assert str(caught.value) == (
        "Column '^t$' has no word of 2 to 100 characters in the train rows, so there is nothing "
        'to fit on.\n  Fix: Reject the feature: [features] "^t$" = { role = "reject" }.'
    )


def test_limits_that_leave_nothing_are_an_error() -> None:
    with pytest.raises(FeatureError, match=r"has 4 different terms in 5 train rows, and the limi"):
        kept(min_rows=5)


def test_rare_terms_are_forgotten_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_COUNTED", 10)
    monkeypatch.setattr(module, "_FEWEST_TO_MERGE", 10)
    texts = [f"common often{row % 2} rare{row}" for row in range(200)]
    found = kept(texts, blocks=7)
    assert found[:3] == ["common", "often0", "often1"]
    assert len(found) <= 10

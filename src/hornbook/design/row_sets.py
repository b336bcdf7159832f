"""Which rows are used, learnt from and measured on: `[sampling]`, `[test_sampling]`, `[split]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from hornbook.data import RowFilter, SampleMethod
from hornbook.design.section import Section
from hornbook.errors import DataError

__all__ = [
    "SampleSection",
    "SamplingSection",
    "SplitMethod",
    "SplitSection",
    "row_set_contradictions",
]

SplitMethod = Literal["random", "group", "time", "hash", "filters"]

_Finding = tuple[tuple[str, ...], str, str]


def _check_filter(text: str) -> str:
    try:
        RowFilter(text)
    except DataError as error:
        raise ValueError(str(error)) from error
    return text


_Filter = Annotated[str, AfterValidator(_check_filter)]


class SampleSection(Section):
    """How many rows of a set to use, and which: the rows to test on, in explicit extracts."""

    method: SampleMethod = Field(
        "none", description="all rows, the first ones, random ones, whole groups, balanced ones"
    )
    rows: int = Field(100_000, ge=2, description="how many, for the methods that count rows")
    ratio: float | None = Field(
        None, gt=0, le=1, description="share of the rows, for random_ratio and rebalance_ratio"
    )
    column: str | None = Field(
        None, description="what first_sorted, column_values and rebalancing go by"
    )
    descending: bool = Field(False, description="first_sorted: the greatest values first")


class SamplingSection(SampleSection):
    """Which rows to use at all."""

    filter: _Filter | None = Field(
        None, description="a condition such as age >= 30 that rows must meet"
    )


class SplitSection(Section):
    """Which rows to learn from, and which to measure on."""

    method: SplitMethod = Field("random", description="what decides which rows are tested")
    column: str | None = Field(None, description="of the groups, the times or the keys")
    descending: bool = Field(False, description="time: test the earliest rows, not the latest")
    train_filter: _Filter | None = Field(
        None, description="explicit extracts: a condition that train rows meet"
    )
    test_filter: _Filter | None = Field(
        None, description="explicit extracts: a condition that test rows meet"
    )
    test_share: float = Field(
        0.2, gt=0, lt=1, description="of the rows, set apart when there is no test_path"
    )
    validation_share: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="of the train rows, to choose epoch and threshold on, so that the test "
        "set is touched once; 0 chooses on the test set",
    )
    stratify: bool | None = Field(
        None, description="classification: keep each class's share; random and group can"
    )
    folds: int | None = Field(
        None, ge=2, le=100, description="cross-test: train this often, test every row once"
    )
    retrain: bool = Field(True, description="folds: train the kept model on all rows at the end")

    @property
    def stratifies(self) -> bool:
        """Whether what is drawn at random keeps each class's share: also a validation set."""
        return self.stratify is not False and self.method in ("random", "group", "filters")


def row_set_contradictions(values: Mapping[str, Any]) -> Iterator[_Finding]:
    """What the settings on rows say against each other: key, message and fix.

    Args:
        values: the bare values of `task.toml`, which may hold anything.
    """
    split, dataset = _table(values, "split"), _table(values, "dataset")
    has_test_file = dataset.get("test_path") is not None
    extracts = has_test_file or split.get("method") == "filters"
    sampling, target = _table(values, "sampling"), _table(values, "target")
    yield from _sample_contradictions("sampling", sampling)
    if (
        sampling.get("method") in ("rebalance", "rebalance_ratio")
        and sampling.get("column") is None
        and target.get("type") == "regression"
    ):
        yield (
            ("sampling", "method"),
            "a regression target has no classes to balance, and no column is named",
            'Add column = "…".',
        )
    test_sampling = _table(values, "test_sampling")
    yield from _sample_contradictions("test_sampling", test_sampling)
    if test_sampling.get("method", "none") != "none" and not extracts:
        yield (
            ("test_sampling",),
            "the test rows are a part of the sampled rows, and not sampled again",
            'Use [sampling] alone, or explicit extracts: test_path or method = "filters".',
        )
    yield from _split_contradictions(split)
    yield from _extract_contradictions(split, has_test_file=has_test_file)


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = values.get(key)
    return table if isinstance(table, Mapping) else {}


def _sample_contradictions(section: str, sample: Mapping[str, Any]) -> Iterator[_Finding]:
    method = sample.get("method", "none")
    if method in ("random_ratio", "rebalance_ratio"):
        if sample.get("ratio") is None:
            yield (
                (section, "method"),
                f'method = "{method}" takes a share of the rows, and ratio is not set',
                "Add for example ratio = 0.1.",
            )
    elif sample.get("ratio") is not None:
        yield (
            (section, "ratio"),
            f'method = "{method}" does not go by a ratio',
            'Use method = "random_ratio" or "rebalance_ratio", or leave ratio out.',
        )
    by_column = ("first_sorted", "column_values", "rebalance", "rebalance_ratio")
    if method in ("first_sorted", "column_values") and sample.get("column") is None:
        yield (
            (section, "method"),
            f'method = "{method}" goes by a column, and none is named',
            'Add column = "…".',
        )
    elif method not in by_column and sample.get("column") is not None:
        yield (
            (section, "column"),
            f'method = "{method}" does not go by a column',
            'Use method = "first_sorted", "column_values" or "rebalance", or leave column out.',
        )
    if sample.get("descending") is True and method != "first_sorted":
        yield (
            (section, "descending"),
            f'method = "{method}" has no order',
            'Use method = "first_sorted", or leave descending out.',
        )


def _split_contradictions(split: Mapping[str, Any]) -> Iterator[_Finding]:
    method = split.get("method", "random")
    meanings = {"group": "the group", "time": "the time", "hash": "the key"}
    if method in meanings and split.get("column") is None:
        yield (
            ("split", "method"),
            f'method = "{method}" needs the column with {meanings[method]} of each row',
            'Add column = "…".',
        )
    elif method not in meanings and split.get("column") is not None:
        yield (
            ("split", "column"),
            f'method = "{method}" does not go by a column',
            'Use method = "group", "time" or "hash", or leave column out.',
        )
    if split.get("descending") is True and method != "time":
        yield (
            ("split", "descending"),
            f'method = "{method}" has no order',
            'Use method = "time", or leave descending out.',
        )
    if split.get("stratify") is True and method not in ("random", "group"):
        yield (
            ("split", "stratify"),
            f'method = "{method}" says which rows are tested, so each class\'s share cannot be '
            "kept as well",
            'Leave stratify out, or use method = "random" or "group".',
        )


def _extract_contradictions(split: Mapping[str, Any], *, has_test_file: bool) -> Iterator[_Finding]:
    by_filters = split.get("method") == "filters"
    if by_filters and has_test_file:
        yield (
            ("split", "method"),
            'the test rows come from test_path, so method = "filters" has nothing to divide',
            "Leave method out; train_filter and test_filter hold for one file each.",
        )
    elif by_filters and split.get("test_filter") is None:
        yield (
            ("split", "method"),
            'method = "filters" needs the condition that test rows meet',
            'Add for example test_filter = "year >= 2024".',
        )
    if not by_filters and not has_test_file:
        for key in ("train_filter", "test_filter"):
            if split.get(key) is not None:
                yield (
                    ("split", key),
                    f"{key} is for explicit extracts",
                    'Add method = "filters", or use [sampling] filter for all rows.',
                )
    if split.get("folds") is not None and (by_filters or has_test_file):
        yield (
            ("split", "folds"),
            "explicit extracts say which rows are tested, so they cannot be tested in folds",
            "Leave folds out, or test_path and the filters.",
        )

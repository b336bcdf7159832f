from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from hornbook.errors import DataError
from hornbook.features import TargetEncoder


def encoder(values: Any, **more: Any) -> TargetEncoder:
    return TargetEncoder.for_classes(pl.Series("y", values), **more)


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (["b", None, "a", "b"], ("a", "b")),
        ([True, False, None], (False, True)),
        ([10, 9, 2, 10, None], (2, 9, 10)),
        ([1.5, 0.5], (0.5, 1.5)),
        ([1.5, 0.5, math.nan, None], (0.5, 1.5)),
        (["10", "9"], ("10", "9")),
        ([f"class {number:04}" for number in range(3000)], tuple),
    ],
)
def test_classes_are_sorted_and_round_trip(values: list[Any], classes: Any) -> None:
    found = encoder(values)
    if classes is tuple:
        classes = tuple(sorted(values))
    assert found.classes == classes
    assert [type(label) for label in found.classes or ()] == [type(label) for label in classes]
    assert found.n_classes == len(classes)
    codes = found.encode(pl.Series("y", classes))
    assert codes.dtype == np.int32
    assert codes.tolist() == list(range(len(classes)))
    decoded = found.decode(codes[::-1])
    assert decoded.name == "y"
    assert decoded.to_list() == list(classes[::-1])


@pytest.mark.parametrize(
    ("values", "positive", "classes"),
    [
        (["no", "yes"], None, ("no", "yes")),
        (["no", "yes"], "no", ("yes", "no")),
        ([0, 1], 0, (1, 0)),
        ([0, 1], "0", (1, 0)),
        ([0.0, 1.0], 0, (1.0, 0.0)),
        ([False, True], False, (True, False)),
        ([False, True], 0, (True, False)),
        (["0", "1"], 0, ("1", "0")),
    ],
)
def test_the_positive_class_is_the_second(values: Any, positive: Any, classes: Any) -> None:
    found = encoder(values, positive_class=positive)
    assert found.classes == classes
    assert found.encode(pl.Series(values)).tolist() == [classes.index(value) for value in values]


def test_a_positive_class_that_is_none_of_the_classes() -> None:
    with pytest.raises(DataError, match=r"'maybe' is not among the classes of 'y': 'no', 'yes'"):
        encoder(["yes", "no"], positive_class="maybe")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["a", "a", None], "holds only the class 'a'; classification needs two"),
        ([None, None], "holds no value; classification needs two"),
        ([datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)], "holds Date values"),
        ([[1.0, 2.0], [1.0, 3.0]], r"holds List\(Float64\) values"),
    ],
)
def test_a_target_without_classes(values: list[Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        encoder(values)
    assert caught.value.fix


def test_an_unknown_label_is_an_error_that_names_it() -> None:
    found = encoder(["a", "b"])
    with pytest.raises(DataError, match=r"holds 'c', which is none of its classes: 'a', 'b'"):
        found.encode(pl.Series(["a", "c"]))
    with pytest.raises(DataError, match="holds None"):
        found.encode(pl.Series(["a", None]))
    assert found.unknown_labels(pl.Series(["a", "c", None, "c"])) == ["c"]
    assert found.unknown_labels(pl.Series(["a", "b", None])) == []


def test_many_classes_are_shortened_in_errors() -> None:
    found = encoder([f"class {number:02}" for number in range(30)])
    with pytest.raises(DataError, match=r"'class 19', …\."):
        found.encode(pl.Series(["zebra"]))


@pytest.mark.parametrize(
    ("classes", "values"),
    [((0, 1), ["0", "1"]), (("0", "1"), [0, 1]), ((False, True), ["false", "true"])],
)
def test_classes_meet_their_spelling_as_text(classes: Any, values: list[Any]) -> None:
    assert TargetEncoder("y", classes).encode(pl.Series(values)).tolist() == [0, 1]


def test_regression_targets_are_float32() -> None:
    regression = TargetEncoder("y")
    assert regression.n_classes is None
    for values in ([1, 2], [1.0, 2.0], [True, False], ["1", "2.5"]):
        series = pl.Series(values)
        encoded = regression.encode(series)
        assert encoded.dtype == np.float32
        assert encoded.tolist() == series.cast(pl.Float64).to_list()
    assert regression.decode(np.array([1.5, 2.5])).to_list() == [1.5, 2.5]
    assert regression.unknown_labels(pl.Series(["a"])) == []


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf, 1e300])
def test_regression_rows_without_a_number_are_not_usable(value: float | None) -> None:
    regression, series = TargetEncoder("y"), pl.Series([1.0, value, 2.0])
    usable = regression.usable_rows(series)
    assert usable.dtype == np.bool_
    assert usable.tolist() == [True, False, True]
    with pytest.raises(DataError, match="which is no number to learn"):
        regression.encode(series)


def test_usable_rows_of_classes_are_those_with_a_value() -> None:
    found = encoder(["a", None, "b"])
    assert found.usable_rows(pl.Series(["a", None, "b"])).tolist() == [True, False, True]
    floats = encoder([0.0, 1.0])
    assert floats.usable_rows(pl.Series([0.0, math.nan, None])).tolist() == [True, False, False]


def test_no_rows() -> None:
    assert encoder(["a", "b"]).encode(pl.Series([], dtype=pl.String)).shape == (0,)
    assert TargetEncoder("y").encode(pl.Series([], dtype=pl.Float64)).shape == (0,)
    assert encoder(["a", "b"]).decode(np.array([], np.int32)).to_list() == []

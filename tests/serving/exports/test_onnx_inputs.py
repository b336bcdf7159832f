"""Raw columns as inputs of a model: names, types and values."""

from __future__ import annotations

import polars as pl

from hornbook.features import (
    CategoricalDummy,
    DateParts,
    Feature,
    FeaturePipeline,
    NumericalRegular,
    TextCount,
)
from hornbook.serving.exports.onnx_inputs import RawInput, raw_inputs


def fitted(frame: pl.DataFrame, handlings) -> FeaturePipeline:
    features = [Feature(name, handlings[name]) for name in frame.columns]
    return FeaturePipeline.fit(features, [frame])


def test_every_column_is_an_input_of_its_natural_type():
    from datetime import date

    frame = pl.DataFrame(
        {"n": [1, 2], "c": ["a", "b"], "d": [date(2024, 1, 2), None], "t": ["some text", ""]}
    )
    handlings = {
        "n": NumericalRegular(),
        "c": CategoricalDummy(),
        "d": DateParts(),
        "t": TextCount(),
    }
    inputs = raw_inputs(fitted(frame, handlings))
    described = {name: one.describe() for name, one in inputs.items()}
    assert {name: one["type"] for name, one in described.items()} == {
        "n": "double",
        "c": "string",
        "d": "string",
        "t": "string",
    }
    assert all(one["shape"] == ["N", 1] for one in described.values())
    assert [one["kind"] for one in described.values()] == ["number", "category", "date", "text"]


def test_a_name_that_the_model_needs_itself_is_changed():
    names = ["prediction", "column prediction", "probabilities_x", "", "post/0/Add", "pH"]
    frame = pl.DataFrame({name: [1.0, 2.0] for name in names})
    inputs = raw_inputs(fitted(frame, dict.fromkeys(names, NumericalRegular())))
    found = [one.name for one in inputs.values()]
    assert len(set(found)) == len(names)
    assert found[-1] == "pH"
    assert found[1] == "column prediction"
    assert not {"prediction", "probabilities_x", "", "post/0/Add"} & set(found)
    assert [one.column for one in inputs.values()] == names


def test_categories_are_spelled_as_in_files():
    category = RawInput("c", "c", "category")
    values = category.values(pl.Series([3.0, 0.5, None, float("nan")]))
    assert values.tolist() == [["3"], ["0.5"], [""], [""]]
    assert category.values(pl.Series([True, None])).tolist() == [["true"], [""]]


def test_vectors_have_their_length():
    vector = RawInput("v", "v", "vector", width=2)
    values = vector.values(pl.Series([[1.0, 2.0], None]))
    assert values.shape == (2, 2)
    assert str(values.tolist()) == "[[1.0, 2.0], [nan, nan]]"

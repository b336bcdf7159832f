"""The small form of rows: what the features make, to the bit."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hornbook.features import (
    CategoricalDummy,
    CategoricalFrequency,
    CategoricalIndex,
    Feature,
    FeaturePipeline,
    NumericalRegular,
    smallest_unsigned,
)

TRAIN = pl.DataFrame(
    {
        "age": [1.0, None, 3.0, 8.0],
        "town": ["Oslo", "Rome", "Oslo", None],
        "height": [4.0, 5.0, 6.0, 7.0],
        "pet": ["cat", "dog", "eel", "cat"],
    }
)
UNSEEN = pl.DataFrame({"age": [2.0], "town": ["Bonn"], "height": [1.0], "pet": [None]})


def fitted(*features):
    return FeaturePipeline.fit(features, [TRAIN])


def side_by_side(pipeline, frame):
    """The columns of `main` as each handling gives them."""
    arrays = [one.transform(frame[one.column].alias("values")) for one in pipeline.fitted]
    return np.column_stack(arrays)


MIXES = {
    "dummies between numbers": [
        Feature("age", NumericalRegular()),
        Feature("town", CategoricalDummy()),
        Feature("height", NumericalRegular()),
        Feature("pet", CategoricalDummy(drop_one=True)),
    ],
    "dummies only": [
        Feature("town", CategoricalDummy(missing="impute")),
        Feature("pet", CategoricalDummy(max_categories=1)),
    ],
    "one column of dummies": [Feature("town", CategoricalDummy())],
    "no dummies": [Feature("age", NumericalRegular()), Feature("pet", CategoricalFrequency())],
    "one number": [Feature("height", NumericalRegular())],
    "whole numbers": [Feature("pet", CategoricalIndex())],
}


@pytest.mark.parametrize("features", MIXES.values(), ids=MIXES)
@pytest.mark.parametrize("frame", [TRAIN, UNSEEN, TRAIN.head(0)], ids=["train", "unseen", "none"])
def test_decoding_gives_what_the_handlings_make(features, frame):
    pipeline = fitted(*features)
    encoded = pipeline.encode(frame)
    for name, arrays in encoded.items():
        encoding = pipeline.encodings[name]
        assert {part: (str(one.dtype), one.shape[1:]) for part, one in arrays.items()} == dict(
            encoding.fields
        )
    (decoded,) = pipeline.decode(encoded).values()
    np.testing.assert_array_equal(decoded, side_by_side(pipeline, frame))
    assert decoded.flags.c_contiguous
    np.testing.assert_array_equal(decoded, next(iter(pipeline.transform(frame).values())))
    ((name, arrays),) = encoded.items()
    by_others = pipeline.encodings[name].decode_with(arrays, np)
    assert by_others.dtype == decoded.dtype
    np.testing.assert_array_equal(by_others, decoded)


def test_a_row_of_dummies_takes_a_byte_for_each_feature():
    levels = [f"level {i}" for i in range(200)]
    train = pl.DataFrame({"a": levels, "b": levels})
    features = [Feature(name, CategoricalDummy(max_categories=500)) for name in ("a", "b")]
    pipeline = FeaturePipeline.fit(features, [train])
    assert pipeline.inputs["main"].row_bytes == 1600
    assert pipeline.encodings["main"].row_bytes == 2


@pytest.mark.parametrize(
    ("largest", "dtype"), [(0, "uint8"), (255, "uint8"), (256, "uint16"), (2**16, "uint32")]
)
def test_the_smallest_dtype_that_holds(largest, dtype):
    assert smallest_unsigned(largest) == dtype

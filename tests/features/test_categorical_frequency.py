from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from category_encoders import CountEncoder

from hornbook.features import CategoricalFrequency, Feature, FeaturePipeline

TRAIN = ["a", None, "b", "a", "c c", "b", None, "ä", "a", "a"]


def fitted(values: Any, **options: Any) -> FeaturePipeline:
    handling = CategoricalFrequency(**options)
    return FeaturePipeline.fit([Feature("k", handling)], [pl.DataFrame({"k": values})])


def transformed(pipeline: FeaturePipeline, values: Any) -> list[float]:
    array = pipeline.transform(pl.DataFrame({"k": values}))["main"]
    return [float(value) for value in array[:, 0]]


def test_counts_and_shares() -> None:
    counts = fitted(TRAIN, normalize=False, rescaling="none")
    assert [one.name for one in counts.inputs["main"].columns] == ["k:frequency"]
    assert transformed(counts, ["a", "b", "ä", None, "new"]) == [4, 2, 1, 2, 0]
    shares = fitted(TRAIN, rescaling="none")
    assert transformed(shares, ["a", "b", None, "new"]) == pytest.approx([0.4, 0.2, 0.2, 0])


def test_missing_values_filled_in_or_dropped_are_no_rows_of_their_own() -> None:
    imputed = fitted(TRAIN, missing="impute", normalize=False, rescaling="none")
    assert transformed(imputed, ["a", None, "b"]) == [6, 6, 2]
    dropped = fitted([value for value in TRAIN if value], missing="drop_rows", rescaling="none")
    assert transformed(dropped, ["a", "b"]) == [0.5, 0.25]


def test_missing_values_the_train_rows_do_not_have() -> None:
    assert transformed(fitted(["a", "b"], rescaling="none"), [None]) == [0]


def test_rescaled_over_the_train_rows() -> None:
    standard = np.array(transformed(fitted(TRAIN), TRAIN))
    assert standard.mean() == pytest.approx(0, abs=1e-7)
    assert standard.std() == pytest.approx(1, abs=1e-6)
    low_high = transformed(fitted(TRAIN, rescaling="minmax"), TRAIN)
    assert (min(low_high), max(low_high)) == (0, 1)
    assert transformed(fitted(["a", "b"]), ["a", "b", "new"]) == [0, 0, -0.5]


@pytest.mark.parametrize("normalize", [True, False])
# The encoders set an option of pandas that it has deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*no_silent_downcasting")
def test_equals_category_encoders(normalize: bool) -> None:
    values = [f"c{number}" for number in np.random.default_rng(0).geometric(0.1, 300)]
    encoder = CountEncoder(cols=["k"], normalize=normalize)
    expected = encoder.fit_transform(pd.DataFrame({"k": values}))["k"].to_numpy()
    found = transformed(fitted(values, normalize=normalize, rescaling="none"), values)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"normalize": False},
        {"missing": "impute"},
        {"missing": "drop_rows"},
        {"rescaling": "minmax"},
    ],
)
def test_contract(check_contract: Any, options: dict[str, Any]) -> None:
    check_contract(CategoricalFrequency(**options), TRAIN, ["never"])

"""Handlings beside their ONNX: the same rows through both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from hornbook.features import (
    NO_RESOURCES,
    ROW,
    TARGET,
    Feature,
    FeaturePipeline,
    FitContext,
    Handling,
    Resources,
)
from hornbook.serving.exports.onnx_preprocessing import Preprocessing, preprocessing
from hornbook.serving.exports.onnx_runtime import OnnxRunner

CheckParity = Callable[..., Preprocessing]
AssertAlike = Callable[[FeaturePipeline, Preprocessing, pl.DataFrame], None]

COLUMN = "a column: ünï"


@pytest.fixture
def assert_alike() -> AssertAlike:
    """Runs rows through a pipeline and its graph; both must fill the network's inputs alike."""

    def check(pipeline: FeaturePipeline, before: Preprocessing, frame: pl.DataFrame) -> None:
        runner = OnnxRunner(before.model, before.raw)
        expected = pipeline.transform(frame)
        # A second time, what was left in memory by the first must not show.
        for _ in range(2):
            given = runner.run(frame)
            for name, array in expected.items():
                found = given[before.inputs[name]]
                assert found.dtype == array.dtype
                assert found.shape == array.shape
                np.testing.assert_allclose(found, array, rtol=2e-6, atol=2e-6)

    return check


@pytest.fixture
def check_parity(assert_alike: AssertAlike) -> CheckParity:
    """Fits a handling to a column and compares it with its ONNX on these and other values."""

    def check(
        handling: Handling,
        train: pl.Series | Sequence[Any],
        unseen: pl.Series | Sequence[Any] = (),
        *,
        target: Sequence[Any] | NDArray[Any] | None = None,
        n_classes: int | None = None,
        resources: Resources = NO_RESOURCES,
    ) -> Preprocessing:
        series = pl.Series(COLUMN, train)
        frame = pl.DataFrame(
            {
                COLUMN: series,
                TARGET: pl.Series(np.zeros(len(series)) if target is None else target),
                ROW: pl.Series(np.arange(len(series))),
            }
        )
        feature = Feature(COLUMN, handling, handling.default_input(COLUMN))
        context = FitContext(n_classes, seed=7, resources=resources)
        pipeline = FeaturePipeline.fit([feature], [frame], context)
        before = preprocessing(pipeline)
        assert_alike(pipeline, before, frame)
        assert_alike(pipeline, before, frame.head(1))
        if len(unseen):
            more = pl.Series(COLUMN, unseen).to_frame()
            assert_alike(pipeline, before, more)
            # Alone, no other row of the batch can hide what happens to it.
            for row in range(min(8, len(more))):
                assert_alike(pipeline, before, more.slice(row, 1))
        return before

    return check

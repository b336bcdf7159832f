"""Generation and reduction say in ONNX what they say in Hornbook."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hornbook.features import (
    ROW,
    TARGET,
    CorrelationReduction,
    Feature,
    FeaturePipeline,
    FitContext,
    Generation,
    LassoReduction,
    NumericalRegular,
    PcaReduction,
    TreeReduction,
)
from hornbook.serving.exports.onnx_preprocessing import preprocessing

STEPS = [
    [Generation(linear=True, polynomial=True, max_columns=100)],
    [Generation(linear=False, polynomial=True, max_columns=100)],
    [PcaReduction(keep=3, variance_share=1.0)],
    [CorrelationReduction(keep=2, min_correlation=0.0, max_correlation=1.0)],
    [LassoReduction(sample_rows=200)],
    [TreeReduction(keep=3, trees=5, max_depth=3, sample_rows=200)],
    [
        Generation(linear=True, polynomial=True, max_columns=100),
        PcaReduction(keep=4, variance_share=1.0),
    ],
]


@pytest.mark.parametrize("steps", STEPS)
def test_steps(assert_alike, steps):
    random = np.random.default_rng(0)
    values = random.normal(size=(200, 5)) * [1, 10, 0.1, 1000, 1]
    frame = pl.DataFrame({f"x{index}": column for index, column in enumerate(values.T)})
    train = frame.with_columns(
        pl.Series(TARGET, values[:, 0] * 2 + values[:, 1]), pl.Series(ROW, np.arange(200))
    )
    features = [Feature(name, NumericalRegular()) for name in frame.columns]
    pipeline = FeaturePipeline.fit(features, [train], FitContext(None, seed=3), steps)
    before = preprocessing(pipeline)
    assert_alike(pipeline, before, frame)
    extremes = pl.DataFrame({name: [None, 1e300, -1e300, float("nan")] for name in frame.columns})
    assert_alike(pipeline, before, extremes)

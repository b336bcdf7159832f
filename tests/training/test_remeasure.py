"""The truth of one model in the terms of another; whole comparisons are in tests/e2e."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from hornbook.data import ReadOptions
from hornbook.errors import DataError
from hornbook.features import (
    Feature,
    LabelsEncoder,
    NumericalRegular,
    TargetEncoder,
    TargetFormat,
    TargetLayout,
)
from hornbook.features.pipeline import FeaturePipeline
from hornbook.metrics import PredictionType
from hornbook.training.artifact import ModelArtifact, ModelOutput
from hornbook.training.remeasure import _in_terms_of


def artifact(kind, encoder):
    return ModelArtifact(
        Path("model"),
        {"": ModelOutput(kind, encoder)},
        TargetLayout.single(TargetFormat.VALUES),
        FeaturePipeline.fit([Feature("n", NumericalRegular())], [pl.DataFrame({"n": [1.0, 2.0]})]),
        ReadOptions(),
        "jax",
    )


def test_classes_are_told_by_their_names():
    kind = PredictionType.MULTICLASS
    old = artifact(kind, TargetEncoder("y", ("b", "a", "c")))
    new = artifact(kind, TargetEncoder("y", ("a", "b", "d")))
    codes, known = _in_terms_of(old, new, {"": np.array([0, 1, 2, 0])})
    assert codes[""].tolist() == [1, 0, -1, 1]
    assert known.tolist() == [True, True, False, True]


def test_numbers_that_were_read_as_texts_are_the_same_classes():
    kind = PredictionType.BINARY
    old = artifact(kind, TargetEncoder("y", (0, 1)))
    new = artifact(kind, TargetEncoder("y", ("1", "0")))
    codes, known = _in_terms_of(old, new, {"": np.array([0, 1])})
    assert codes[""].tolist() == [1, 0]
    assert known.all()


def test_labels_are_put_in_the_older_order():
    kind = PredictionType.MULTILABEL
    old = artifact(kind, LabelsEncoder(("y",), ("b", "c", "a"), "|"))
    new = artifact(kind, LabelsEncoder(("y",), ("a", "b", "c"), "|"))
    truth = np.array([[1, 0, 0], [0, 1, 1]])
    codes, known = _in_terms_of(old, new, {"": truth})
    assert codes[""].tolist() == [[0, 0, 1], [1, 1, 0]]
    assert known.all()
    other = artifact(kind, LabelsEncoder(("y",), ("a", "b", "d"), "|"))
    with pytest.raises(DataError, match="the same labels"):
        _in_terms_of(old, other, {"": truth})


def test_other_targets_are_refused():
    regression = artifact(PredictionType.REGRESSION, TargetEncoder("y"))
    values = {"": np.array([1.5, 2.5])}
    codes, _ = _in_terms_of(regression, regression, values)
    assert codes[""].tolist() == [1.5, 2.5]
    with pytest.raises(DataError, match="the same target"):
        _in_terms_of(artifact(PredictionType.REGRESSION, TargetEncoder("z")), regression, values)

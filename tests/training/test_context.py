"""Facts about the current training."""

from __future__ import annotations

from pathlib import Path

import pytest

from hornbook.errors import NotFoundError, TrainingError
from hornbook.training import context
from hornbook.training.context import TrainingContext, enter_training, get_variable


@pytest.fixture(autouse=True)
def no_training(monkeypatch):
    monkeypatch.setattr(context, "_current", [])


def test_inside_a_training_the_metric_is_known():
    enter_training(TrainingContext(Path(), "a", "m", "s1", "Test Log Loss", False))
    assert get_variable("DKU_MODEL_METRIC") == "Test Log Loss"
    assert get_variable("DKU_MODEL_METRIC_GREATER_IS_BETTER") is False


def test_an_unknown_variable_lists_the_known_ones():
    with pytest.raises(NotFoundError, match="Did you mean 'DKU_MODEL_METRIC'"):
        get_variable("DKU_METRIC")


def test_outside_a_training_it_says_so():
    with pytest.raises(TrainingError, match="none is running"):
        get_variable("DKU_MODEL_METRIC")

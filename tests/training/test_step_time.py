"""Timing the steps of a model: what is compiled is not timed."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from hornbook.training.step_time import StepClock


class Counted(keras.Sequential):
    """Counts how often its step is gone through in Python, to be compiled."""

    times = 0

    def train_step(self, *arguments):
        self.times += 1
        return super().train_step(*arguments)


@pytest.mark.parametrize("sizes", [(32, 32, 32), (32, 32, 7)])
def test_only_the_first_step_is_compiled_for(sizes):
    model = Counted([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    batches = [(np.ones((size, 4), "float32"), np.ones((size, 1), "float32")) for size in sizes]
    clock = StepClock(model, batches)
    first = clock.fit_seconds(1)
    times = model.times
    assert times > 0
    low, high = clock.step_seconds()[1:]
    assert 0 < low <= high < first
    assert model.times == times + (len(set(sizes)) - 1)
    before = int(model.optimizer.iterations)
    clock.fit_seconds(1000)
    assert int(model.optimizer.iterations) - before == 1000

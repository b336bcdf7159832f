"""What the callback of a training's progress tells."""

from __future__ import annotations

from contextlib import closing

import keras
import numpy as np
import pytest

from hornbook.batching.clock import Clock
from hornbook.training.callbacks import Progress
from hornbook.training.events import EventFollower, EventWriter


@pytest.mark.parametrize("batch_size", [4, 12])
def test_the_first_step_is_told_once_and_before_the_first_epoch_is(tmp_path, batch_size):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((12, 2)), np.ones((12, 1))
    with closing(EventWriter(tmp_path)) as events:
        progress = Progress(events, Clock())
        model.fit(x, y, batch_size=batch_size, epochs=2, verbose=0, callbacks=[progress])
    told = [event["event"] for event in EventFollower(tmp_path).new_events()]
    assert told.count("first_step") == 1
    assert told.index("fit_started") < told.index("first_step") < told.index("epoch")

from __future__ import annotations

from hornbook.training.profile import EpochProfile


def test_what_is_left_of_an_epoch_are_its_steps():
    profile = EpochProfile.of(10.0, {"waiting": 1.0, "metrics": 2.0, "reading": 7.0})
    assert profile.steps == 7.0
    assert (profile.checkpoints, profile.transforming, profile.reading) == (0.0, 0.0, 7.0)
    assert profile.steps + profile.waiting + profile.metrics + profile.checkpoints == profile.epoch


def test_clocks_that_disagree_leave_no_time_below_none():
    assert EpochProfile.of(1.0, {"waiting": 1.5}).steps == 0.0

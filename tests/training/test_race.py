"""What is made of a race; the race itself is in the end-to-end tests."""

from __future__ import annotations

import json

from hornbook.training.race_entry import (
    RACE_FILE,
    RaceEntry,
    losses_differ,
    read_race,
    winner_of,
)

SLOW = RaceEntry("tensorflow", 0.7000, 2.0, 100.0, 12.0)
FAST = RaceEntry("jax", 0.7001, 4.0, 500.0, 6.0)
OUT = RaceEntry("torch", out_because="ValueError: no")


def test_the_winner_takes_least_in_all():
    assert winner_of([SLOW, FAST, OUT]) is FAST


def test_losses_that_agree_and_that_do_not():
    assert not losses_differ([SLOW, FAST, OUT])
    assert losses_differ([SLOW, RaceEntry("jax", 0.72)])
    assert not losses_differ([OUT])


def test_a_session_without_a_race(tmp_path):
    assert read_race(tmp_path) == ()
    (tmp_path / RACE_FILE).write_text(json.dumps([{"backend": "torch", "out_because": "no"}]))
    assert read_race(tmp_path) == (RaceEntry("torch", out_because="no"),)

"""Tables in the terminal: the names in them are texts, whatever the console does with markup."""

from __future__ import annotations

import io

from rich.console import Console

from hornbook.cli.draw import history_table, metrics_table, profile_table, race_table
from hornbook.training.profile import EpochProfile
from hornbook.training.race_entry import RaceEntry

MARKUP = "[/oops] [features.age]"


def rendered(table) -> str:
    file = io.StringIO()
    Console(file=file, width=100, markup=True).print(table)
    return file.getvalue()


def test_names_of_metrics_are_texts():
    assert MARKUP in rendered(metrics_table({MARKUP: 0.5}, None))
    assert MARKUP in rendered(history_table({MARKUP: [0.5, None]}, [MARKUP], 1))


def test_a_race_marks_the_fastest_and_says_why_others_are_out():
    race = (
        RaceEntry("jax", 0.7, 0.5, 1000.0, 3.0),
        RaceEntry("tensorflow", 0.7, 0.2, 200.0, 9.0),
        RaceEntry("torch", out_because=MARKUP),
    )
    jax, tensorflow, torch = rendered(race_table(race)).splitlines()[-4:-1]
    assert "fastest" in jax
    assert "fastest" not in tensorflow
    assert MARKUP in torch


def test_seconds_of_the_first_epoch_stand_apart():
    profile = [EpochProfile(10.0, 1.0, 6.0, 2.0, 1.0, 5.0, 4.0)]
    profile += [EpochProfile(4.0, 0.0, 3.0, 1.0, 0.0, 2.0, 0.0)] * 2
    shown = rendered(profile_table(profile))
    (steps,) = (line for line in shown.splitlines() if "Steps of" in line)
    assert [cell.strip() for cell in steps.split("│")[2:4]] == ["6.000", "3.000"]

from __future__ import annotations

from collections.abc import Callable, Iterable

from hornbook.diagnostics import Diagnostic
from hornbook.diagnostics.effects import Effects
from hornbook.diagnostics.network import check_dead_units, check_effects

Found = Callable[[Iterable[Diagnostic]], dict[str, Diagnostic]]


def test_effects_that_are_shared_are_no_finding(found: Found) -> None:
    effects = Effects({"a": 0.7, "b": 0.2, "c": 0.1}, {"main": 1.0, "text": 0.01}, 100)
    assert not found(check_effects(effects))


def test_one_column_that_decides_alone(found: Found) -> None:
    effects = Effects({"a": 0.9, "b": 0.02, "c": 0.0}, {"main": 1.0}, 100)
    (one,) = found(check_effects(effects)).values()
    assert one.id == "dominant-feature"
    assert "'a' makes 98% of what moves the predictions" in one.message
    assert list(one.numbers["shares"]) == ["a", "b", "c"]
    assert not found(check_effects(Effects({"a": 0.9, "b": 0.02}, {"main": 1.0}, 100)))


def test_an_input_that_changes_nothing(found: Found) -> None:
    effects = Effects({"a": 0.5, "b": 0.5}, {"main": 1.0, "text": 0.0}, 100)
    (one,) = found(check_effects(effects)).values()
    assert one.id == "unused-input"
    assert "The input 'text' of the network changes no prediction" in one.message


def test_predictions_that_nothing_moves_are_another_matter(found: Found) -> None:
    assert not found(check_effects(Effects({"a": 0.0}, {"main": 0.0, "text": 0.0}, 100)))


def test_dead_units(found: Found) -> None:
    units = {"dense": (32, 64), "dense_1": (3, 64), "tiny": (3, 3)}
    (one,) = found(check_dead_units(units, 512)).values()
    assert one.id == "dead-units"
    assert one.numbers["layers"] == {"dense": {"dead": 32, "units": 64}}
    assert not found(check_dead_units({"dense": (31, 64), "tiny": (3, 3)}, 512))

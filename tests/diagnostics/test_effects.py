from __future__ import annotations

import numpy as np
import pytest

from hornbook.diagnostics.effects import measure_effects

ROWS = {
    "main": np.random.default_rng(0).normal(size=(4000, 4)).astype(np.float32),
    "image": np.random.default_rng(1).normal(size=(4000, 2, 2)).astype(np.float32),
}
COLUMNS = {
    "a": {"main": [0]},
    "b": {"main": [1, 2]},
    "idle": {"main": [3]},
    "photo": {"image": None},
}


def linear(rows):
    main, image = rows["main"], rows["image"]
    return {"y": (2 * main[:, 0] + main[:, 1] + main[:, 2] + image[:, 0, 0])[:, np.newaxis]}


def test_of_a_linear_model_effects_are_shares_of_the_variance() -> None:
    effects = measure_effects(linear, ROWS, COLUMNS, seed=3)
    # 4, 2, 0 and 1 of a variance of 7.
    assert effects.columns["a"] == pytest.approx(4 / 7, abs=0.04)
    assert effects.columns["b"] == pytest.approx(2 / 7, abs=0.03)
    assert effects.columns["idle"] == 0.0
    assert effects.columns["photo"] == pytest.approx(1 / 7, abs=0.02)
    assert effects.inputs["main"] == pytest.approx(6 / 7, abs=0.05)
    assert effects.rows == 4000


def test_rows_are_left_as_they_were_and_the_seed_decides() -> None:
    before = {name: array.copy() for name, array in ROWS.items()}
    first = measure_effects(linear, ROWS, COLUMNS, seed=3)
    assert all((ROWS[name] == before[name]).all() for name in ROWS)
    assert measure_effects(linear, ROWS, COLUMNS, seed=3) == first
    assert measure_effects(linear, ROWS, COLUMNS, seed=4) != first


def test_outputs_count_the_same_whatever_their_scale() -> None:
    def two(rows):
        return {"small": rows["main"][:, :1] * 1e-6, "large": rows["main"][:, 3:] * 1e6}

    effects = measure_effects(two, ROWS, COLUMNS, seed=3)
    assert effects.columns["a"] == pytest.approx(0.5, abs=0.03)
    assert effects.columns["idle"] == pytest.approx(0.5, abs=0.03)


def test_a_constant_has_no_effects() -> None:
    effects = measure_effects(lambda rows: {"y": np.ones((4000, 2))}, ROWS, COLUMNS, seed=3)
    assert set(effects.columns.values()) == {0.0}

"""A recipe changes with what decides the sets, and with nothing else."""

from __future__ import annotations

import os

import pytest

from hornbook.design import DesignFolder
from hornbook.training.set_recipe import set_recipe

TASK = """
[dataset]
path = "../rows.csv"
[target]
column = "y"
type = "regression"
[training]
epochs = 2
[features]
x = { type = "numerical" }
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rows.csv").write_text("x,y\n1,2\n")
    (tmp_path / "design").mkdir()
    (tmp_path / "design" / "task.toml").write_text(TASK)
    (tmp_path / "design" / "architecture.py").write_text("")
    return tmp_path / "design"


def recipe(folder, *settings):
    return set_recipe(DesignFolder.read(folder, settings))


def test_training_network_and_metrics_share_a_recipe(folder):
    before = recipe(folder)
    (folder / "architecture.py").write_text("x = 1")
    assert before == recipe(
        folder, "training.epochs=5", "runtime.backend=jax", "metrics.optimize=RMSE"
    )


@pytest.mark.parametrize(
    "setting",
    [
        "seed=1",
        "split.test_share=0.3",
        "features.x.rescaling=minmax",
        "sampling.method=first",
        "weights.sample_weight=x",
        "dataset.separator=,",
    ],
)
def test_rows_and_features_do_not(folder, setting):
    assert recipe(folder, setting) != recipe(folder)


def test_it_goes_by_the_state_of_the_file(folder):
    before = recipe(folder)
    rows = folder.parent / "rows.csv"
    os.utime(rows, ns=(1, 1))
    assert recipe(folder) != before
    rows.unlink()
    assert recipe(folder) is None


def test_code_of_features_counts_also_in_a_frozen_copy(folder, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "shared.py").write_text("a = 1")
    (tmp_path / "lib" / "unused.py").write_text("a = 1")
    (folder / "features").mkdir()
    (folder / "features" / "x.py").write_text("import shared\nprocessor = None")
    task = folder / "task.toml"
    task.write_text(task.read_text().replace('"numerical" }', '"numerical", handling = "custom" }'))
    before = recipe(folder)
    frozen = DesignFolder.read(folder).freeze(tmp_path / "frozen")
    assert set_recipe(DesignFolder.read(frozen.path, base=folder)) == before
    (tmp_path / "lib" / "unused.py").write_text("a = 2")
    assert recipe(folder) == before
    (tmp_path / "lib" / "shared.py").write_text("a = 2")
    assert recipe(folder) != before

"""From a design to rows: sampling, splitting and weights do what the design says."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.training.prepare import open_tables, prepare_data

CODE = "def build_model(s):\n    pass\n\ndef compile_model(m):\n    pass\n"
TASK = """
[dataset]
path = "rows.csv"
[target]
column = "y"
type = "binary"
[features]
x = { type = "numerical" }
"""


@pytest.fixture
def prepare(tmp_path):
    y = ["yes" if k % 5 == 0 else "no" for k in range(400)]
    x = [k * 0.5 for k in range(400)]
    pl.DataFrame({"x": x, "y": y}).write_csv(tmp_path / "rows.csv")
    (tmp_path / "task.toml").write_text(TASK)
    (tmp_path / "architecture.py").write_text(CODE)

    def make(*settings):
        design = DesignFolder.read(tmp_path, settings)
        return prepare_data(design, *open_tables(design, TableStore(tmp_path / "tables")))

    return make


def test_sampling_uses_the_rows_it_says(prepare):
    first = prepare("sampling.method=first", "sampling.rows=100")
    used = np.sort(np.concatenate([first.train.rows, first.test.rows]))
    np.testing.assert_array_equal(used, np.arange(100))
    random = prepare("sampling.method=random", "sampling.rows=100")
    used = np.concatenate([random.train.rows, random.test.rows])
    assert len(np.unique(used)) == 100
    assert used.max() >= 100
    assert len(prepare().train) + len(prepare().test) == 400


def test_class_weights_are_on_by_default_and_only_in_training(prepare):
    data = prepare()
    np.testing.assert_allclose(data.train.class_weights[""], [0.625, 2.5])
    assert data.test.class_weights == {}
    assert prepare("weights.class_weights=false").train.class_weights == {}


def test_the_split_is_stratified_and_follows_the_seed(prepare):
    data = prepare()
    assert data.test.read_targets()[0][""].mean() == pytest.approx(0.2)
    np.testing.assert_array_equal(data.test.rows, prepare().test.rows)
    assert (data.test.rows != prepare("seed=1").test.rows).any()


def test_the_sets_share_no_row(prepare):
    data = prepare("split.validation_share=0.25")
    sets = [set(rows.rows.tolist()) for rows in (data.train, data.test, data.validation)]
    assert sum(map(len, sets)) == len(set.union(*sets)) == 400


def test_steps_are_fitted_on_the_train_rows_and_shape_main(prepare):
    data = prepare("reduction.method=pca", "reduction.keep=1")
    (spec,) = data.pipeline.inputs.values()
    assert [column.name for column in spec.columns] == ["component 1"]
    batch = data.train.read(np.arange(len(data.train)))
    assert batch.inputs["main"].shape == (len(data.train), 1)
    assert abs(batch.inputs["main"].mean()) < 1e-5


def test_dates_of_the_test_file_are_read_as_those_of_the_train_file(tmp_path):
    day = 'day = { type = "date" }\n'
    (tmp_path / "task.toml").write_text(
        TASK.replace("[target]", 'test_path = "test.csv"\n[target]') + day
    )
    (tmp_path / "architecture.py").write_text(CODE)
    rows = [f"{day}/04/2024,{day},{'ab'[day % 2]}\n" for day in range(1, 29)]
    (tmp_path / "rows.csv").write_text("day,x,y\n" + "".join(rows))
    (tmp_path / "test.csv").write_text("day,x,y\n03/04/2024 06:00,1,a\n01/02/2024,2,b\n")
    design = DesignFolder.read(tmp_path)
    _, test = open_tables(design, TableStore(tmp_path / "tables"))
    assert test.read_column("day").to_list() == [
        datetime(2024, 4, 3, 6, tzinfo=UTC),
        datetime(2024, 2, 1, tzinfo=UTC),
    ]

"""From a design to sets of rows: every method of sampling and splitting, through the files."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.errors import DataError, DesignError
from hornbook.training.prepare import Preparation, open_tables, prepare_data
from hornbook.training.row_sets import RowSets

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
N = 400
Y = np.array(["yes" if k % 5 == 0 else "no" for k in range(N)])
GROUP = np.arange(N) // 8
DAY = np.random.default_rng(0).permutation(N)


@pytest.fixture
def open_design(tmp_path):
    frame = pl.DataFrame(
        {
            "x": np.arange(N) * 0.5,
            "y": Y,
            "group": [f"g{number}" for number in GROUP],
            "day": [None if k % 40 == 7 else int(DAY[k]) for k in range(N)],
            "part": ["train"] * 250 + ["test"] * 100 + ["other"] * 50,
        }
    )
    frame.write_csv(tmp_path / "rows.csv")
    frame.with_columns(x=pl.col("x") + 1000).write_csv(tmp_path / "test.csv")
    (tmp_path / "task.toml").write_text(TASK)
    (tmp_path / "architecture.py").write_text(CODE)

    def make(*settings):
        design = DesignFolder.read(tmp_path, settings)
        return design, *open_tables(design, TableStore(tmp_path / "tables"))

    return make


@pytest.fixture
def prepare(open_design):
    return lambda *settings: prepare_data(*open_design(*settings))


@pytest.fixture
def sets_of(open_design):
    return lambda *settings: Preparation(*open_design(*settings)).sets


def used(data):
    return np.sort(np.concatenate([data.train.rows, data.test.rows]))


def test_a_filter_says_which_rows_are_used(prepare):
    data = prepare("sampling.filter=\"part <> 'other' and x >= 10\"")
    np.testing.assert_array_equal(used(data), np.arange(20, 350))


def test_rebalancing_goes_by_the_target(prepare):
    data = prepare("sampling.method=rebalance", "sampling.rows=100")
    assert (Y[used(data)] == "yes").sum() == 50
    ratio = prepare("sampling.method=rebalance_ratio", "sampling.ratio=0.25")
    np.testing.assert_array_equal(used(ratio), used(data))


def test_samples_go_by_their_column(prepare):
    data = prepare("sampling.method=column_values", "sampling.rows=100", "sampling.column=group")
    assert len(used(data)) in range(96, 105)
    assert set(np.bincount(GROUP[used(data)])) == {0, 8}
    last = prepare(
        "sampling.method=first_sorted",
        "sampling.rows=50",
        "sampling.column=x",
        "sampling.descending=true",
    )
    np.testing.assert_array_equal(used(last), np.arange(350, 400))
    some = prepare("sampling.method=random_ratio", "sampling.ratio=0.5")
    assert 150 < len(used(some)) < 250


def test_time_order_trains_on_the_past_and_leaves_out_rows_without_a_time(prepare):
    settings = ("split.method=time", "split.column=day", "split.validation_share=0.25")
    data = prepare(*settings)
    assert DAY[data.train.rows].max() < DAY[data.validation.rows].min()
    assert DAY[data.validation.rows].max() < DAY[data.test.rows].min()
    assert len(data.test) == 78
    assert len(data.validation) == 78
    assert data.dropped == {"without a time in 'day'": 10}
    back = prepare(*settings, "split.descending=true")
    assert DAY[back.train.rows].min() > DAY[back.validation.rows].max()
    assert DAY[back.validation.rows].min() > DAY[back.test.rows].max()


@pytest.mark.parametrize("method", ["group", "hash"])
def test_groups_and_keys_stay_on_one_side(prepare, method):
    data = prepare(f"split.method={method}", "split.column=group", "split.validation_share=0.25")
    sides = [set(GROUP[rows.rows]) for rows in (data.train, data.validation, data.test)]
    assert sum(map(len, sides)) == len(set.union(*sides)) == 50
    assert abs(len(data.test) - 80) < 40


def test_extracts_of_one_file_by_filters_each_with_its_sample(prepare):
    filters = ("split.method=filters", "split.test_filter=\"part = 'test'\"")
    data = prepare(*filters)
    np.testing.assert_array_equal(data.test.rows, np.arange(250, 350))
    np.testing.assert_array_equal(data.train.rows, [*range(250), *range(350, 400)])
    data = prepare(
        *filters,
        "split.train_filter=\"part = 'train'\"",
        "sampling.method=first",
        "sampling.rows=40",
        "test_sampling.method=random",
        "test_sampling.rows=30",
        "split.validation_share=0.5",
    )
    both = np.sort([*data.train.rows, *data.validation.rows])
    np.testing.assert_array_equal(both, np.arange(40))
    assert len(data.test) == 30
    assert set(data.test.rows) <= set(range(250, 350))


def test_extracts_that_overlap_are_told(open_design):
    design = open_design(
        "split.method=filters",
        "split.test_filter=\"part = 'test'\"",
        'split.train_filter="x < 150"',
    )
    with pytest.raises(DesignError, match="50 rows meet train_filter and test_filter both"):
        prepare_data(*design)


def test_extracts_of_two_files_by_filters_each_with_its_sample(prepare):
    data = prepare(
        "dataset.test_path=test.csv",
        "sampling.filter=\"part <> 'other'\"",
        'split.train_filter="x < 100"',
        'split.test_filter="x > 1100"',
        "test_sampling.method=first",
        "test_sampling.rows=20",
    )
    np.testing.assert_array_equal(data.train.rows, np.arange(200))
    np.testing.assert_array_equal(data.test.rows, np.arange(201, 221))


def test_a_filter_that_takes_no_row_is_told(open_design):
    for settings in (
        ('sampling.filter="x < 0"',),
        ("split.method=filters", 'split.test_filter="x < 0"'),
    ):
        with pytest.raises(DataError, match="No row meets the filter x < 0"):
            prepare_data(*open_design(*settings))


@pytest.mark.parametrize(
    "settings",
    [
        (),
        ("split.validation_share=0.25",),
        ("split.method=group", "split.column=group"),
        ("split.method=hash", "split.column=group"),
    ],
)
def test_folds_test_every_row_once(sets_of, settings):
    sets = sets_of("split.folds=4", *settings)
    assert len(sets) == 4
    np.testing.assert_array_equal(np.sort(np.concatenate([one.test for one in sets])), range(N))
    for one in sets:
        np.testing.assert_array_equal(one.all_rows, range(N))
        if "group" in str(settings):
            assert not set(GROUP[one.train]) & set(GROUP[one.test])
        if "hash" not in str(settings):
            assert (Y[one.test] == "yes").mean() == pytest.approx(0.2, abs=0.02)


def test_folds_in_time_are_growing_windows(sets_of):
    sets = sets_of("split.folds=3", "split.method=time", "split.column=day")
    for one in sets:
        assert DAY[one.train].max() < DAY[one.test].min()
    assert [len(one.train) for one in sets] == pytest.approx([97.5, 195, 292.5], abs=1)
    assert len(sets[-1].all_rows) == 390


def test_a_class_that_one_side_lacks_is_told(prepare):
    data = prepare("split.method=filters", "split.test_filter=\"y = 'yes'\"")
    assert any("No train row has the class 'yes'" in note for note in data.notes)
    assert any("No test row has the class 'no'" in note for note in data.notes)
    assert prepare().notes == ()


def test_rows_without_a_value_are_counted_once_where_all_are_learnt_from(open_design, tmp_path):
    frame = pl.read_csv(tmp_path / "rows.csv")
    frame.with_columns(x=pl.when(pl.int_range(N) >= 5).then("x")).write_csv(tmp_path / "rows.csv")
    design, table, test = open_design("split.folds=4", "features.x.missing=drop_rows")
    preparation = Preparation(design, table, test)
    rows = preparation.sets[-1].all_rows
    data = preparation.data(RowSets(rows, rows))
    assert list(data.dropped.values()) == [5]
    assert len(data.train) == N - 5

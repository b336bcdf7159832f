from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from safetensors.numpy import load_file

from hornbook.data import FolderStore
from hornbook.errors import FeatureError
from hornbook.features import (
    ROW,
    TARGET,
    CategoricalDummy,
    CorrelationReduction,
    Feature,
    FeaturePipeline,
    FitContext,
    FittedHandling,
    Generation,
    NumericalRegular,
    OutputColumn,
    PcaReduction,
    TextCustom,
)
from hornbook.features.pipeline import rows_to_drop
from hornbook.training.resources import DesignResources
from hornbook.training.user_code import UserCode

TRAIN = pl.DataFrame(
    {
        "age": [20, 30, None, 40],
        "city": ["Rome", "Oslo", "Rome", None],
        "height": [1.5, math.nan, 1.7, 1.9],
        "member": [True, False, None, True],
        "unused": ["a", "b", "c", "d"],
    }
)
FEATURES = (
    Feature("age", NumericalRegular(impute_with="median", rescaling="minmax")),
    Feature("city", CategoricalDummy(max_categories=1), input="words"),
    Feature("height", NumericalRegular(missing="drop_rows")),
    Feature("member", CategoricalDummy(missing="impute"), input="words"),
)


@pytest.fixture
def pipeline() -> FeaturePipeline:
    return FeaturePipeline.fit(FEATURES, [TRAIN])


def test_each_feature_goes_to_its_input(pipeline: FeaturePipeline) -> None:
    assert list(pipeline.inputs) == ["main", "words"]
    main, words = pipeline.inputs.values()
    assert (main.name, main.shape, main.dtype) == ("main", (2,), "float32")
    assert [column.name for column in main.columns] == ["age", "height"]
    assert [(column.name, column.source) for column in words.columns] == [
        ("city:Rome", "city"),
        ("city:(missing)", "city"),
        ("member:true", "member"),
        ("member:false", "member"),
    ]
    assert words.shape == (4,)
    assert pipeline.columns == ("age", "city", "height", "member")


def test_arrays_are_contiguous_float32(pipeline: FeaturePipeline) -> None:
    arrays = pipeline.transform(TRAIN)
    assert {name: array.shape for name, array in arrays.items()} == {
        "main": (4, 2),
        "words": (4, 4),
    }
    for array in arrays.values():
        assert array.dtype == np.float32
        assert array.flags["C_CONTIGUOUS"]
        assert np.isfinite(array).all()
    assert arrays["main"][:, 0].tolist() == [0.0, 0.5, 0.5, 1.0]
    assert arrays["words"].tolist() == [[1, 0, 1, 0], [0, 0, 0, 1], [1, 0, 1, 0], [0, 1, 1, 0]]


def test_no_rows_and_one_row(pipeline: FeaturePipeline) -> None:
    assert pipeline.transform(TRAIN.head(0))["words"].shape == (0, 4)
    whole, one = pipeline.transform(TRAIN), pipeline.transform(TRAIN[2:3])
    assert all((one[name] == whole[name][2:3]).all() for name in whole)


def test_fitting_sees_the_given_rows_only() -> None:
    poisoned = TRAIN.with_columns(
        pl.lit(1e6).alias("age"), pl.lit("Paris").alias("city"), pl.lit(9.0).alias("height")
    )
    both = pl.concat([TRAIN, poisoned], how="vertical_relaxed")
    fitted = FeaturePipeline.fit(FEATURES, [both.head(len(TRAIN))])
    reference = FeaturePipeline.fit(FEATURES, [TRAIN])
    assert fitted.inputs == reference.inputs
    for name, array in fitted.transform(both).items():
        np.testing.assert_allclose(array, reference.transform(both)[name], rtol=1e-6)
    everything = FeaturePipeline.fit(FEATURES, [both])
    assert everything.transform(TRAIN)["main"][3, 0] < 0.1
    assert everything.inputs["words"].columns[0].name == "city:Paris"


def test_transforming_does_not_change_what_was_fitted(pipeline: FeaturePipeline) -> None:
    before = pipeline.transform(TRAIN)
    states = [handling.state() for handling in pipeline.fitted]
    pipeline.transform(TRAIN.with_columns(pl.lit("Paris").alias("city"), pl.lit(77).alias("age")))
    assert [handling.state() for handling in pipeline.fitted] == states
    after = pipeline.transform(TRAIN)
    assert all((after[name] == before[name]).all() for name in before)


def test_all_columns_are_fitted_in_one_pass_over_the_blocks() -> None:
    blocks = iter([TRAIN.head(2), TRAIN.head(0), TRAIN.tail(-2)])
    in_blocks = FeaturePipeline.fit(FEATURES, blocks)
    assert next(blocks, None) is None
    assert in_blocks.inputs == FeaturePipeline.fit(FEATURES, [TRAIN]).inputs
    for name, array in FeaturePipeline.fit(FEATURES, [TRAIN]).transform(TRAIN).items():
        np.testing.assert_allclose(in_blocks.transform(TRAIN)[name], array, rtol=1e-6, atol=1e-7)


def test_two_fits_are_equal_to_the_last_bit() -> None:
    random = np.random.default_rng(0)
    frame = pl.DataFrame({f"x{k}": random.normal(size=200_000) for k in range(6)})
    features = [
        Feature(column, NumericalRegular(impute_with=impute))
        for column, impute in zip(frame.columns, ["mean", "median"] * 3, strict=True)
    ]
    first, *others = [FeaturePipeline.fit(features, frame.iter_slices(2**16)) for _ in range(5)]
    assert all(other.fitted == first.fitted for other in others)


def test_saved_and_loaded_it_is_the_same(pipeline: FeaturePipeline, tmp_path: Path) -> None:
    pipeline.save(tmp_path / "features")
    loaded = FeaturePipeline.load(tmp_path / "features")
    assert loaded == pipeline
    assert loaded.inputs == pipeline.inputs
    before, after = pipeline.transform(TRAIN), loaded.transform(TRAIN)
    assert all((after[name] == before[name]).all() for name in before)


def test_random_numbers_survive_the_files_to_the_last_bit(tmp_path: Path) -> None:
    values = np.random.default_rng(3).normal(size=(50, 20)) * 1e-7 + 0.1
    frame = pl.DataFrame({f"x{index}": values[:, index] for index in range(20)})
    features = [Feature(name, NumericalRegular()) for name in frame.columns]
    pipeline = FeaturePipeline.fit(features, [frame])
    pipeline.save(tmp_path)
    assert FeaturePipeline.load(tmp_path).fitted == pipeline.fitted


def test_the_files_are_json_and_safetensors(pipeline: FeaturePipeline, tmp_path: Path) -> None:
    pipeline.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"pipeline.json", "arrays.safetensors"}
    entries = json.loads((tmp_path / "pipeline.json").read_text("utf-8"))["features"]
    assert load_file(tmp_path / "arrays.safetensors") == {}
    assert entries[1] == {
        "column": "city",
        "input": "words",
        "type": "categorical",
        "handling": "dummy",
        "options": CategoricalDummy(max_categories=1).model_dump(),
        "state": {"categories": ["Rome"], "missing_column": True, "impute_value": None},
    }


def test_any_names_and_categories_survive_the_files(tmp_path: Path) -> None:
    frame = pl.DataFrame({'a "b".c\n日': ["x\ny", "😀", '"', None], "count": [1, 2, 3, 4]})
    features = [
        Feature(frame.columns[0], CategoricalDummy(), input="my input/1"),
        Feature("count", CategoricalDummy()),
    ]
    pipeline = FeaturePipeline.fit(features, [frame])
    pipeline.save(tmp_path)
    loaded = FeaturePipeline.load(tmp_path)
    assert loaded == pipeline
    assert (loaded.transform(frame)["my input/1"].sum(axis=1) == 1).all()


def test_rows_to_drop_are_those_without_a_value_in_features_that_say_so() -> None:
    features = (*FEATURES, Feature("member", CategoricalDummy(missing="drop_rows")))
    pipeline = FeaturePipeline.fit(features, [TRAIN])
    missing = pipeline.missing_expression()
    assert missing is not None
    assert TRAIN.select(missing).to_series().to_list() == [False, True, True, False]
    expression = rows_to_drop(features[:3])
    assert expression is not None
    assert TRAIN.select(expression).to_series().to_list() == [False, True, False, False]


def test_no_rows_to_drop_when_every_feature_imputes() -> None:
    pipeline = FeaturePipeline.fit(FEATURES[:2], [TRAIN])
    assert pipeline.missing_expression() is None


def test_a_pipeline_needs_a_feature() -> None:
    with pytest.raises(FeatureError, match="No feature is left"):
        FeaturePipeline.fit([], [TRAIN])


def test_every_input_needs_a_column() -> None:
    limited = Feature("unused", CategoricalDummy(min_rows=9, missing="impute"), input="words")
    with pytest.raises(FeatureError, match="'words' gets no column: every category of 'unused'"):
        FeaturePipeline.fit([FEATURES[0], limited], [TRAIN])
    beside = Feature("age", NumericalRegular(), input="words")
    pipeline = FeaturePipeline.fit([limited, beside], [TRAIN])
    assert pipeline.transform(TRAIN)["words"].shape == (4, 1)


def test_one_column_may_feed_two_inputs() -> None:
    features = [Feature("age", NumericalRegular()), Feature("age", CategoricalDummy(), "codes")]
    arrays = FeaturePipeline.fit(features, [TRAIN]).transform(TRAIN)
    assert (arrays["main"].shape, arrays["codes"].shape) == ((4, 1), (4, 4))


def test_steps_follow_one_another(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(60, 3))
    frame = pl.DataFrame({"a": values[:, 0], "b": values[:, 1], "c": values[:, 2]})
    train = frame.with_columns(
        pl.Series(TARGET, values[:, 0] * values[:, 1]), pl.Series(ROW, np.arange(60))
    )
    features = [Feature(name, NumericalRegular(), "main") for name in "abc"]
    features.append(Feature("c", NumericalRegular(), "beside"))
    steps = [
        Generation(linear=True, polynomial=True, max_columns=9),
        CorrelationReduction(4, 0.0, 1.0),
        PcaReduction(2, 1.0),
    ]
    pipeline = FeaturePipeline.fit(features, [train.head(20), train.tail(-20)], steps=steps)
    assert pipeline.inputs["main"].shape == (2,)
    assert pipeline.filled_inputs["main"].shape == (3,)
    generated = pipeline.steps[0].outputs(pipeline.filled_inputs["main"].columns)
    assert "a*b" in {column.name for column in pipeline.steps[1].outputs(generated)}
    pipeline.save(tmp_path)
    loaded = FeaturePipeline.load(tmp_path)
    assert loaded.inputs == pipeline.inputs
    before, after = pipeline.transform(frame), loaded.transform(frame)
    assert all((after[name] == before[name]).all() for name in before)


def test_blocks_are_smaller_where_a_step_makes_rows_wide() -> None:
    frame = pl.DataFrame({f"x{k}": [0.0, 1.0] for k in range(60)})
    features = [Feature(name, NumericalRegular()) for name in frame.columns]
    plain = FeaturePipeline.fit(features, [frame])
    step = Generation(linear=True, polynomial=True, max_columns=10_000)
    wide = FeaturePipeline.fit(features, [frame], steps=[step])
    assert plain.block_rows == 8192
    assert wide.block_rows == 16 * 2**20 // (4 * (60 + 60 + 3 * 60 * 59 // 2))


class OtherRows(FittedHandling):
    """Encodes a row that it was fitted on by its number, any other by 0."""

    column = "a"

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return (OutputColumn("a", "a"),)

    def transform(self, series: pl.Series) -> np.ndarray:
        return np.zeros((len(series), 1), np.float32)

    def transform_fitted(self, series: pl.Series, rows: np.ndarray) -> np.ndarray:
        return rows[:, np.newaxis].astype(np.float32)


class ByRow(NumericalRegular):
    def start_fit(self, column: str, context: FitContext):  # type: ignore[no-untyped-def]
        fitting = super().start_fit(column, context)
        fitting.finish = OtherRows
        return fitting


def test_steps_see_train_rows_as_the_network_will() -> None:
    frame = pl.DataFrame(
        {"a": [0.0] * 9, "b": [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 0.0]}
    ).with_columns(pl.Series(TARGET, np.arange(9.0)), pl.Series(ROW, np.arange(9) + 4))
    features = [Feature("a", ByRow()), Feature("b", NumericalRegular())]
    pipeline = FeaturePipeline.fit(features, [frame], steps=[CorrelationReduction(1, 0.0, 1.0)])
    assert pipeline.inputs["main"].columns == (OutputColumn("a", "a"),)
    np.testing.assert_array_equal(pipeline.transform(frame, np.arange(9))["main"][:, 0], range(9))


def test_an_input_of_a_columns_own_takes_no_other_column(tmp_path: Path) -> None:
    code = "from hornbook.features import TokenizerProcessor\n"
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "city.py").write_text(f"{code}processor = TokenizerProcessor(9, 3)\n")
    resources = DesignResources(UserCode(tmp_path), FolderStore(tmp_path))
    features = [
        Feature("city", TextCustom(), "city_preprocessed"),
        Feature("age", NumericalRegular(), "city_preprocessed"),
    ]
    with pytest.raises(FeatureError, match="is that of 'city' alone, and 'age' is sent there"):
        FeaturePipeline.fit(features, [TRAIN], FitContext(resources=resources))

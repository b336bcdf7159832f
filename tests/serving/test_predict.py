"""Predictions for frames: what comes back, and what is refused."""

from __future__ import annotations

from datetime import date

import keras
import numpy as np
import pandas as pd
import polars as pl
import pytest

from hornbook.data import ReadOptions, TableStore
from hornbook.errors import DataError
from hornbook.features import (
    CategoricalDummy,
    Feature,
    FeaturePipeline,
    LabelsEncoder,
    NumericalRegular,
    TargetEncoder,
    TargetFormat,
    TargetLayout,
)
from hornbook.metrics import Calibration, PredictionInterval, PredictionType
from hornbook.metrics.calibration import IsotonicCurve
from hornbook.serving.predict import Predictor
from hornbook.serving.predict_rows import predict_file, predict_frame
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput
from hornbook.training.trust import TrustedModels

# Keras' own, when it saves the seed of a layer.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TRAIN = pl.DataFrame({"n": [1.0, 2.0, 3.0, 4.0], "^c$": ["a", "b", "a", "b"]})


def make(
    folder,
    units=1,
    activation="sigmoid",
    kind=PredictionType.BINARY,
    classes=("no", "yes"),
    **learnt,
):
    """A network with fixed weights that looks at `n` alone."""
    features = [
        Feature("n", NumericalRegular(missing="drop_rows")),
        Feature("^c$", CategoricalDummy()),
    ]
    pipeline = FeaturePipeline.fit(features, [TRAIN])
    main = keras.Input((3,), name="main")
    dense = keras.layers.Dense(units, activation=activation)
    model = keras.Model(main, dense(main))
    dense.set_weights([np.array([[1.0] * units, [0.0] * units, [0.0] * units]), np.zeros(units)])
    artifact = ModelArtifact(
        folder / MODEL_FOLDER,
        {"": ModelOutput(kind, TargetEncoder("y", classes), 0.5, **learnt)},
        TargetLayout.single(TargetFormat.VALUES),
        pipeline,
        ReadOptions(types_may_be_absent=True),
        "jax",
    )
    artifact.write(model)
    return Predictor(ModelArtifact.read(folder / MODEL_FOLDER), TrustedModels(folder))


@pytest.fixture
def predictor(tmp_path):
    return make(tmp_path)


def test_a_frame_keeps_its_index_and_gets_probabilities(predictor):
    frame = pd.DataFrame({"^c$": ["a", "z"], "n": [4.0, 1.0], "more": [0, 0]}, index=[7, 3])
    predicted = predict_frame(predictor, frame)
    assert list(predicted.columns) == ["prediction", "proba_no", "proba_yes"]
    assert predicted.index.tolist() == [7, 3]
    assert predicted["prediction"].tolist() == ["yes", "no"]
    np.testing.assert_allclose(predicted["proba_no"] + predicted["proba_yes"], 1.0)


def test_rows_without_a_needed_value_have_no_prediction(predictor):
    predicted = predictor.predict(pl.DataFrame({"n": [4.0, None], "^c$": ["a", None]}))
    assert predicted["prediction"].to_list() == ["yes", None]
    assert predicted["proba_yes"].null_count() == 1


@pytest.mark.parametrize("units", [1, 2])
def test_probabilities_are_calibrated_and_the_threshold_is_for_them(tmp_path, units):
    activation = "sigmoid" if units == 1 else "softmax"
    plain = make(tmp_path / "plain", units, activation).predict(TRAIN)
    halved = IsotonicCurve(np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    calibration = Calibration("isotonic", (halved,))
    corrected = make(tmp_path / "other", units, activation, calibration=calibration).predict(TRAIN)
    np.testing.assert_allclose(corrected["proba_yes"], plain["proba_yes"] / 2)
    np.testing.assert_allclose(corrected["proba_no"], 1 - plain["proba_yes"] / 2)
    assert set(corrected["prediction"]) == {"no"}


def test_regressions_come_with_their_interval(tmp_path):
    kind = PredictionType.REGRESSION
    interval = PredictionInterval(0.9, 1.5)
    predictor = make(tmp_path, 1, None, kind, None, interval=interval)
    frame = pl.DataFrame({"n": [4.0, None], "^c$": ["a", "b"]})
    predicted = predictor.predict(frame)
    columns = ("prediction", "prediction_lower", "prediction_upper")
    assert tuple(predicted.columns) == predictor.output_columns == columns
    assert predicted["prediction_lower"][0] == predicted["prediction"][0] - 1.5
    assert predicted["prediction_upper"][0] == predicted["prediction"][0] + 1.5
    assert predicted["prediction_upper"][1] is None
    assert predictor.predict(TRAIN.head(0)).columns == list(columns)


def test_any_number_of_rows_will_do(predictor):
    empty = predictor.predict(TRAIN.head(0))
    assert empty.columns == ["prediction", "proba_no", "proba_yes"]
    assert len(empty) == 0
    many = pl.concat([TRAIN] * 5000)
    predicted = predictor.predict(many)
    assert len(predicted) == 20_000
    assert predicted.head(4).equals(predicted.tail(4))


def test_two_softmax_units_are_read_by_the_second(tmp_path):
    predictor = make(tmp_path, units=2, activation="softmax")
    assert predictor.predict(TRAIN)["proba_yes"].to_list() == pytest.approx([0.5] * 4)


def test_regression_gives_values(tmp_path):
    predictor = make(tmp_path, 1, "linear", PredictionType.REGRESSION, None)
    predicted = predictor.predict(TRAIN)
    assert predicted.columns == ["prediction"]
    np.testing.assert_allclose(predicted["prediction"].mean(), 0, atol=1e-6)


def test_a_missing_column_is_named(predictor):
    with pytest.raises(DataError, match=r"lack the columns '\^c\$'; they have 'n'"):
        predictor.predict(TRAIN.select("n"))


@pytest.mark.parametrize("values", [["1", "two"], [date(2026, 1, 1), date(2026, 1, 2)]])
def test_what_is_no_number_is_refused_where_numbers_were_learnt(predictor, values):
    frame = pl.DataFrame({"n": values, "^c$": ["a", "b"]})
    with pytest.raises(DataError, match=r"'n' holds .* learnt from numbers"):
        predictor.predict(frame)


def test_text_that_spells_numbers_is_read_as_such(predictor):
    as_text = predictor.predict(TRAIN.with_columns(n=pl.col("n").cast(pl.String)))
    assert as_text.equals(predictor.predict(TRAIN))


def test_a_frame_that_is_no_table_is_refused(predictor):
    with pytest.raises(DataError, match="cannot be read as a table"):
        predict_frame(predictor, pd.DataFrame({"n": [1, "x"], "^c$": ["a", {"b": 1}]}))


def test_a_file_is_written_whole_or_not_at_all(predictor, tmp_path):
    TRAIN.write_csv(tmp_path / "in.csv")
    table = TableStore(tmp_path / "tables").read(tmp_path / "in.csv")
    done = []
    for name in ("out.csv", "out.parquet"):
        progress = lambda *numbers: done.append(numbers)  # noqa: E731
        assert predict_file(predictor, table, tmp_path / name, progress) == 0
    assert done == [(4, 4)] * 2
    written = pl.read_parquet(tmp_path / "out.parquet")
    assert written.columns == ["n", "^c$", "prediction", "proba_no", "proba_yes"]
    with pytest.raises(DataError, match="neither CSV nor Parquet"):
        predict_file(predictor, table, tmp_path / "out.xlsx")
    written.write_csv(tmp_path / "again.csv")
    again = TableStore(tmp_path / "tables").read(tmp_path / "again.csv")
    with pytest.raises(DataError, match="the predictions would overwrite"):
        predict_file(predictor, again, tmp_path / "third.csv")
    assert not (tmp_path / "third.csv").exists()
    assert not list(tmp_path.glob(".*partial"))


@pytest.mark.parametrize("structure", ["list", "dict"])
def test_several_outputs_have_columns_of_their_own(tmp_path, structure):
    pipeline = FeaturePipeline.fit([Feature("n", NumericalRegular())], [TRAIN])
    main = keras.Input((1,), name="main")
    price = keras.layers.Dense(1, name="price", bias_initializer="ones")(main)
    tags = keras.layers.Dense(2, "sigmoid", name="tags", kernel_initializer="ones")(main)
    several = [price, tags] if structure == "list" else {"tags": tags, "price": price}
    formats = {"price": TargetFormat.VALUES, "tags": TargetFormat.LABELS}
    labels = LabelsEncoder(("t",), ("x", "y"), ",")
    ModelArtifact(
        tmp_path / MODEL_FOLDER,
        {
            "price": ModelOutput(PredictionType.REGRESSION, TargetEncoder("p")),
            "tags": ModelOutput(PredictionType.MULTILABEL, labels),
        },
        TargetLayout(formats, structure),
        pipeline,
        ReadOptions(types_may_be_absent=True),
        "jax",
    ).write(keras.Model(main, several))
    predictor = Predictor(ModelArtifact.read(tmp_path / MODEL_FOLDER), TrustedModels(tmp_path))
    predicted = predictor.predict(TRAIN)
    columns = ["prediction_price", "prediction_tags", "proba_tags_x", "proba_tags_y"]
    assert predicted.columns == columns == list(predictor.output_columns)
    assert predicted["prediction_tags"].to_list() == ["", "", "x,y", "x,y"]
    assert predicted["prediction_price"].mean() == pytest.approx(1.0)
    assert predictor.predict(TRAIN.head(0)).columns == columns

"""Several models as one: each row by its own, in its order, in the columns of the whole model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hornbook.data import ReadOptions, Storage, open_rows
from hornbook.errors import DataError
from hornbook.features import Targets
from hornbook.metrics import Measurer, PredictionInterval, PredictionType, TaskMeasurer
from hornbook.serving.endpoint.served_version import LoadedVersion
from hornbook.serving.evaluation import EvaluationPlan, evaluate
from hornbook.serving.loading import ModelFiles
from hornbook.serving.partitioned import PartitionedPredictor
from hornbook.serving.predict_rows import predict_frame
from hornbook.serving.scoring import score
from hornbook.serving.scoring_options import ScoringOptions
from hornbook.serving.scoring_output import FileOutput
from hornbook.training.partitions import Partitions

# Keras' own, when it saves the seed of a layer.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def models(make_predictor):
    """The whole model and two submodels, which say different things of a row."""
    thresholds = {"whole": 0.5, "north": 0.3, "south": 0.7}
    return {
        name: make_predictor(seed=seed, threshold=threshold)
        for seed, (name, threshold) in enumerate(thresholds.items())
    }


@pytest.fixture
def partitioned(models):
    submodels = {name: models[name] for name in ("north", "south")}
    return PartitionedPredictor(models["whole"], "place", submodels)


@pytest.fixture
def placed(rows):
    """Rows of which some have no place, one that no submodel knows, or no number."""
    places = ["south", "north", "west", None, "north"] * 20
    return rows.with_columns(pl.Series("place", places))


def expected(models, placed):
    """What each row's own model says of it, asked alone."""
    own = [models.get(value, models["whole"]) for value in placed["place"].fill_null("-")]
    said = {id(one): one.predict(placed) for one in models.values()}
    return pl.concat([said[id(one)][at] for at, one in enumerate(own)])


def same(found, wanted):
    assert found.columns == wanted.columns
    assert found["prediction"].to_list() == wanted["prediction"].to_list()
    for name in wanted.columns[1:]:
        np.testing.assert_allclose(found[name], wanted[name], atol=1e-6)


def test_each_row_is_predicted_by_its_own_model_in_its_place(models, partitioned, placed):
    wanted = expected(models, placed)
    same(partitioned.predict(placed), wanted)
    block = partitioned.run(partitioned.prepare(placed))
    same(partitioned.in_words(block), wanted)
    assert partitioned.predict(placed[:0]).schema == wanted.schema
    # Thresholds are each model's own, unless one is asked for.
    asked = partitioned.in_words(block, threshold=0.9)
    assert (asked["prediction"] == "yes").to_list() == (wanted["proba_yes"] >= 0.9).to_list()
    assert partitioned.in_words(block, with_probabilities=False).columns == ["prediction"]


def test_a_row_that_cannot_be_scored_keeps_its_reason(partitioned, placed):
    faults = partitioned.faults(placed)
    assert [at for at, one in enumerate(faults) if one is not None] == list(range(0, 100, 10))
    assert partitioned.prepare(placed).faults.to_list() == faults.to_list()
    assert partitioned.predict(placed)["prediction"].null_count() == 10
    assert partitioned.faults(placed.filter(pl.col("n").is_not_null())).null_count() == 90


def test_the_column_must_be_there_and_may_be_of_any_type(models, make_predictor):
    one = PartitionedPredictor(models["whole"], "year", {"3": models["north"]})
    frame = pd.DataFrame({"n": [1.0, 2.0, 3.0], "c": ["a", "b", "a"], "year": [3, 4, None]})
    found = predict_frame(one, frame)
    # With a missing value among them, whole numbers come as floats.
    wanted = models["north"].predict(pl.DataFrame({"n": [1.0], "c": ["a"]}))
    assert found["proba_yes"][0] == pytest.approx(wanted["proba_yes"][0])
    assert one.table_columns == ("n", "c", "year")
    with pytest.raises(DataError, match="lack the columns 'year'"):
        predict_frame(one, frame.drop(columns="year"))


def test_a_class_that_a_submodel_never_saw_has_no_probability(make_predictor, placed):
    kind = PredictionType.MULTICLASS
    whole = make_predictor(kind, ("a", "b", "c"), units=3, seed=0)
    north = make_predictor(kind, ("a", "c"), units=2, seed=1)
    partitioned = PartitionedPredictor(whole, "place", {"north": north})
    found = partitioned.predict(placed)
    assert found.columns == ["prediction", "proba_a", "proba_b", "proba_c"]
    is_north = (placed["place"] == "north").fill_null(value=False)
    ours, scored = found.filter(is_north), placed.filter(is_north)["n"].is_not_null()
    assert (ours["proba_b"].is_null() == ~scored).all()
    assert ours["proba_b"].drop_nulls().sum() == 0
    np.testing.assert_allclose(ours["proba_c"], north.predict(placed)["proba_c"].filter(is_north))
    scores = partitioned.scores(partitioned.run(partitioned.prepare(placed)))
    assert scores.outputs[""].shape == (90, 3)
    assert scores.decided == {}


def test_intervals_are_each_models_own(make_predictor, placed):
    kind = PredictionType.REGRESSION
    made = [
        make_predictor(kind, None, seed=at, interval=PredictionInterval(0.9, width))
        for at, width in enumerate((1.0, 5.0))
    ]
    found = PartitionedPredictor(made[0], "place", {"north": made[1]}).predict(placed)
    widths = (found["prediction_upper"] - found["prediction_lower"]).round(3)
    assert widths.to_list() == [
        None if at % 10 == 0 else 10.0 if place == "north" else 2.0
        for at, place in enumerate(placed["place"])
    ]


def test_scoring_and_evaluating_go_by_each_rows_model(models, partitioned, placed, tmp_path):
    wanted = expected(models, placed)
    truth = pl.Series("y", ["yes", "no", "no", "yes"] * 25)
    placed.with_columns(truth).write_csv(tmp_path / "rows.csv")
    reading = ReadOptions(types={"n": "float", "c": "string", "place": "string", "y": "string"})
    rows = open_rows(str(tmp_path / "rows.csv"), reading)
    output = FileOutput(tmp_path / "scored.parquet")
    result = score(partitioned, rows, output, ScoringOptions(columns=("id",)))
    assert (result.scored_rows, result.rejected_rows) == (90, 10)
    found = pl.read_parquet(output.path)
    scored = wanted["prediction"].is_not_null()
    assert [int(one) for one in found["id"]] == placed["id"].filter(scored).to_list()
    same(found.drop("id"), wanted.filter(scored))

    encoders = {"": models["whole"].artifact.outputs[""].encoder}
    assert Targets(encoders).columns == ("y",)
    measurer = Measurer(PredictionType.BINARY, metric="ROC AUC", classes=("no", "yes"))
    plan = EvaluationPlan("it", TaskMeasurer({"": measurer}, ""))
    kept = tmp_path / "kept.parquet"
    evaluation = evaluate(partitioned, rows, plan, rows_file=kept)
    metrics = {one.name: one.value for one in evaluation.metrics}
    right = (wanted["prediction"] == truth).filter(scored)
    assert metrics["Accuracy"] == pytest.approx(right.mean())
    assert pl.read_parquet(kept)["correct"].to_list() == right.to_list()
    said = wanted.filter(scored)["proba_yes"].to_numpy()
    alone = measurer.measure((truth.filter(scored) == "yes").cast(int).to_numpy(), said)
    for name in ("ROC AUC", "Log Loss", "Average Precision"):
        assert metrics[name] == pytest.approx(alone.metrics[name], rel=1e-5)
    assert evaluation.thresholds == {"": None}


def test_an_endpoint_asks_for_the_column_and_warms_every_model(models, partitioned):
    loaded = LoadedVersion(None, partitioned, limit=2, strict=False)
    assert [one.column for one in loaded.reader.columns] == ["n", "c", "place"]
    loaded.warm()
    read = loaded.reader.read(
        [{"n": 1.0, "c": "a", "place": "north"}, {"n": None, "c": "a", "place": 7}], "rows[{row}]"
    )
    answer = loaded.predict(read.cells, 2)
    wanted = models["north"].predict(pl.DataFrame({"n": [1.0], "c": ["a"]}))
    assert answer.columns[2][0] == pytest.approx(wanted["proba_yes"][0])
    assert answer.reasons == {1: "The model leaves this row out: 'n' has no value."}


def test_the_files_ask_for_the_same_columns_as_the_predictor(models, partitioned):
    submodels = {name: ModelFiles(Path(), models[name].artifact) for name in ("north", "south")}
    partitions = Partitions("place", Storage.STRING, ())
    files = ModelFiles(Path(), models["whole"].artifact, partitions, submodels)
    assert "place" in files.table_columns
    assert files.table_columns == partitioned.table_columns

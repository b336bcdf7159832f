"""Evaluation of models: metrics beside a hand-made truth, rows left out, drift, what is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from hornbook.data import ReadOptions, open_rows
from hornbook.errors import DataError, NotFoundError
from hornbook.features import Targets
from hornbook.metrics import Measurer, PredictionType, TaskMeasurer
from hornbook.serving.evaluation import EvaluationPlan, evaluate
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.evaluation_store import EvaluationStore
from hornbook.serving.row_sample import RowSample
from hornbook.training.reference import ModelReference, prediction_sketches, sketch_features

# Keras' own, when it saves the seed of a layer.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def run(tmp_path):
    def go(predictor, frame, metric="ROC AUC", kind=PredictionType.BINARY, **more):
        path = tmp_path / "rows.parquet"
        frame.write_parquet(path)
        classes = predictor.artifact.outputs[""].encoder.classes
        types = {"y": "float" if classes is None else "string", "w": "float"}
        reading = predictor.artifact.reading
        options = ReadOptions(types={**reading.types, **types}, types_may_be_absent=True)
        measurer = TaskMeasurer({"": Measurer(kind, metric=metric, classes=classes)}, "")
        rows_file = more.pop("rows_file", None)
        plan = EvaluationPlan("m/v1", measurer, **more)
        return evaluate(predictor, open_rows(str(path), options), plan, rows_file=rows_file)

    return go


@pytest.fixture
def truth(rows):
    """The rows with a truth, which one of them lacks, and of which one is of a new class."""
    labels = ["yes" if (n or 0) > 2.5 else "no" for n in rows["n"].to_list()]
    labels[3], labels[4] = None, "perhaps"
    return rows.with_columns(pl.Series("y", labels))


def test_metrics_are_those_of_the_rows_with_a_truth(make_predictor, truth, run, tmp_path):
    predictor = make_predictor()
    at_training = {"ROC AUC": 0.5, "Accuracy": None}
    file = tmp_path / "evaluated.parquet"
    found = run(predictor, truth, at_training=at_training, rows_file=file)
    assert (found.rows, found.evaluated_rows) == (100, 88)
    assert (found.rows_without_truth, found.unknown_class_rows, found.unscorable_rows) == (1, 1, 10)
    known = truth.hstack(predictor.predict(truth).get_columns()).filter(
        pl.col("prediction").is_not_null() & pl.col("y").is_in(["yes", "no"])
    )
    correct = (known["prediction"] == known["y"]).mean()
    assert found.metric("Accuracy").value == pytest.approx(correct)
    assert found.metric("Accuracy").difference is None
    auc = found.metric("ROC AUC")
    assert auc.difference == pytest.approx(auc.value - 0.5)
    assert found.metric("Log Loss").greater_is_better is False
    assert found.thresholds == {"": 0.5}
    assert any("'perhaps'" in note for note in found.notes)
    written = pl.read_parquet(file)
    assert written.columns == ["row", "truth", "prediction", "correct", "probability_of_truth"]
    assert written["correct"].mean() == pytest.approx(correct)
    assert written["truth"].to_list() == known["y"].to_list()
    assert written["row"].to_list() == (known["id"] + 1).to_list()


def test_weights_count(make_predictor, truth, run):
    frame = truth.with_columns(w=pl.when(pl.col("y") == "yes").then(5.0).otherwise(1.0))
    plain = run(make_predictor(), frame)
    weighted = run(make_predictor(), frame, weight="w")
    assert (plain.weighted, weighted.weighted) == (False, True)
    assert weighted.metric("Accuracy").value != plain.metric("Accuracy").value
    absent = run(make_predictor(), truth, weight="w")
    assert not absent.weighted
    assert any("no weights in 'w'" in note for note in absent.notes)


def test_values_are_measured_too(make_predictor, rows, run, tmp_path):
    kind = PredictionType.REGRESSION
    predictor = make_predictor(kind, None)
    frame = rows.with_columns(y=pl.col("n").fill_null(0.0) * 2)
    file = tmp_path / "evaluated.parquet"
    found = run(predictor, frame, metric="R2 Score", kind=kind, rows_file=file)
    errors = pl.read_parquet(file)["error"]
    assert found.metric("MAE").value == pytest.approx(errors.abs().mean(), rel=1e-5)
    assert found.evaluated_rows == 90


def test_without_a_truth_only_drift_is_told(make_predictor, rows, run):
    predictor = make_predictor()
    pipeline, outputs = predictor.artifact.pipeline, predictor.artifact.outputs
    raw = predictor.run(predictor.prepare(rows.select("n", "c"))).outputs
    ModelReference(sketch_features(pipeline, rows), prediction_sketches(outputs, raw)).write(
        predictor.artifact.folder
    )
    found = run(predictor, rows)
    assert found.metrics == []
    assert "only drift is told" in found.notes[0]
    assert {one.column for one in found.drift} == {"n", "c"}
    assert all(one.level == "none" for one in found.drift)
    names = {one.column for one in found.prediction_drift}
    assert names == {"prediction", "probability of yes"}
    moved = run(predictor, rows.with_columns(pl.col("n") + 4, pl.lit("q").alias("c")))
    assert [one.level for one in moved.drift] == ["strong", "strong"]
    assert next(one for one in moved.drift if one.column == "c").new_categories == ["q"]
    assert any(one.level == "strong" for one in moved.prediction_drift)


def test_models_from_before_say_that_they_keep_nothing(make_predictor, truth, run):
    found = run(make_predictor(), truth)
    assert found.drift == found.prediction_drift == []
    assert any("keeps nothing of its train rows" in note for note in found.notes)


def test_nothing_to_measure(make_predictor, rows, run):
    with pytest.raises(DataError, match="None of the 100 rows"):
        run(make_predictor(), rows.with_columns(n=pl.lit(None, dtype=pl.Float64)))
    nothing = run(make_predictor(), rows.with_columns(y=pl.lit("other")))
    assert nothing.metrics == []
    assert any("No row has a truth" in note for note in nothing.notes)


def test_a_reference_comes_back(make_predictor, rows, tmp_path):
    predictor = make_predictor()
    raw = {"": np.array([[0.2], [np.nan], [0.9]], np.float32)}
    outputs = predictor.artifact.outputs
    kept = ModelReference(
        sketch_features(predictor.artifact.pipeline, rows), prediction_sketches(outputs, raw)
    )
    kept.write(tmp_path)
    again = ModelReference.read(tmp_path)
    assert again.inputs["c"].counts == kept.inputs["c"].counts
    assert again.inputs["n"].numbers.tolist() == kept.inputs["n"].numbers.tolist()
    assert again.predictions["prediction"].counts == {"no": 1, "yes": 1}
    assert ModelReference.read(tmp_path / "elsewhere") is None
    assert Targets({"": outputs[""].encoder}).columns == ("y",)


def evaluation(**values):
    plain = {
        "created_at": datetime.now(UTC),
        "model": "m/v1",
        "input": "rows.csv",
        "weighted": False,
        "thresholds": {},
        "metrics": [],
        "drift": [],
        "prediction_drift": [],
        **dict.fromkeys(
            (
                "rows",
                "evaluated_rows",
                "rows_without_truth",
                "unknown_class_rows",
                "unscorable_rows",
                "rejected_rows",
                "drift_rows",
            ),
            0,
        ),
    }
    return Evaluation(**{**plain, **values})


def test_evaluations_are_kept_in_order(tmp_path):
    store = EvaluationStore(tmp_path)
    assert store.all() == []
    for number in range(11):
        store.keep(evaluation(rows=number), store.new_folder())
    store.new_folder()  # one that is still made, or was broken off
    assert [one.evaluation_id for one in store.all()] == [f"e{n}" for n in range(1, 12)]
    assert store.get("e11").rows == 10
    for wrong in ("e12", "e99", "../e1", "v1"):
        with pytest.raises(NotFoundError, match="no evaluation"):
            store.get(wrong)


def test_a_sample_is_drawn_from_all_of_a_stream():
    sample = RowSample(1_000)
    for start in range(0, 50_000, 500):
        sample.add(pl.DataFrame({"a": np.arange(start, start + 500)}))
    drawn = sample.frame()["a"]
    assert len(drawn) == len(sample) == 1_000
    assert drawn.is_sorted()
    assert drawn.n_unique() == 1_000
    assert drawn.mean() == pytest.approx(25_000, rel=0.1)

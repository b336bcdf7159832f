"""The main job on real tables: design, training, its figures, its predictions."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from tensorboardX.proto import event_pb2

pytestmark = pytest.mark.slow

BINARY = [
    "Accuracy",
    "Precision",
    "Recall",
    "F1 Score",
    "Cost Matrix Gain",
    "Log Loss",
    "Cumulative Lift",
    "ROC AUC",
    "Average Precision",
    "Custom score",
]
REGRESSION = ["EVS", "MAPE", "MAE", "MSE", "RMSE", "RMSLE", "R2 Score", "Custom Score"]


def test_wine_from_file_to_predictions(terminal, data_folder):
    data = data_folder / "wine_quality_white.csv"
    made = terminal.json("init", "wine", "--data", data, "--target", "quality")
    assert made["type"] == "regression"
    assert len(made["features"]) == 11

    checked = terminal.json("check", "wine")
    assert checked["valid"]
    assert checked["inputs"][0]["shape"] == [11]
    assert checked["inputs"][0]["line"] == 13
    assert checked["parameters"] == 11 * 64 + 64 + 64 * 64 + 64 + 64 + 1

    result = terminal.json("train", "wine", "--name", "First", "--description", "As it comes")
    assert result["status"] == "finished"
    assert result["session_id"] == "s1"
    assert result["model"] == "/".join(
        result[part] for part in ("analysis_id", "mltask_id", "session_id")
    )
    assert [len(result[part]) for part in ("analysis_id", "mltask_id")] == [8, 8]
    assert list(result["metrics"]) == REGRESSION
    assert result["metrics"]["R2 Score"] >= 0.25
    assert (result["train_rows"], result["test_rows"]) == (3918, 980)
    assert result["epochs"] == 10
    assert result["threshold"] is None
    assert set(result["seconds"]) >= {"prepare", "fit", "total"}
    for name in ("loss", "val_loss", *(f"Test {metric}" for metric in REGRESSION)):
        assert len(result["history"][name]) == 10, name
    best = result["history"]["Test R2 Score"][result["best_epoch"] - 1]
    assert best == max(result["history"]["Test R2 Score"])
    assert result["metrics"]["R2 Score"] == best

    again = terminal.json("train", "wine")
    assert again["session_id"] == "s2"
    assert again["metrics"] == result["metrics"]
    assert again["history"] == result["history"]

    terminal.run("predict", result["model"], data, "out.csv")
    predicted = pl.read_csv(terminal.folder / "out.csv")
    source = pl.read_csv(data)
    assert predicted.columns == [*source.columns, "prediction"]
    assert predicted.drop("prediction").equals(source)
    stored = pl.read_parquet(f"{result['folder']}/test_predictions.parquet")
    errors = (stored["truth"] - stored["output_0"]).abs().mean()
    assert errors == pytest.approx(result["metrics"]["MAE"], rel=1e-5)
    assert source["quality"].gather(stored["row"]).to_list() == stored["truth"].to_list()
    everything = np.sort(predicted["prediction"].to_numpy())
    outputs = stored["output_0"].to_numpy().astype(np.float64)
    nearest = everything[np.searchsorted(everything, outputs - 1e-5).clip(max=len(everything) - 1)]
    np.testing.assert_allclose(nearest, outputs, atol=2e-5)

    listed = terminal.json("sessions", "wine")["sessions"]
    assert [(row["name"], row["status"]) for row in listed] == [
        ("First", "finished"),
        ("Session 2", "finished"),
    ]
    shown = terminal.json("show", result["model"])
    assert shown["metrics"] == result["metrics"]
    assert shown["description"] == "As it comes"
    assert "◂ chosen" in terminal.run("show", "latest").stdout
    assert terminal.json("logs", "latest")["model"] == again["model"]
    assert_tensorboard_files(terminal, result)


def assert_tensorboard_files(terminal, result):
    """The event files hold the curves, in TensorBoard's own format."""
    folder = terminal.home / "analyses" / result["model"].replace("/sessions", "")
    files = list(folder.rglob("tensorboard/test/events.out.tfevents.*"))
    assert len(files) == 1
    values = [
        (value.tag, event.step, value.simple_value)
        for event in read_events(files[0])
        for value in event.summary.value
    ]
    scores = [value for tag, _, value in values if tag == "R2_Score"]
    assert scores == pytest.approx(result["history"]["Test R2 Score"], rel=1e-5)


def read_events(path):
    """Length, its checksum, content, its checksum: the records of an event file."""
    content = path.read_bytes()
    position = 0
    while position < len(content):
        length = int.from_bytes(content[position : position + 8], "little")
        yield event_pb2.Event.FromString(content[position + 12 : position + 12 + length])
        position += 12 + length + 4


def test_adult_with_a_test_file_of_its_own(terminal, data_folder):
    train, test = (data_folder / f"adult_{part}.csv" for part in ("train", "test"))
    terminal.run("init", "adult", "--data", train, "--test", test, "--target", "income")
    result = terminal.json("train", "adult")
    assert (result["train_rows"], result["test_rows"]) == (32_561, 16_281)
    assert list(result["metrics"]) == [*BINARY, "Calibration Loss"]
    assert result["metrics"]["ROC AUC"] >= 0.90
    assert 0 < result["threshold"] < 1
    for metric in BINARY:
        values = result["history"][f"Test {metric}"]
        assert len(values) == 10
        assert all(value is not None for value in values), metric

    accurate = terminal.json(
        *("train", "adult", "--set", "metrics.optimize=Accuracy"),
        *("--set", "weights.class_weights=false"),
    )
    assert accurate["metric"] == "Accuracy"
    assert accurate["metrics"]["Accuracy"] >= 0.845
    assert accurate["metrics"]["Accuracy"] == max(accurate["history"]["Test Accuracy"])

    terminal.run("predict", accurate["model"], test, "out.parquet")
    predicted = pl.read_parquet(terminal.folder / "out.parquet")
    assert predicted.columns[-3:] == ["prediction", "proba_<=50K", "proba_>50K"]
    right = (predicted["prediction"] == predicted["income"]).mean()
    assert right == pytest.approx(accurate["metrics"]["Accuracy"], abs=1e-12)
    confusion = terminal.json("show", accurate["model"])["confusion_matrix"]
    diagonal = sum(confusion["matrix"][k][k] for k in range(2))
    assert diagonal / 16_281 == pytest.approx(right)


@pytest.mark.parametrize(
    ("file", "target", "classes"), [("titanic.csv", "survived", 2), ("diamonds.csv", "cut", 5)]
)
def test_defaults_train_without_editing(terminal, data_folder, file, target, classes):
    made = terminal.json("init", "task", "--data", data_folder / file, "--target", target)
    assert len(made["classes"]) == classes
    result = terminal.json("train", "task", "--set", "training.epochs=3")
    assert result["status"] == "finished"
    assert result["metrics"]["ROC AUC"] > 0.75
    if file == "titanic.csv":
        assert "alive" in made["rejected_columns"]


def test_a_validation_share_keeps_the_test_set_out_of_every_choice(terminal, small_table):
    data = small_table()
    terminal.run("init", "task", "--data", data, "--target", "answer")
    result = terminal.json("train", "task", "--set", "split.validation_share=0.25")
    assert (result["train_rows"], result["validation_rows"], result["test_rows"]) == (240, 80, 80)
    assert result["measured_on"] == "validation"
    assert not [name for name in result["history"] if name.startswith("Test ")]
    chosen = result["history"]["Validation ROC AUC"]
    assert result["best_epoch"] == chosen.index(max(chosen)) + 1
    assert result["metrics"]["ROC AUC"] != max(chosen)


def test_the_form_stops_early_and_lowers_the_learning_rate(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    result = terminal.json(
        *("train", "task", "--set", "training.epochs=60"),
        *("--set", "training.early_stopping.enabled=true"),
        *("--set", "training.reduce_learning_rate.enabled=true"),
    )
    assert result["epochs"] < 60
    assert result["epochs"] - result["best_epoch"] >= 3
    assert len(set(result["history"]["learning_rate"])) > 1


def test_fewer_steps_than_all_the_data(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    result = terminal.json(
        *("train", "task", "--set", "training.train_on_all_data=false"),
        *("--set", "training.steps_per_epoch=3", "--set", "training.epochs=2"),
    )
    events = (terminal.home / "analyses" / result["model"]).rglob("events.jsonl")
    started = [
        event
        for line in next(iter(events)).read_text().splitlines()
        if (event := json.loads(line))["event"] == "fit_started"
    ]
    assert started[0]["batches"] == 3


def test_sample_weights_count_in_the_metrics(terminal, tmp_path, small_table):
    data = small_table()
    frame = pl.read_csv(data).with_columns(
        w=pl.when(pl.col("answer") == "yes").then(5.0).otherwise(1.0)
    )
    frame.write_csv(tmp_path / "weighted.csv")
    terminal.run("init", "task", "--data", tmp_path / "weighted.csv", "--target", "answer")
    arguments = ("train", "task", "--set", 'features.w.role="reject"')
    plain = terminal.json(*arguments, "--set", "training.epochs=1")
    weighted = terminal.json(
        *arguments, "--set", "training.epochs=1", "--set", "weights.sample_weight=w"
    )
    assert weighted["metrics"]["Accuracy"] != plain["metrics"]["Accuracy"]
    stored = pl.read_parquet(f"{weighted['folder']}/test_predictions.parquet")
    assert set(stored["weight"]) == {1.0, 5.0}


def test_rows_that_cannot_be_used_are_counted(terminal, tmp_path, small_table):
    frame = pl.read_csv(small_table()).with_row_index()
    holes = frame.with_columns(
        answer=pl.when(pl.col("index") < 7).then(None).otherwise(pl.col("answer")),
        x=pl.when(pl.col("index").is_between(20, 29)).then(None).otherwise(pl.col("x")),
    ).drop("index")
    holes.write_csv(tmp_path / "holes.csv")
    made = terminal.json("init", "task", "--data", tmp_path / "holes.csv", "--target", "answer")
    assert made["rows_without_target"] == 7
    result = terminal.json(
        "train", "task", "--set", "features.x.missing=drop_rows", "--set", "training.epochs=1"
    )
    assert result["dropped"]["without a target"] == 7
    assert sum(result["dropped"].values()) == 17
    assert result["train_rows"] + result["test_rows"] == 400 - 17
    terminal.run("predict", result["model"], tmp_path / "holes.csv", "out.csv")
    out = pl.read_csv(tmp_path / "out.csv")
    assert len(out) == 400
    assert out["prediction"].null_count() == 10
    assert out.filter(pl.col("prediction").is_null())["x"].null_count() == 10


def test_a_demo_from_nothing(terminal):
    del terminal.environment["JAX_COMPILATION_CACHE_DIR"]
    shown = terminal.run("demo").stdout
    for expected in ("R2 Score  ◂ chosen", "What to do next", "show latest", "epoch"):
        assert expected in shown
    assert (terminal.folder / "hornbook-demo" / "predict-quality" / "task.toml").exists()
    assert list((terminal.home / "cache" / "jax").iterdir())
    assert terminal.json("demo")["metrics"]["R2 Score"] >= 0.25

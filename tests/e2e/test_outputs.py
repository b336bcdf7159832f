"""One network with several outputs, and targets of several labels."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow

TWO_OUTPUTS = """
import keras
from keras import layers


def build_model(input_shapes, n_classes=None):
    assert n_classes == {"amount": None, "answer": 2}
    main = keras.Input(shape=input_shapes["main"], name="main")
    x = layers.Dense(32, activation="relu")(main)
    amount = layers.Dense(1, name="amount")(x)
    answer = layers.Dense(1, activation="sigmoid", name="answer")(x)
    return keras.Model(main, [amount, answer])


def compile_model(model):
    losses = {"amount": "mse", "answer": "binary_crossentropy"}
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=losses)
    return model
"""
CALLBACKS = """
from dataiku.doctor.deep_learning.shared_variables import get_variable
from keras.callbacks import EarlyStopping


def build_sequences(make_train_sequence, make_validation_sequence):
    return make_train_sequence(16), make_validation_sequence(64)


def fit_model(model, train_sequence, validation_sequence, base_callbacks):
    assert get_variable("DKU_MODEL_METRIC") == "Test answer Accuracy"
    stop = EarlyStopping(monitor="Test amount R2 Score", mode="max", patience=20)
    model.fit(train_sequence, epochs=8, callbacks=base_callbacks + [stop])
"""


@pytest.fixture
def table(tmp_path):
    random = np.random.default_rng(1)
    x, z = random.normal(size=(2, 400))
    frame = pd.DataFrame({"x": x, "z": z, "amount": 3 * x - z, "answer": np.where(z > 0, "b", "a")})
    frame["big"], frame["wide"] = (x > 0.5).astype(int), (z > -0.5).astype(int)
    labels = [["big"] * b + ["wide"] * w for b, w in zip(frame["big"], frame["wide"], strict=True)]
    frame["tags"] = [",".join(row) or "none" for row in labels]
    frame.to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path / "rows.csv"


def test_two_targets_are_learnt_measured_and_predicted_at_once(terminal, table):
    terminal.run("init", "two", "--data", table, "--target", "amount")
    text = (terminal.folder / "two/task.toml").read_text("utf-8")
    before, rest = text.split("[target]")
    rest = rest[rest.index("\n[split]") :]
    for column in ("answer", "big", "wide", "tags"):
        rest = rest.replace(f'{column} = {{ type = "categorical" }}', "")
        rest = rest.replace(f'{column} = {{ type = "numerical" }}', "")
    outputs = (
        '[outputs.amount]\ncolumn = "amount"\ntype = "regression"\n\n'
        '[outputs.answer]\ncolumn = "answer"\ntype = "binary"\n'
    )
    terminal.write("two/task.toml", before + outputs + rest)
    terminal.write("two/architecture.py", TWO_OUTPUTS)
    terminal.write("two/training.py", CALLBACKS)
    (terminal.folder / "two/custom_score.py").unlink()
    settings = ("--set", "metrics.output=answer", "--set", "metrics.optimize=Accuracy")
    settings += ("--set", "training.mode=advanced")
    result = terminal.json("train", "two", *settings)
    assert result["metrics"]["amount R2 Score"] > 0.7
    assert result["metrics"]["answer Accuracy"] > 0.85
    assert result["metric"] == "answer Accuracy"
    assert result["outputs"]["amount"]["threshold"] is None
    assert result["threshold"] == result["outputs"]["answer"]["threshold"]
    assert len(result["history"]["Test answer ROC AUC"]) == result["epochs"]
    shown = terminal.json("show")
    assert np.sum(shown["confusion_matrix"]["answer"]["matrix"]) == result["test_rows"]
    terminal.run("predict", "latest", table, "predicted.csv")
    predicted = pd.read_csv(terminal.folder / "predicted.csv")
    assert (predicted["prediction_answer"] == predicted["answer"]).mean() > 0.85
    assert np.corrcoef(predicted["prediction_amount"], predicted["amount"])[0, 1] > 0.85
    assert predicted[["proba_answer_a", "proba_answer_b"]].sum(axis=1).round(5).eq(1).all()
    terminal.run("score", "latest", table, "scored.csv", "--threshold", 0.0)
    assert set(pd.read_csv(terminal.folder / "scored.csv")["prediction_answer"]) == {"b"}
    found = terminal.json("evaluate", "latest", table, "--rows")
    metrics = {one["name"]: one["value"] for one in found["metrics"]}
    correct = (predicted["prediction_answer"] == predicted["answer"]).mean()
    assert metrics["answer Accuracy"] == pytest.approx(correct)
    rows = pd.read_parquet(found["rows_file"])
    assert metrics["amount MAE"] == pytest.approx(rows["error_amount"].abs().mean(), rel=1e-4)
    names = {one["column"] for one in found["prediction_drift"]}
    assert names == {"prediction of amount", "prediction of answer", "probability of b in answer"}


def test_a_list_of_outputs_trains_on_tensorflow(terminal, table):
    terminal.run("init", "two", "--data", table, "--target", "amount", "--target", "answer")
    settings = ("--set", "runtime.backend=tensorflow", "--set", "training.epochs=2")
    result = terminal.json("train", "two", *settings)
    assert result["status"] == "finished", result["reason"]
    assert {"amount R2 Score", "answer ROC AUC"} <= set(result["metrics"])


@pytest.mark.parametrize(
    "target",
    [
        'column = "tags"\nseparator = ","\ntype = "multilabel"\n',
        'columns = ["big", "wide"]\ntype = "multilabel"\n',
    ],
)
def test_a_row_may_have_several_labels(terminal, table, target):
    features = '\n[features]\nx = { type = "numerical" }\nz = { type = "numerical" }\n'
    (terminal.folder / "tags").mkdir()
    dataset = f"[dataset]\npath = {json.dumps(str(table))}\n\n"
    terminal.write("tags/task.toml", f"{dataset}[target]\n{target}{features}")
    network = TWO_OUTPUTS.replace('    assert n_classes == {"amount": None, "answer": 2}\n', "")
    network = network.replace('layers.Dense(1, name="amount")(x)', "None")
    network = network.replace("layers.Dense(1, ", "layers.Dense(n_classes, ")
    network = network.replace("[amount, answer]", "answer").replace(
        "loss=losses", 'loss="binary_crossentropy"'
    )
    terminal.write("tags/architecture.py", network)
    result = terminal.json("train", "tags", "--set", "training.epochs=15")
    assert result["metrics"]["ROC AUC"] > 0.95
    assert result["metrics"]["Accuracy"] > 0.8
    terminal.run("predict", "latest", table, "predicted.csv")
    predicted = pd.read_csv(terminal.folder / "predicted.csv").fillna("")
    between = "," if "separator" in target else "|"
    has_big = predicted["prediction"].str.split(between).map(lambda labels: "big" in labels)
    assert (has_big == predicted["big"].astype(bool)).mean() > 0.9
    assert {"proba_big", "proba_wide"} <= set(predicted.columns)
    rows = pd.read_csv(table)
    rows.loc[:9, "tags"] = "big,new"
    rows.to_csv(terminal.folder / "new.csv", index=False)
    found = terminal.json("evaluate", "latest", "new.csv", "--rows")
    assert found["unknown_class_rows"] == (10 if "separator" in target else 0)
    metrics = {one["name"]: one["value"] for one in found["metrics"]}
    assert metrics["ROC AUC"] > 0.9
    evaluated = pd.read_parquet(found["rows_file"])
    assert len(evaluated) == found["evaluated_rows"] == 400 - found["unknown_class_rows"]
    assert evaluated["correct"].mean() > 0.7
    names = [one["column"] for one in found["prediction_drift"]]
    assert {"prediction", "probability of big", "probability of wide"} <= set(names)

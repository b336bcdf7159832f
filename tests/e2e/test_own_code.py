"""What users write around the plain case: their own layers, several fits, their mistakes."""

from __future__ import annotations

import polars as pl
import pytest

pytestmark = pytest.mark.slow

ARCHITECTURE = """
    import keras
    from keras import layers, ops
    {before}

    def build_model(input_shapes, n_classes=None):
        main = keras.Input(shape=input_shapes["main"], name="main")
        x = {layer}(main)
        return keras.Model(main, layers.Dense(1, activation={activation})(x))

    def compile_model(model):
        model.compile("adam", {loss})
        return model
"""
TRAINING = """
    def build_sequences(build_train, build_validation):
        return build_train(32), build_validation(32)

    def fit_model(model, train_sequence, validation_sequence, base_callbacks):
        {fit}
"""
ADVANCED = ("--set", "training.mode=advanced")


@pytest.fixture
def task(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    return terminal


def write(terminal, before="", layer="layers.Dense(4)", activation="'sigmoid'", loss="'mse'"):
    code = ARCHITECTURE.replace("{before}", before.replace("\n", "\n    "))
    code = code.replace("{layer}", layer).replace("{activation}", activation)
    terminal.write("task/architecture.py", code.replace("{loss}", loss))


OWN_LAYER = """
class Scale(layers.Layer):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return self.factor * x

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
"""
OWN_LOSS = """
def my_loss(truth, predicted):
    return ops.mean(ops.square(truth - predicted), axis=-1)

def squash(x):
    return ops.sigmoid(x)
"""


@pytest.mark.parametrize(
    "changes",
    [
        {"before": OWN_LAYER, "layer": "Scale(2.0)"},
        {"layer": "layers.Lambda(lambda x: x * 2)"},
        {"before": OWN_LOSS, "loss": "my_loss", "activation": "squash"},
    ],
    ids=["layer", "lambda", "loss and activation"],
)
def test_code_of_their_own_predicts_in_a_new_process(task, changes):
    write(task, **changes)
    trained = task.json("train", "task", "--set", "training.epochs=3")
    assert trained["status"] == "finished"
    scored = task.json("predict", "latest", "small.csv", "out.csv")
    assert scored["rows"] == 400
    assert pl.read_csv(task.folder / "out.csv")["prediction"].null_count() == 0
    body = (
        "    from dataiku.doctor.deep_learning import load_model\n"
        "    return load_model.get_keras_model_from_trained_model()\n"
    )
    path = task.folder / "task" / "architecture.py"
    head, _, tail = path.read_text().partition("    main = keras.Input")
    path.write_text(head + body + tail[tail.index("\n\ndef compile_model") :])
    assert task.json("check", "task")["valid"]
    assert task.json("train", "task", "--set", "training.epochs=1")["status"] == "finished"


def test_a_layer_that_could_not_be_kept_is_found_before_training(task):
    without = OWN_LAYER[: OWN_LAYER.index("    def get_config")]
    write(task, before=without, layer="Scale(object())".replace("object()", "[1, object()][0:1]"))
    write(task, before=without.replace("factor * x", "factor[0] * x"), layer="Scale([2.0, keras])")
    for command in ("check", "train"):
        failed = task.json(command, "task", code=1)
        text = str(failed.get("reason") or failed["problems"])
        assert "could not be kept" in text
        assert "get_config" in text


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        ("rate = {}['lr']", "training.py:6: KeyError: 'lr'"),
        ("model.fit(train_sequence, epoch=2, callbacks=base_callbacks)", "training.py:6: "),
        ("raise ValueError('no [b] bold [/b] thing')", "no [b] bold [/b] thing"),
    ],
)
def test_a_mistake_before_the_first_epoch_is_shown_as_it_is(task, fit, expected):
    task.write("task/training.py", TRAINING.format(fit=fit))
    failed = task.json("train", "task", *ADVANCED, code=1)
    assert expected in failed["reason"]
    assert expected in task.run("train", "task", *ADVANCED, code=1).stderr
    assert "failed" in task.run("sessions").stdout


def test_a_loss_that_fails_on_the_first_batch_is_shown(task):
    before = "def my_loss(truth, predicted):\n    return keras.ops.no_such_function(truth)\n"
    write(task, before=before, loss="my_loss")
    failed = task.json("train", "task", code=1)
    assert "architecture.py:5" in failed["reason"]
    assert "no_such_function" in failed["reason"]


def test_epochs_are_counted_over_two_fits(task):
    fit = (
        "model.fit(train_sequence, epochs=2, callbacks=base_callbacks); "
        "model.fit(train_sequence, epochs=5, initial_epoch=2, callbacks=base_callbacks)"
    )
    task.write("task/training.py", TRAINING.format(fit=fit))
    result = task.json("train", "task", *ADVANCED)
    scores = result["history"]["Test ROC AUC"]
    assert result["epochs"] == len(scores) == 5
    assert scores[result["best_epoch"] - 1] == max(scores) == result["metrics"]["ROC AUC"]


def test_files_whose_columns_are_stored_otherwise_lose_no_row(terminal, tmp_path):
    train = pl.DataFrame(
        {"n": [k % 50 for k in range(300)], "code": [100 + k % 4 for k in range(300)]}
    ).with_columns(y=pl.col("n") * 2.0 + pl.col("code"))
    other = train.head(60).with_columns(
        n=pl.col("n") + 0.5, code=pl.Series([f"X{k % 9}" for k in range(60)])
    )
    train.write_csv(tmp_path / "train.csv")
    other.write_csv(tmp_path / "other.csv")
    terminal.run(
        *("init", "task", "--data", "train.csv", "--test", "other.csv", "--target", "y"),
    )
    arguments = ("--set", 'features.code.type="categorical"', "--set", "training.epochs=1")
    result = terminal.json("train", "task", *arguments)
    assert result["test_rows"] == 60
    assert result["warnings"] == []
    scored = terminal.json("predict", "latest", "other.csv", "out.csv")
    assert (scored["rows"], scored["rejected_rows"]) == (60, 0)
    assert pl.read_csv(tmp_path / "out.csv")["prediction"].null_count() == 0


def test_rejected_rows_are_told_with_the_result(terminal, tmp_path):
    lines = [f"{k * 0.7:.1f},{k % 7}" for k in range(200)]
    lines[50] = "50,3,9"
    (tmp_path / "ragged.csv").write_text("a,y\n" + "\n".join(lines) + "\n")
    terminal.run("init", "task", "--data", "ragged.csv", "--target", "y")
    result = terminal.json("train", "task", "--set", "training.epochs=1")
    assert any("1 rows of ragged.csv did not parse" in note for note in result["warnings"])


def test_code_in_folders_beside_it_is_frozen_with_the_design(task):
    (task.folder / "task" / "mylib").mkdir()
    task.write("task/mylib/__init__.py", "ACTIVATION = 'sigmoid'\n")
    write(task, before="from mylib import ACTIVATION", activation="ACTIVATION")
    assert task.json("check", "task")["valid"]
    trained = task.json("train", "task", "--set", "training.epochs=1")
    assert trained["status"] == "finished"


def test_a_metric_without_a_value_is_said(terminal, tmp_path, small_table):
    small_table()
    pl.read_csv(tmp_path / "small.csv").filter(answer="yes").head(30).write_csv(
        tmp_path / "one_class.csv"
    )
    terminal.run(
        *("init", "task", "--data", "small.csv", "--test", "one_class.csv", "--target", "answer")
    )
    result = terminal.json("train", "task", "--set", "training.epochs=2")
    assert result["best_epoch"] == 1
    assert any("ROC AUC has no value" in note for note in result["warnings"])


def test_a_custom_score_that_fails_shows_its_own_line_first(task):
    task.write("task/custom_score.py", "def custom_score(y_valid, y_pred):\n    return 1 / 0\n")
    result = task.json("train", "task", "--set", "training.epochs=2")
    found = {one["id"]: one for one in result["diagnostics"]}
    note = found["custom-score-failed"]["message"]
    assert "custom_score.py:2: " in note
    assert "user_code.py" not in note
    assert not any("custom score" in note.lower() for note in result["warnings"])
    failed = task.json("train", "task", "--set", "metrics.optimize=Custom score", code=1)
    assert "custom_score.py:2" in failed["reason"]

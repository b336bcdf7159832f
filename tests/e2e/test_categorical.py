"""Encodings of categories in whole trainings: an Embedding as the reference has it, and folds."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

pytestmark = pytest.mark.slow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "handlings" / "categorical.md"
TASK = """
    [dataset]
    path = "../jobs.csv"

    [target]
    column = "answer"
    type = "binary"

    [training]
    epochs = 15

"""
SHARED = """
    import keras
    from keras import layers


    def build_model(input_shapes, n_classes=None, vocabulary_sizes=None):
        places = keras.Input(shape=input_shapes["places"], name="places")
        vectors = layers.Embedding(vocabulary_sizes["places"], 4)(places)
        output = layers.Dense(1, activation="sigmoid")(layers.Flatten()(vectors))
        return keras.Model(places, output)


    def compile_model(model):
        model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
        return model
"""


@pytest.fixture
def jobs(terminal):
    """A table whose target is told by the occupation, of which there are 60, and by the age."""
    rng = np.random.default_rng(0)
    occupation = rng.integers(0, 60, 4000)
    age = rng.integers(18, 70, 4000)
    odds = rng.choice([-2.0, 2.0], 60)[occupation] + (age - 44) / 20
    names = [None if number == 7 else f"job {number}" for number in occupation]
    answer = np.where(rng.logistic(size=4000) < odds, "yes", "no")
    table = pl.DataFrame({"age": age, "occupation": names, "answer": answer})
    table.write_csv(terminal.folder / "jobs.csv")
    (terminal.folder / "task").mkdir()
    return terminal


def of_page(language):
    """The settings and the code on the page of the reference."""
    return re.search(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)[1]


def test_the_embedding_of_the_reference_learns_and_predicts(jobs):
    jobs.write("task/task.toml", TASK)
    with (jobs.folder / "task" / "task.toml").open("a") as file:
        file.write(of_page("toml"))
    jobs.write("task/architecture.py", of_page("python"))
    checked = jobs.json("check", "task")
    assert checked["valid"]
    inputs = {one["name"]: one for one in checked["inputs"]}
    assert inputs["occupation_preprocessed"]["shape"] == [1]
    # 59 occupations with a name, the missing one and the rare ones.
    assert checked["parameters"] == 61 * 8 + 9 * 64 + 64 + 64 + 1

    trained = jobs.json("train", "task")
    assert trained["status"] == "finished"
    assert trained["metrics"]["ROC AUC"] > 0.85

    asked = pl.DataFrame({"age": [44, 44, 44], "occupation": ["job 1", "never seen", None]})
    asked.write_csv(jobs.folder / "asked.csv")
    jobs.run("predict", "latest", "asked.csv", "out.csv")
    assert pl.read_csv(jobs.folder / "out.csv")["prediction"].null_count() == 0


def test_features_share_an_embedding(jobs):
    feature = "{{ type = 'categorical', handling = 'index', input = 'places'{} }}"
    entries = {"age": feature.format(", min_rows = 1"), "occupation": feature.format("")}
    lines = ["[features]", *(f"{name} = {entry}" for name, entry in entries.items())]
    jobs.write("task/task.toml", TASK)
    with (jobs.folder / "task" / "task.toml").open("a") as file:
        file.write("\n".join(lines) + "\n")
    jobs.write("task/architecture.py", SHARED)
    trained = jobs.json("train", "task")
    assert trained["metrics"]["ROC AUC"] > 0.8


def test_categories_of_few_rows_are_no_bait_out_of_fold(jobs):
    # Beside the age there is nothing but noise: 1,500 categories of a few rows each.
    table = pl.read_csv(jobs.folder / "jobs.csv")
    noise = np.random.default_rng(1).integers(0, 1500, len(table))
    table.with_columns(occupation=pl.Series(noise)).write_csv(jobs.folder / "jobs.csv")
    jobs.run("init", "noise", "--data", "jobs.csv", "--target", "answer", "--type", "binary")
    found = {}
    for k_fold in ("true", "false"):
        entry = f"{{type='categorical', handling='impact', k_fold={k_fold}}}"
        settings = (f"features.occupation={entry}", "features.age={type='numerical'}")
        arguments = [part for setting in settings for part in ("--set", setting)]
        found[k_fold] = jobs.json("train", "noise", *arguments)["metrics"]["Log Loss"]
    assert found["true"] < found["false"]

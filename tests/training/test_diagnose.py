"""Diagnostics of real trainings: what is wrong with them is found, and what is not is not."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import polars as pl
import pytest
from keras import layers

from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.errors import DivergedTrainingError
from hornbook.features import TargetFormat, TargetLayout
from hornbook.metrics import Measurer, TaskMeasurer, default_metric
from hornbook.training.diagnose import diagnose
from hornbook.training.fit import FitOutcome
from hornbook.training.model import UserModel
from hornbook.training.prediction import evaluate_rows
from hornbook.training.prepare import open_tables, prepare_data

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

N_ROWS = 2200
CODE = "def build_model(s):\n    pass\n\ndef compile_model(m):\n    pass\n"
TASK = """
[dataset]
path = "rows.csv"
[target]
column = "answer"
type = "binary"
[features]
x = { type = "numerical" }
z = { type = "numerical" }
noise = { type = "numerical" }
city = { type = "categorical", input = "words" }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("diagnose")
    random = np.random.default_rng(0)
    x, z, noise, luck = random.normal(size=(4, N_ROWS))
    frame = pl.DataFrame(
        {
            "x": x,
            "z": z,
            "noise": noise,
            "city": random.choice(["Rome", "Oslo", "Bern"], N_ROWS),
            "answer": np.where(x + z + luck > 0, "yes", "no"),
            "amount": x + z + luck,
            "key": [f"k{row}" for row in range(N_ROWS)],
            "told": np.where(x + z + luck > 0, 1.0, 0.0),
            "holes": pl.Series([None] * 1500 + [1.0, 2.0] * 350),
        }
    )
    frame.write_csv(folder / "rows.csv")
    (folder / "task.toml").write_text(TASK)
    (folder / "architecture.py").write_text(CODE)
    return folder


@pytest.fixture
def found(folder, tmp_path):
    """Runs all diagnostics on a network with hand-made weights; returns them by id."""

    def run(*settings, weights, units=1, dead=False, **outcome):
        design = DesignFolder.read(folder, settings)
        table, test = open_tables(design, TableStore(folder / "tables"))
        data = prepare_data(design, table, test)
        inputs = {
            name: keras.Input(spec.shape, name=name) for name, spec in data.pipeline.inputs.items()
        }
        hidden = layers.Dense(8, activation="relu", bias_initializer="ones", name="hidden")
        ended = layers.Dense(units, activation="sigmoid", use_bias=False)
        tensor = inputs["main"]
        model = keras.Model(inputs, ended(layers.Concatenate()([tensor, hidden(tensor)])))
        kernel = np.zeros((inputs["main"].shape[1] + 8, units), np.float32)
        names = [column.name for column in data.pipeline.inputs["main"].columns]
        for name, weight in weights.items():
            kernel[names.index(name), -1] = weight
        ended.set_weights([kernel])
        if dead:
            bias = np.full(8, -1000, np.float32)
            hidden.set_weights([hidden.get_weights()[0], bias])
        model.compile("sgd", "binary_crossentropy")
        layout = TargetLayout.single(TargetFormat.VALUES)
        kind = design.task.target.type
        evaluated = evaluate_rows(model, data.test, layout)
        classes = data.targets.encoders[""].classes
        measurer = Measurer(kind, metric=default_metric(kind).name, classes=classes)
        measured = TaskMeasurer({"": measurer}, "").measure(
            evaluated.targets, evaluated.predictions
        )
        losses = {"loss": [0.7, 0.6, 0.55], "val_loss": [0.7, 0.6, 0.601]}
        result = FitOutcome(2, measured, evaluated, losses, 3, False, None, 1.0, {})
        report = diagnose(design, table, data, UserModel(model, layout), replace(result, **outcome))
        assert report.unchecked == ()
        report.write(tmp_path)
        return {str(one.id): one for one in report.diagnostics}

    return run


GOOD = {"x": 1.0, "z": 1.0}


def test_an_unused_input_is_all_there_is_to_find(found):
    diagnostics = found(weights=GOOD)
    assert list(diagnostics) == ["unused-input"]
    assert "'words'" in diagnostics["unused-input"].message


def test_a_leak_is_too_good_and_dominates(found):
    diagnostics = found('features.told={type="numerical"}', weights={"told": 3.0, "x": 0.05})
    assert {"too-good", "dominant-feature"} <= set(diagnostics)
    assert diagnostics["dominant-feature"].numbers["column"] == "told"


def test_columns_of_a_category_count_as_one(found):
    diagnostics = found('features.city.input="main"', weights={**GOOD, "city:Rome": 0.5})
    assert not diagnostics


def test_dead_units_and_predictions_that_nothing_moves(found):
    diagnostics = found(weights={}, dead=True)
    assert {"dead-units", "no-better-than-baseline", "constant-prediction"} <= set(diagnostics)
    assert diagnostics["dead-units"].numbers["layers"] == {"hidden": {"dead": 8, "units": 8}}
    assert not {"unused-input", "dominant-feature"} & set(diagnostics)


def test_identifiers_among_the_inputs(found):
    diagnostics = found(
        'features.key={type="categorical", max_categories=5, input="words"}', weights=GOOD
    )
    assert diagnostics["identifier-column"].numbers["columns"] == {"key": "category"}


def test_dropped_rows_name_the_column(found):
    diagnostics = found(
        'features.holes={type="numerical", missing="drop_rows"}', weights={**GOOD, "holes": 0.1}
    )
    assert diagnostics["dropped-rows"].numbers["missing"] == {"holes": 1500}
    assert {"small-train-set", "small-test-set"} <= set(diagnostics)


def test_the_end_of_a_training_that_broke_off(found):
    diagnostics = found(
        weights=GOOD,
        failure=DivergedTrainingError("no number"),
        custom_score_errors={"profit": "1 / 0."},
    )
    assert diagnostics["diverged"].numbers["epoch"] == 4
    assert diagnostics["custom-score-failed"].numbers == {"metric": "profit", "error": "1 / 0."}


def test_what_is_switched_off_is_not_looked_for(found):
    assert not found('diagnostics.off=["unused-input"]', weights=GOOD)
    assert not found("diagnostics.enabled=false", weights={}, dead=True)


def test_columns_before_a_step_are_what_is_moved(found):
    diagnostics = found(
        'features.told={type="numerical"}',
        "reduction.method=pca",
        weights={"component 1": 1.0, "component 2": 0.2},
    )
    assert "dominant-feature" not in diagnostics

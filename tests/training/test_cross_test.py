"""A design trained in folds: what is measured, what is kept, and that no fold knows another."""

from __future__ import annotations

import json
import math
from pathlib import Path

import jax
import keras
import numpy as np
import polars as pl
import pytest

from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.errors import UserCodeError
from hornbook.training.context import TrainingContext
from hornbook.training.cross_test import CrossTester, metric_margins
from hornbook.training.events import EventWriter
from hornbook.training.fit import make_measurer
from hornbook.training.job import STOP_FILE
from hornbook.training.prediction import evaluate_rows
from hornbook.training.prepare import Preparation, open_tables
from hornbook.training.user_code import UserCode

pytestmark = [
    pytest.mark.slow,
    # Keras warns of inputs given as a dict to models that list theirs, which is what they want.
    pytest.mark.filterwarnings("ignore:The structure of `inputs` doesn't match"),
    # Keras' own variables convert to NumPy as NumPy 1 wanted it.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy"),
]

CODE = """
import jax
import keras
from keras import layers

# A layer that outlives build_model, as users write them: no fold may find it trained.
hidden = layers.Dense(4, activation="relu", name="hidden")

def build_model(input_shapes, n_classes=None):
    main = keras.Input(shape=input_shapes["main"], name="main")
    output = layers.Dense(1, activation="sigmoid", name="prediction")(hidden(main))
    return keras.Model(main, output)

def compile_model(model):
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
    return model
"""
TASK = """
[dataset]
path = "rows.csv"
[target]
column = "y"
type = "binary"
[split]
folds = 3
[training]
epochs = 3
[features]
x = { type = "numerical" }
z = { type = "numerical" }
"""
ADVANCED = """
def build_sequences(build_train, build_validation):
    return build_train(16), build_validation(16)

def fit_model(model, train_sequence, validation_sequence, base_callbacks):
    model.fit(train_sequence, epochs=4, callbacks=base_callbacks)
"""


class Run:
    """A cross-test in this process."""

    def __init__(self, path: Path, settings: tuple[str, ...]) -> None:
        self.folder = path / "session"
        self.folder.mkdir(exist_ok=True)
        design = DesignFolder.read(path / "design", settings)
        self.tables = open_tables(design, TableStore(path / "tables"))
        self.preparation = Preparation(design, *self.tables)
        first = self.preparation.data(self.preparation.sets[0])
        measurer = make_measurer(design, first.targets, UserCode(design.path))
        events = EventWriter(self.folder)
        tester = CrossTester(
            design,
            self.preparation,
            measurer=measurer,
            context=TrainingContext(path, "a", "m", "s1", "Test ROC AUC", True),
            events=events,
            folder=self.folder,
        )
        try:
            self.tested = tester.run(first)
        finally:
            events.close()

    def events(self, kind: str) -> list[dict]:
        lines = (self.folder / "events.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def evaluated(self):
        """What the kept model makes of the rows it was fed with."""
        return evaluate_rows(
            self.tested.user_model.keras_model,
            self.tested.data.train,
            self.tested.user_model.layout,
        )


@pytest.fixture(scope="module", autouse=True)
def _compiled_once(tmp_path_factory):
    """JAX compiles each network once for all folds of all tests, as it does in a workspace."""
    settings = {
        "jax_compilation_cache_dir": str(tmp_path_factory.mktemp("jax")),
        "jax_persistent_cache_min_compile_time_secs": 0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
    }
    before = {name: getattr(jax.config, name) for name in settings}
    for name, value in settings.items():
        jax.config.update(name, value)
    yield
    for name, value in before.items():
        jax.config.update(name, value)


@pytest.fixture
def run(tmp_path):
    generator = np.random.default_rng(0)
    x, z = generator.normal(size=(2, 90))
    y = np.where(x + 0.5 * generator.normal(size=90) > 0.5, "yes", "no")
    folder = tmp_path / "design"
    folder.mkdir()
    pl.DataFrame({"x": x, "z": z, "y": y}).write_csv(folder / "rows.csv")
    (folder / "task.toml").write_text(TASK)

    def start(*settings, code=CODE, training=ADVANCED):
        (folder / "architecture.py").write_text(code)
        (folder / "training.py").write_text(training)
        return Run(tmp_path, settings)

    return start


def test_every_row_is_measured_by_a_model_that_had_not_seen_it(run):
    one = run()
    tested = one.tested
    assert [fold.number for fold in tested.folds] == [1, 2, 3]
    assert tested.kept_fold is None
    assert len(tested.data.train) == 90
    truth = tested.outcome.evaluated.targets[""]
    rows = np.concatenate([fold.data.test.rows for fold in tested.folds])
    assert sorted(rows) == list(range(90))
    classes = one.tables[0].read_column("y").gather(rows).to_list()
    assert [("no", "yes")[code] for code in truth] == classes
    means = {
        name: np.mean([fold.outcome.measurement.metrics[name] for fold in tested.folds])
        for name in tested.outcome.measurement.metrics
    }
    assert tested.outcome.measurement.metrics == pytest.approx(means)
    thresholds = [fold.outcome.measurement.thresholds[""] for fold in tested.folds]
    assert tested.outcome.measurement.thresholds[""] == pytest.approx(np.mean(thresholds))
    assert tested.outcome.epoch == math.floor(
        np.mean([fold.outcome.epoch for fold in tested.folds]) + 0.5
    )
    values = [fold.outcome.measurement.value for fold in tested.folds]
    assert tested.margins["ROC AUC"] == pytest.approx(2 * np.std(values))
    assert [event["fold"] for event in one.events("fold")] == [1, 2, 3]
    (retraining,) = one.events("retraining")
    assert retraining["train_rows"] == 90
    assert len(one.events("epoch")) == 9 + retraining["epochs"]
    last = one.events("epoch")[-1]["logs"]
    assert not any(name.startswith(("Test ", "val_")) for name in last)
    assert not list(one.folder.glob("fold-*"))
    assert (one.folder / "tensorboard" / "fold-2" / "test").is_dir()


def test_two_runs_are_equal_to_the_last_bit(run):
    one, other = run(), run()
    for name, values in one.tested.outcome.evaluated.predictions.items():
        np.testing.assert_array_equal(values, other.tested.outcome.evaluated.predictions[name])
    np.testing.assert_array_equal(
        one.evaluated().predictions[""], other.evaluated().predictions[""]
    )


def test_no_fold_finds_what_another_left(run):
    """Also not in a layer that the user's module keeps: the code is run anew for each fold."""
    long, short = run("split.retrain=false"), run("split.retrain=false", "training.epochs=1")
    first_losses = [fold.outcome.history["loss"][0] for fold in long.tested.folds]
    assert first_losses == [fold.outcome.history["loss"][0] for fold in short.tested.folds]


def test_without_retraining_the_best_fold_is_kept_with_its_weights(run):
    one = run("split.retrain=false")
    values = [fold.outcome.measurement.value for fold in one.tested.folds]
    best = int(np.argmax(values)) + 1
    assert one.tested.kept_fold == best
    fold = one.tested.folds[best - 1]
    assert one.tested.outcome.epoch == fold.outcome.epoch
    assert one.tested.data is fold.data
    again = evaluate_rows(
        one.tested.user_model.keras_model, fold.data.test, one.tested.user_model.layout
    )
    np.testing.assert_allclose(
        again.predictions[""], fold.outcome.evaluated.predictions[""], atol=1e-6
    )
    assert not one.events("retraining")


def test_a_validation_share_chooses_in_every_fold(run):
    tested = run("split.validation_share=0.25").tested
    for fold in tested.folds:
        assert len(fold.data.validation) == 15
        assert fold.result.validation_rows == 15
        assert "Validation ROC AUC" in fold.outcome.history
    assert len(tested.data.train) == 90


def test_advanced_mode_calls_fit_model_for_each_fold(run):
    one = run("training.mode=advanced")
    assert [fold.outcome.epochs for fold in one.tested.folds] == [4, 4, 4]
    assert one.tested.kept_fold is None
    (retraining,) = one.events("retraining")
    assert len(one.events("epoch")) == 12 + retraining["epochs"]


def test_a_stop_keeps_the_folds_before_it(run):
    stopping = ADVANCED.replace(
        "    model.fit(",
        "    import pathlib\n"
        "    here = pathlib.Path(__file__).parent\n"
        "    (here / f'fold{len(list(here.glob(\"fold*\")))}').touch()\n"
        "    if len(list(here.glob('fold*'))) == 3:\n"
        f"        (here.parent / 'session' / '{STOP_FILE}').touch()\n"
        "    model.fit(",
    )
    one = run("training.mode=advanced", training=stopping)
    assert one.tested.outcome.failure is None
    assert one.tested.outcome.stopped
    assert [fold.number for fold in one.tested.folds] == [1, 2]
    assert one.tested.kept_fold in (1, 2)
    assert one.tested.kept.endswith("is kept, measured over 2 of 3 folds")
    assert len(one.tested.outcome.evaluated.targets[""]) == 60


def test_a_failure_keeps_the_folds_before_it(run):
    failing = CODE.replace(
        "    main = keras",
        "    import pathlib\n"
        "    builds = pathlib.Path(__file__).parent / 'builds'\n"
        "    builds.write_text(builds.read_text() + 'x' if builds.exists() else 'x')\n"
        "    if len(builds.read_text()) == {nth}:\n"
        "        raise ValueError('no more')\n"
        "    main = keras",
    )
    one = run(code=failing.replace("{nth}", "2"))
    assert isinstance(one.tested.outcome.failure, UserCodeError)
    assert one.tested.kept_fold == 1
    assert one.tested.kept == "the model of fold 1 is kept, measured over 1 of 3 folds"
    assert math.isnan(one.tested.margins["ROC AUC"])


def test_a_failing_first_fold_fails(run):
    with pytest.raises(UserCodeError, match="no more"):
        run(
            code=CODE.replace(
                "    main = keras", "    raise ValueError('no more')\n    main = keras"
            )
        )


def test_a_retraining_that_fails_leaves_the_best_fold(run):
    failing = ADVANCED.replace(
        "    model.fit(train_sequence, epochs=4, callbacks=base_callbacks)",
        "    history = model.fit(train_sequence, epochs=4, callbacks=base_callbacks)\n"
        "    history.history['Test ROC AUC']",
    )
    one = run("training.mode=advanced", training=failing)
    assert "KeyError" in str(one.tested.outcome.failure)
    assert one.tested.kept_fold is not None
    assert len(one.tested.folds) == 3


def test_metrics_that_a_fold_lacks_are_said(run):
    one = run("split.method=group", "split.column=y", "split.folds=2", "split.stratify=false")
    assert math.isnan(one.tested.outcome.measurement.metrics["ROC AUC"])
    assert math.isnan(one.tested.margins["ROC AUC"])


def test_margins_leave_out_folds_without_a_value():
    nan = math.nan
    margins = metric_margins([{"a": 1.0, "b": nan}, {"a": nan, "b": nan}, {"a": 3.0, "b": 1.0}])
    assert margins["a"] == 2.0
    assert math.isnan(margins["b"])


def test_keras_settings_of_the_user_hold_in_every_fold(run):
    code = CODE.replace(
        "from keras import layers\n",
        'from keras import layers\nkeras.config.set_dtype_policy("mixed_bfloat16")\n',
    )
    before = keras.config.dtype_policy()
    try:
        one = run("split.retrain=false", code=code)
        assert (
            one.tested.user_model.keras_model.get_layer("prediction").dtype_policy.name
            == "mixed_bfloat16"
        )
    finally:
        keras.config.set_dtype_policy(before)

"""How fast rows come must not change what is learnt from them: the same weights, to the bit."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import keras
import numpy as np
import polars as pl
import pytest

from hornbook.backends import jax_steps
from hornbook.backends.executions import StepTimer
from hornbook.batching import RowSequence, chunks
from hornbook.batching import rows as rows_module
from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.training import fit as fit_module
from hornbook.training.build import build_for_training
from hornbook.training.cached_sets import CachedSets
from hornbook.training.context import TrainingContext
from hornbook.training.events import EventWriter
from hornbook.training.fit import fit, make_measurer
from hornbook.training.prepare import Preparation, open_tables
from hornbook.training.user_code import UserCode

pytestmark = [
    pytest.mark.slow,
    # Keras warns of inputs given as a dict to models that list theirs, which is what they want.
    pytest.mark.filterwarnings("ignore:The structure of `inputs` doesn't match"),
    # Keras' own variables convert to NumPy as NumPy 1 wanted it.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy"),
]

ARCHITECTURE = """
import keras
from keras import layers


def build_model(input_shapes, n_classes=None, vocabulary_sizes=None):
    main = keras.Input(shape=input_shapes["main"], name="main")
    town = keras.Input(shape=input_shapes["town"], name="town", dtype="int32")
    place = layers.Flatten()(layers.Embedding(vocabulary_sizes["town"], 3)(town))
    x = layers.Dense(8, activation="relu")(layers.Concatenate()([main, place]))
    x = layers.Dropout(0.2)(layers.BatchNormalization()(x))
    return keras.Model([main, town], layers.Dense(1, activation="sigmoid")(x))


def compile_model(model):
    model.compile("adam", "binary_crossentropy")
    return model
"""
TASK = """
seed = 3
[dataset]
path = "rows.parquet"
[target]
column = "bought"
type = "binary"
[weights]
sample_weight = "weight"
[training]
epochs = 3
batch_size = 16
[features]
age = { type = "numerical" }
pet = { type = "categorical" }
town = { type = "categorical", handling = "index", input = "town" }
"""


@pytest.fixture
def design(tmp_path):
    random = np.random.default_rng(0)
    n_rows = 1510
    age = random.normal(40, 10, n_rows)
    pl.DataFrame(
        {
            "age": np.where(random.random(n_rows) < 0.1, np.nan, age),
            "pet": random.choice(["cat", "dog", "eel"], n_rows),
            "town": random.choice([f"town {i}" for i in range(40)], n_rows),
            "weight": random.random(n_rows),
            "bought": np.where(age + random.normal(0, 5, n_rows) > 40, "yes", "no"),
        }
    ).with_columns(pl.col("age").fill_nan(None)).write_parquet(tmp_path / "rows.parquet")
    folder = tmp_path / "design"
    folder.mkdir()
    (folder / "task.toml").write_text(TASK.replace("rows.parquet", "../rows.parquet"))
    (folder / "architecture.py").write_text(ARCHITECTURE)
    return folder


class Trained:
    """One training of the design in this process, in the workspace beside it."""

    def __init__(self, folder: Path, run: str, *settings: str) -> None:
        home = folder.parent
        design = DesignFolder.read(folder, settings)
        tables = open_tables(design, TableStore(home / "tables"))
        self.caches = CachedSets(design, home)
        preparation = Preparation(design, *tables, caches=self.caches)
        data = preparation.data(preparation.sets[0])
        for rows in (data.train, data.test):
            rows.fill_cache()
        code = UserCode(design.path)
        measurer = make_measurer(design, data.targets, code)
        context = TrainingContext(home, "a", "m", "s1", "Test ROC AUC", True)
        model = build_for_training(
            design, data.pipeline.inputs, data.targets.n_classes, code, context
        )
        session = home / run
        session.mkdir()
        events = EventWriter(session)
        try:
            self.outcome = fit(
                design,
                data,
                user_model=model,
                measurer=measurer,
                code=code,
                events=events,
                folder=session,
            )
        finally:
            events.close()
            self.caches.close()
        self.weights = [np.asarray(one) for one in model.keras_model.get_weights()]

    def assert_same(self, other: Trained) -> None:
        assert self.outcome.history == other.outcome.history
        assert self.outcome.epoch == other.outcome.epoch
        for ours, theirs in zip(self.weights, other.weights, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.fixture
def plain(design, monkeypatch):
    """A training without cache, blocks of many chunks, and several steps at once."""
    with monkeypatch.context() as patched:
        patched.setattr(fit_module, "paced_executions", lambda model: nullcontext())
        return Trained(design, "plain", "training.cache_preprocessed=false")


def test_with_the_cache_and_from_the_cache(design, plain):
    first = Trained(design, "first")
    assert not first.caches.reused
    first.assert_same(plain)
    second = Trained(design, "second")
    assert set(second.caches.reused) == {"train", "test"}
    second.assert_same(plain)


def test_in_small_blocks_by_threads(design, plain, monkeypatch):
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", 1000)
    monkeypatch.setattr(chunks, "_FIRST_BLOCK_ROWS", 100)
    monkeypatch.setattr(rows_module, "_MOST_ROWS_TO_ENCODE", 70)
    for number, cached in enumerate(("true", "false")):
        run = Trained(design, f"run {number}", f"training.cache_preprocessed={cached}")
        run.assert_same(plain)


IS_ON_TENSORFLOW = keras.backend.backend() == "tensorflow"


@pytest.mark.skipif(IS_ON_TENSORFLOW, reason="Only JAX has the choice.")
def test_in_a_loop_or_step_by_step(design, plain, monkeypatch):
    sizes = []
    flops = jax_steps._flops
    monkeypatch.setattr(jax_steps, "_flops", lambda jaxpr: sizes.append(flops(jaxpr)) or sizes[-1])
    looped = []
    steps_from = jax_steps._Functions._steps_from
    monkeypatch.setattr(
        jax_steps._Functions,
        "_steps_from",
        lambda *arguments: (looped.append(1), steps_from(*arguments))[1],
    )
    Trained(design, "loop").assert_same(plain)
    # Once, where it is traced.
    assert looped == [1]
    # Those of the whole step come last, after those of its parts.
    assert 0 < sizes[-1] <= jax_steps._MOST_LOOPED_FLOPS
    monkeypatch.setattr(jax_steps, "_MOST_LOOPED_FLOPS", sizes[-1] - 1)
    Trained(design, "steps").assert_same(plain)
    assert looped == [1]


@pytest.mark.skipif(IS_ON_TENSORFLOW, reason="This is it.")
def test_all_of_this_on_tensorflow():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__],
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "5 passed, 2 skipped" in done.stdout


def test_many_batches_come_in_one_piece(design, plain, monkeypatch):
    asked, chunked = [], []
    get_item, encoded_chunks = RowSequence.__getitem__, RowSequence.encoded_chunks
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", 10_000)
    monkeypatch.setattr(
        RowSequence,
        "__getitem__",
        lambda self, index: (asked.append(index), get_item(self, index))[1],
    )

    def noted(sequence):
        for chunk in encoded_chunks(sequence):
            chunked.append(len(keras.tree.flatten(chunk)[0]))
            yield chunk

    monkeypatch.setattr(RowSequence, "encoded_chunks", noted)
    Trained(design, "chunks").assert_same(plain)
    # Keras looks at some, for their shapes and types.
    assert asked == ([0, 1] if IS_ON_TENSORFLOW else [0])
    assert len(chunked) > 3
    assert sum(chunked) == 3 * 1208
    assert {n_rows % 16 for n_rows in chunked} == {0, 8}


def test_what_a_set_is_made_of_decides_whether_it_is_used_again(design):
    def reused(run: str, *settings: str) -> set[str]:
        return set(Trained(design, run, "training.epochs=1", *settings).caches.reused)

    assert reused("1") == set()
    assert reused("2", "training.batch_size=64") == {"train", "test"}
    (design / "architecture.py").write_text(ARCHITECTURE.replace("Dense(8", "Dense(4"))
    assert reused("3") == {"train", "test"}
    assert reused("4", "features.age.rescaling=minmax") == set()
    assert reused("5", "features.age.rescaling=minmax") == {"train", "test"}
    assert reused("6", "seed=4") == set()
    assert reused("7", "weights.class_weights=false") == {"test"}
    assert reused("8", "training.cache_preprocessed=false") == set()


def test_a_training_makes_several_steps_at_once_and_tells_its_seconds(design, monkeypatch):
    made = []
    add = StepTimer.add

    def add_and_note(timer, steps, seconds):
        made.append(steps)
        add(timer, steps, seconds)

    monkeypatch.setattr(StepTimer, "add", add_and_note)
    outcome = Trained(design, "run").outcome
    assert sum(made) == 3 * 76
    assert max(made) > 1
    assert len(outcome.profile) == 3
    for epoch in outcome.profile:
        assert epoch.steps > 0
        assert epoch.metrics > 0
        parts = epoch.steps + epoch.waiting + epoch.metrics + epoch.checkpoints
        assert parts == pytest.approx(epoch.epoch)
    assert outcome.profile[0].checkpoints > 0

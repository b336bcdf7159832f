"""Tables of any length for benchmarks, and designs that learn from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

NUMBERS = 20
LEVELS = (5, 10, 15, 20, 30, 50, 80, 100, 150, 200)
MOST_DUMMIES = 50
MISSING_SHARE = 0.05
_CHUNK_ROWS = 250_000

ARCHITECTURE = """
import keras
from keras import layers


def build_model(input_shapes, n_classes=None):
    main = keras.Input(shape=input_shapes["main"], name="main")
    x = layers.Dense(64, activation="relu")(main)
    x = layers.Dense(64, activation="relu")(x)
    return keras.Model(main, layers.Dense(1, activation="sigmoid", name="prediction")(x))


def compile_model(model):
    model.compile(optimizer=keras.optimizers.Adam(0.001), loss="binary_crossentropy")
    return model
"""


def write_table(path: Path, n_rows: int, seed: int = 0, numbers: int = NUMBERS) -> None:
    """Columns of numbers with 5 % missing, 10 of categories of 5 to 200 levels, a target.

    Levels are drawn with falling shares, as they are in life; the target follows from some
    numbers and some categories.
    """
    random = np.random.default_rng(seed)
    effects = [random.normal(size=levels) for levels in LEVELS]
    names = [np.array([f"level {i}" for i in range(levels)]) for levels in LEVELS]
    writer: pq.ParquetWriter | None = None
    for start in range(0, n_rows, _CHUNK_ROWS):
        size = min(_CHUNK_ROWS, n_rows - start)
        columns: dict[str, pl.Series] = {}
        score = np.zeros(size)
        for index in range(numbers):
            values = random.normal(10 * index, 1 + index, size)
            if index < 5:
                score += (values - 10 * index) / (1 + index)
            is_missing = random.random(size) < MISSING_SHARE
            columns[f"number_{index}"] = pl.Series(np.where(is_missing, np.nan, values)).fill_nan(
                None
            )
        for index, levels in enumerate(LEVELS):
            share = 1 / np.arange(1, levels + 1)
            codes = random.choice(levels, size, p=share / share.sum())
            score += effects[index][codes] / 2
            columns[f"category_{index}"] = pl.Series(names[index][codes])
        noisy = score + random.logistic(size=size)
        columns["target"] = pl.Series(np.where(noisy > 0, "yes", "no"))
        table: pa.Table = pl.DataFrame(columns).to_arrow()
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def write_design(
    folder: Path,
    table: Path,
    *,
    epochs: int,
    batch_size: int,
    n_numbers: int = NUMBERS,
    most_dummies: int = MOST_DUMMIES,
) -> None:
    """A design that encodes categories with at most so many dummies each."""
    folder.mkdir(parents=True)
    numbers = "\n".join(f'number_{i} = {{ type = "numerical" }}' for i in range(n_numbers))
    categories = "\n".join(
        f'category_{i} = {{ type = "categorical", max_categories = {most_dummies} }}'
        for i in range(len(LEVELS))
    )
    (folder / "task.toml").write_text(
        f"""
seed = 1
[dataset]
path = "{table}"
[target]
column = "target"
type = "binary"
[weights]
class_weights = false
[training]
epochs = {epochs}
batch_size = {batch_size}
[features]
{numbers}
{categories}
"""
    )
    (folder / "architecture.py").write_text(ARCHITECTURE)

"""Scoring 5 million rows of a Parquet file beside `keras.Model.predict` on ready arrays.

The table has 10 columns of numbers with 5 % missing and 10 of categories with 5 to 200 levels, of
which at most 50 become dummies: 340 columns to the network. The model is trained on 50,000 rows.

- Hornbook scores the file in a process of its own, from the file to the written file, kept
  columns, predictions and probabilities in it; once with all 20 columns, once with none.
- Keras predicts 200,000 rows that lie ready in memory, by the same network on the same backend:
  the median of five passes with the quickest of three large batches; a first pass, which compiles,
  is left out.

Told are rows a second, seconds of Hornbook from the first row read to the last one written,
compilation included.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.measured import Line, Run, hornbook, in_turns, median, run_python
from benchmarks.tables import write_design, write_table

NUMBERS = 10
BATCH_SIZES = (4_096, 8_192, 32_768)
READY_ROWS = 200_000

READY = """
import json, sys
import numpy as np, polars as pl
from hornbook import open_workspace
with open_workspace(sys.argv[1]) as workspace:
    model = workspace.model("latest")
    pipeline = model.predictor().artifact.pipeline
    frame = pl.read_parquet(sys.argv[2], n_rows=int(sys.argv[4]))
    np.save(sys.argv[3], pipeline.transform(frame)["main"])
    print(json.dumps({"keras": str(model.folder / "model.keras")}))
"""

PLAIN = """
import json, statistics, sys, time
import numpy as np, keras
model = keras.saving.load_model(sys.argv[1], compile=False)
x = np.load(sys.argv[2])
best = 0.0
for batch_size in map(int, sys.argv[3:]):
    model.predict(x, batch_size=batch_size, verbose=0)
    rates = []
    for _ in range(5):
        started = time.perf_counter()
        model.predict(x, batch_size=batch_size, verbose=0)
        rates.append(len(x) / (time.perf_counter() - started))
    best = max(best, statistics.median(rates))
print(json.dumps(best))
"""


def lines(runs: int, n_rows: int = 5_000_000) -> list[Line]:
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        table, small, design = scratch / "rows.parquet", scratch / "small.parquet", scratch / "task"
        write_table(small, 50_000, numbers=NUMBERS)
        write_table(table, n_rows, seed=1, numbers=NUMBERS)
        write_design(design, small, epochs=1, batch_size=1024, n_numbers=NUMBERS)
        home, arrays = scratch / "home", scratch / "x.npy"
        hornbook(["train", str(design), "--set", "runtime.backend=jax"], home)
        ready = run_python(["-c", READY, str(home), str(table), str(arrays), str(READY_ROWS)])
        inputs = tuple(name for name in _columns(table) if name != "target")

        def ours(*options: str) -> Run:
            output = scratch / "scored.parquet"
            done = hornbook(["score", "latest", str(table), str(output), *options], home)
            return Run(done.value["rows_per_second"], done.peak_mb)

        def plain() -> Run:
            sizes = map(str, BATCH_SIZES)
            return run_python(
                ["-c", PLAIN, ready.value["keras"], str(arrays), *sizes], {"KERAS_BACKEND": "jax"}
            )

        keep = [part for name in inputs for part in ("--columns", name)]
        found = in_turns(
            runs,
            {
                "Hornbook, all columns kept": lambda: ours(*keep),
                "keras predict": plain,
                "Hornbook, predictions alone": lambda: ours("--no-columns"),
            },
        )
    return _lines(found, n_rows)


def _columns(table: Path) -> list[str]:
    return list(pq.read_schema(table).names)


def _lines(found: dict[str, list[Run]], n_rows: int) -> list[Line]:
    theirs = found["keras predict"]
    named = {
        "20 columns kept": found["Hornbook, all columns kept"],
        "predictions alone": found["Hornbook, predictions alone"],
    }
    return [
        Line(
            f"score {n_rows / 1e6:g} M rows × 20 columns, {what}",
            "keras predict, ready arrays, JAX",
            "rows/s",
            median([run.value for run in ours]),
            median([run.value for run in theirs]),
            "≥ 0.6",
            max(run.peak_mb for run in ours),
            max(run.peak_mb for run in theirs),
            {"ours": [run.value for run in ours], "theirs": [run.value for run in theirs]},
        )
        for what, ours in named.items()
    ]

"""A wide table of a million rows: epochs from a Parquet file beside epochs from ready arrays.

The table has 20 columns of numbers with 5 % missing and 10 of categories with 5 to 200 levels, of
which at most 50 become dummies: 350 columns to the network. All sides train the same network on
the same train rows in batches of 1,024:

- Hornbook, from its table; every metric of every epoch on the test rows is computed besides and
  is told apart;
- plain `keras.Model.fit` on arrays that lie ready in memory;
- the `PyDataset` that a good engineer writes by hand: a data frame in memory, and a fitted
  `ColumnTransformer` of scikit-learn that transforms each batch.

Told are train rows a second. The first epoch of Hornbook counts the preprocessing of all sets
before it as well as compilation; that of plain Keras counts compilation.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.measured import Line, Run, hornbook, in_turns, median, run_python
from benchmarks.tables import write_design, write_table

BATCH_SIZE = 1024
EPOCHS = 3

PLAIN = """
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np, keras, architecture
from benchmarks.epoch_seconds import EpochSeconds
arrays = np.load(sys.argv[2])
x, y = arrays["x"], arrays["y"]
keras.utils.set_random_seed(1)
model = architecture.compile_model(architecture.build_model({"main": x.shape[1:]}))
watch = EpochSeconds()
model.fit(x, y, epochs=int(sys.argv[3]), batch_size=int(sys.argv[4]), verbose=0,
          callbacks=[watch])
print(json.dumps([len(x) / one for one in watch.seconds]))
"""

BY_HAND = """
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np, pandas as pd, keras, architecture
from benchmarks.epoch_seconds import EpochSeconds
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
frame = pd.read_parquet(sys.argv[2])
order = np.random.default_rng(1).permutation(len(frame))
frame = frame.iloc[order[: len(frame) * 4 // 5]].reset_index(drop=True)
numbers = [name for name in frame if name.startswith("number")]
categories = [name for name in frame if name.startswith("category")]
dummies = OneHotEncoder(max_categories=50, handle_unknown="infrequent_if_exist",
                        sparse_output=False, dtype=np.float32)
transformer = ColumnTransformer([
    ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
    ("categories", dummies, categories),
]).fit(frame)
target = (frame["target"] == "yes").to_numpy(np.float32)[:, np.newaxis]
size, steps_read = int(sys.argv[4]), int(sys.argv[5])
class Rows(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.order = np.random.default_rng(2).permutation(len(frame))
    def __len__(self):
        return steps_read
    def __getitem__(self, index):
        rows = self.order[index * size : (index + 1) * size]
        return transformer.transform(frame.iloc[rows]).astype(np.float32), target[rows]
    def on_epoch_end(self):
        np.random.default_rng().shuffle(self.order)
keras.utils.set_random_seed(1)
width = transformer.transform(frame.head(2)).shape[1]
model = architecture.compile_model(architecture.build_model({"main": (width,)}))
watch = EpochSeconds()
model.fit(Rows(), epochs=int(sys.argv[3]), verbose=0, callbacks=[watch], shuffle=False)
print(json.dumps([steps_read * size / one for one in watch.seconds]))
"""

_STEPS_BY_HAND = 120
"""Batches of an epoch by hand, which would take minutes: its rows a second are steady."""


def lines(runs: int, n_rows: int = 1_000_000) -> list[Line]:
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        table, design, arrays = scratch / "table.parquet", scratch / "design", scratch / "x.npz"
        write_table(table, n_rows)
        write_design(design, table, epochs=EPOCHS, batch_size=BATCH_SIZE)
        home = scratch / "home"
        hornbook(["train", str(design), "--set", "training.epochs=1"], home)
        train_rows = int(
            run_python(["-m", "benchmarks.ready", str(design), str(home), str(arrays)]).value
        )

        def ours(*, cached: bool) -> Run:
            if not cached:
                run_python(["-m", "hornbook", "cache", "--clear", "--json"], _home(home))
            done = hornbook(["train", str(design)], home)
            result = done.value
            epochs = [
                train_rows / (one["steps"] + one["waiting"] + one["checkpoints"])
                for one in result["profile"]
            ]
            preprocess = result["seconds"]["preprocess"]
            if not cached:
                epochs[0] = train_rows / (train_rows / epochs[0] + preprocess)
            whole = [train_rows / one["epoch"] for one in result["profile"]]
            return Run({"epochs": epochs, "whole": whole}, done.peak_mb)

        keras = [str(design), str(arrays), str(EPOCHS), str(BATCH_SIZE)]
        by_hand = [str(design), str(table), "2", str(BATCH_SIZE), str(_STEPS_BY_HAND)]
        found = in_turns(
            runs,
            {
                "Hornbook": lambda: ours(cached=False),
                "plain Keras on JAX": lambda: run_python(
                    ["-c", PLAIN, *keras], {"KERAS_BACKEND": "jax"}
                ),
                "Hornbook, sets of an earlier training": lambda: ours(cached=True),
                "PyDataset by hand": lambda: run_python(
                    ["-c", BY_HAND, *by_hand], {"KERAS_BACKEND": "jax"}
                ),
            },
        )
    return _lines(found, n_rows)


def _home(home: Path) -> dict[str, str]:
    return {"HORNBOOK_HOME": str(home)}


def _lines(found: dict[str, list[Run]], n_rows: int) -> list[Line]:
    new, kept = found["Hornbook"], found["Hornbook, sets of an earlier training"]
    plain, by_hand = found["plain Keras on JAX"], found["PyDataset by hand"]
    name = f"{n_rows / 1e6:g} M rows × 30 columns"

    def line(
        what: str,
        peer: str,
        target: str,
        ours: list[float],
        theirs: list[float],
        ours_runs: list[Run],
        theirs_runs: list[Run],
    ) -> Line:
        return Line(
            f"{name}, {what}",
            peer,
            "rows/s",
            median(ours),
            median(theirs),
            target,
            max(run.peak_mb for run in ours_runs),
            max(run.peak_mb for run in theirs_runs),
            {"ours": ours, "theirs": theirs},
        )

    first = [run.value["epochs"][0] for run in new]
    later = [median(run.value["epochs"][1:]) for run in new]
    again = [run.value["epochs"][0] for run in kept]
    whole = [median(run.value["whole"][1:]) for run in new]
    plain_first = [run.value[0] for run in plain]
    plain_later = [median(run.value[1:]) for run in plain]
    hand = [run.value[-1] for run in by_hand]
    ready = "Keras on JAX, ready arrays"
    return [
        line("first epoch, preprocessing included", ready, "≥ 0.7", first, plain_first, new, plain),
        line("first epoch, beside a later one", ready, "", first, plain_later, new, plain),
        line(
            "first epoch, sets of an earlier training", ready, "", again, plain_first, kept, plain
        ),
        line("later epochs", ready, "≥ 0.95", later, plain_later, new, plain),
        line(
            "later epochs with all metrics of 200,000 test rows",
            ready,
            "",
            whole,
            plain_later,
            new,
            plain,
        ),
        line(
            "first epoch, preprocessing included",
            "PyDataset by hand",
            "≥ 3",
            first,
            hand,
            new,
            by_hand,
        ),
    ]


if __name__ == "__main__":
    for one in lines(1):
        print(json.dumps(one.to_json(), ensure_ascii=False))

"""The training loop of Hornbook beside plain `keras.Model.fit`: `python -m benchmarks.training`.

Both train the same network on the same rows of the white-wine table: 10 epochs, batches of 32.
Hornbook reads raw rows from its table, preprocesses them batch by batch and computes every metric
of every epoch; plain Keras gets arrays that were preprocessed beforehand and computes no metric at
all. Each run is a process of its own, the runs take turns, and only the loop is timed: Hornbook's
from the session's report (`seconds.fit`), Keras' around the call of `fit`; imports, reading and
building are left out on both sides. Compilation is part of both loops.

Hornbook is timed twice: in a new workspace, where JAX compiles everything anew, and in a
workspace that has trained this network before, where it finds what it compiled.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import numpy as np

from hornbook.data import TableStore, split_rows
from hornbook.design import DesignFolder
from hornbook.features import FeaturePipeline

EPOCHS = 10
BATCH_SIZE = 32
PLAIN = """
import json, sys, time
import numpy as np
import keras
sys.path.insert(0, sys.argv[1])
import architecture
arrays = np.load(sys.argv[2])
keras.utils.set_random_seed(1337)
model = architecture.compile_model(architecture.build_model({"main": arrays["x"].shape[1:]}))
started = time.perf_counter()
model.fit(arrays["x"], arrays["y"], epochs=int(sys.argv[3]), batch_size=int(sys.argv[4]), verbose=0)
print(json.dumps(time.perf_counter() - started))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="of each side (default 5)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as scratch:
        design, arrays = prepare(Path(scratch))
        warm = Path(scratch) / "warm"
        train(design, warm)
        sides = {
            "Hornbook, new workspace": lambda: train(design, Path(tempfile.mkdtemp(dir=scratch))),
            "Hornbook, used workspace": lambda: train(design, warm),
            "keras.Model.fit on TensorFlow": lambda: plain("tensorflow", design, arrays),
            "keras.Model.fit on JAX": lambda: plain("jax", design, arrays),
        }
        seconds: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(runs):
            for name, run in sides.items():
                seconds[name].append(run())
                shown = f"run {number + 1}/{runs}  {name:<30} {seconds[name][-1]:6.2f} s"
                print(shown, file=sys.stderr, flush=True)
    report(seconds)


def report(seconds: dict[str, list[float]]) -> None:
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"\nWhite wines, {EPOCHS} epochs, batches of {BATCH_SIZE}, seconds in the loop")
    print(f"{'':<32}{'median':>8}{'min':>8}{'max':>8}")
    for name, values in seconds.items():
        print(f"{name:<32}{medians[name]:8.2f}{min(values):8.2f}{max(values):8.2f}")
    for ours in ("Hornbook, new workspace", "Hornbook, used workspace"):
        ratio = medians[ours] / medians["keras.Model.fit on TensorFlow"]
        print(f"{ours} / keras.Model.fit on TensorFlow: {ratio:.2f}")


def prepare(scratch: Path) -> tuple[Path, Path]:
    """A design, and the arrays that its features make of its train rows."""
    design = scratch / "wine"
    data = Path(str(files("hornbook") / "samples" / "wine_quality_white.csv"))
    hornbook(["init", str(design), "--data", str(data), "--target", "quality"], scratch / "init")
    task = DesignFolder.read(design).task
    table = TableStore(scratch / "tables").read(data)
    rows, _ = split_rows(np.arange(table.n_rows), task.split.test_share, task.seed)
    frame = table.take(rows, table.column_names)
    pipeline = FeaturePipeline.fit(task.input_features, [frame])
    arrays = scratch / "train.npz"
    target = frame["quality"].to_numpy().astype(np.float32)[:, np.newaxis]
    np.savez(arrays, x=pipeline.transform(frame)["main"], y=target)
    return design, arrays


def train(design: Path, home: Path) -> float:
    """Seconds in the loop of a real session, all metrics of every epoch included."""
    result = json.loads(hornbook(["train", str(design), "--json"], home))
    if result["status"] != "finished" or result["epochs"] != EPOCHS:
        raise RuntimeError(f"The session did not finish: {result['reason']}")
    return float(result["seconds"]["fit"])


def plain(backend: str, design: Path, arrays: Path) -> float:
    """Seconds in `fit` on arrays that are ready."""
    arguments = [str(design), str(arrays), str(EPOCHS), str(BATCH_SIZE)]
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return float(json.loads(done.stdout))


def hornbook(arguments: list[str], home: Path) -> bytes:
    """Runs the command in a workspace."""
    return subprocess.run(
        [sys.executable, "-m", "hornbook", *arguments],
        env={**os.environ, "HORNBOOK_HOME": str(home)},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout


if __name__ == "__main__":
    main()

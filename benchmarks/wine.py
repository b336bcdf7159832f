"""White wines: the training loop of Hornbook beside plain `keras.Model.fit`.

Both train the same network on the same rows: 10 epochs, batches of 32. Hornbook reads raw rows
from its table, preprocesses them and computes every metric of every epoch; plain Keras gets
arrays that were preprocessed beforehand and computes no metric at all. Each run is a process of
its own, the runs take turns, and only the loop is timed: Hornbook's from the session's report
(`seconds.preprocess` and `seconds.fit`), Keras' around the call of `fit`; imports, reading and
building are left out on both sides. Compilation is part of both loops.

Hornbook is timed twice: in a new workspace, where JAX compiles everything anew, and in a
workspace that has trained this network before, where it finds what it compiled.
"""

from __future__ import annotations

import tempfile
from importlib.resources import files
from pathlib import Path

from benchmarks.measured import Line, Run, hornbook, in_turns, median, run_python

EPOCHS = 10
BATCH_SIZE = 32

PLAIN = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import numpy as np, keras, architecture
arrays = np.load(sys.argv[2])
keras.utils.set_random_seed(1337)
model = architecture.build_model({"main": arrays["x"].shape[1:]})
model = architecture.compile_model(model)
model.steps_per_execution = int(sys.argv[5])
started = time.perf_counter()
model.fit(arrays["x"], arrays["y"], epochs=int(sys.argv[3]), batch_size=int(sys.argv[4]), verbose=0)
print(json.dumps(time.perf_counter() - started))
"""


def lines(runs: int) -> list[Line]:
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        design, arrays, used = scratch / "wine", scratch / "ready.npz", scratch / "used"
        data = Path(str(files("hornbook") / "samples" / "wine_quality_white.csv"))
        hornbook(["init", str(design), "--data", str(data), "--target", "quality"], used)
        run_python(["-m", "benchmarks.ready", str(design), str(used), str(arrays)])
        ours(design, used)

        def plain(backend: str, steps: int) -> Run:
            given = [str(design), str(arrays), str(EPOCHS), str(BATCH_SIZE), str(steps)]
            return run_python(["-c", PLAIN, *given], {"KERAS_BACKEND": backend})

        found = in_turns(
            runs,
            {
                "new": lambda: ours(design, Path(tempfile.mkdtemp(dir=scratch))),
                "TensorFlow": lambda: plain("tensorflow", 1),
                "used": lambda: ours(design, used),
                "JAX": lambda: plain("jax", 1),
                "JAX, 32 steps at once": lambda: plain("jax", 32),
            },
        )
    workspaces = {"new": "new workspace", "used": "workspace used before"}
    targets = {"TensorFlow": "≤ 0.5", "JAX, 32 steps at once": "≤ 1.1"}
    return [
        line(
            f"wine, 10 epochs, all metrics, {workspaces[side]}",
            peer,
            targets.get(peer, ""),
            found[side],
            found[peer],
        )
        for side in ("new", "used")
        for peer in ("TensorFlow", "JAX", "JAX, 32 steps at once")
    ]


def line(workload: str, peer: str, target: str, ours: list[Run], theirs: list[Run]) -> Line:
    return Line(
        workload,
        f"Keras on {peer}, no metrics",
        "s",
        median([run.value for run in ours]),
        median([run.value for run in theirs]),
        target,
        max(run.peak_mb for run in ours),
        max(run.peak_mb for run in theirs),
        {"ours": [run.value for run in ours], "theirs": [run.value for run in theirs]},
    )


def ours(design: Path, home: Path) -> Run:
    """Seconds in the loop of a real session, preprocessing and all metrics included."""
    done = hornbook(["train", str(design)], home)
    result = done.value
    if result["status"] != "finished" or result["epochs"] != EPOCHS:
        raise RuntimeError(f"The session did not finish: {result['reason']}")
    seconds = result["seconds"]
    return Run(float(seconds["fit"] + seconds["preprocess"]), done.peak_mb)

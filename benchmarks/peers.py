"""Ludwig and AutoGluon beside Hornbook, where they are installed in environments of their own.

They need versions of packages that Hornbook does not. Make an environment for each, and name its
Python:

    LUDWIG_PYTHON=/somewhere/ludwig/bin/python
    AUTOGLUON_PYTHON=/somewhere/autogluon/bin/python

Each trains a network on the white wines with its own defaults for 10 epochs, from the CSV file to
the trained model; told are seconds of the whole process, imports included.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from benchmarks.measured import Line, Run, hornbook, in_turns, median

LUDWIG = """
import sys
from ludwig.api import LudwigModel
import pandas as pd
frame = pd.read_csv(sys.argv[1], sep=None, engine="python")
features = [{"name": name, "type": "number"} for name in frame if name != "quality"]
config = {
    "input_features": features,
    "output_features": [{"name": "quality", "type": "number"}],
    "trainer": {"epochs": 10, "batch_size": 32},
}
LudwigModel(config).train(frame, output_directory=sys.argv[2], skip_save_processed_input=True)
"""
AUTOGLUON = """
import sys
import pandas as pd
from autogluon.tabular import TabularPredictor
frame = pd.read_csv(sys.argv[1], sep=None, engine="python")
predictor = TabularPredictor("quality", path=sys.argv[2])
predictor.fit(frame, hyperparameters={"NN_TORCH": {"num_epochs": 10, "batch_size": 32}})
"""
PEERS = {"Ludwig": ("LUDWIG_PYTHON", LUDWIG), "AutoGluon": ("AUTOGLUON_PYTHON", AUTOGLUON)}


def lines(runs: int) -> list[Line]:
    """None where no peer is installed."""
    installed = {
        name: os.environ[variable]
        for name, (variable, _) in PEERS.items()
        if variable in os.environ
    }
    if not installed:
        return []
    data = Path(str(files("hornbook") / "samples" / "wine_quality_white.csv"))
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        design, home = scratch / "wine", scratch / "home"
        hornbook(["init", str(design), "--data", str(data), "--target", "quality"], home)

        def ours() -> Run:
            started = time.perf_counter()
            done = hornbook(["train", str(design)], home)
            return Run(time.perf_counter() - started, done.peak_mb)

        def theirs(name: str) -> Run:
            started = time.perf_counter()
            folder = tempfile.mkdtemp(dir=scratch)
            command = [installed[name], "-c", PEERS[name][1], str(data), folder]
            subprocess.run(command, check=True, capture_output=True)
            return Run(time.perf_counter() - started, float("nan"))

        sides = {name: (lambda name=name: theirs(name)) for name in installed}
        found = in_turns(runs, {"Hornbook": ours, **sides})
    return [
        Line(
            "wine, 10 epochs, from the CSV file to the kept model",
            f"{name}, its defaults",
            "s",
            median([run.value for run in found["Hornbook"]]),
            median([run.value for run in found[name]]),
            runs={side: [run.value for run in found[side]] for side in ("Hornbook", name)},
        )
        for name in installed
    ]


if __name__ == "__main__":
    print(json.dumps([line.to_json() for line in lines(1)]))

"""From the press of a button to the first step: a worker that is ready beside one that is not.

A wine training is handed to a spare worker, whose imports are done, and told are the seconds from
there until its first training step is made, compilation included: the design is frozen, the
session recorded, rows and features found, the model built. The workspace has trained the network
before. The peer is the same with a worker that has to be started first.
"""

from __future__ import annotations

import json
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from benchmarks.measured import Line, Run, hornbook, in_turns, median, run_python

ONE = """
import json, sys, time
from contextlib import closing
from pathlib import Path
import hornbook
from hornbook.design import DesignFolder
from hornbook.jobs import SpareWorkers, start_training
from hornbook.registry import Registry
home, design, is_ready = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "ready"
if __name__ == "__main__":
    spares = SpareWorkers(home, ("jax",) if is_ready else ())
    with Registry(home) as registry, closing(spares):
        assert spares.wait_until_ready()
        time.sleep(1.0)
        started = time.time()
        running = start_training(registry, DesignFolder.read(design), spares=spares)
        stepped = [event["time"] for event in running.events() if event["event"] == "first_step"]
        running.wait()
        print(json.dumps(stepped[0] - started))
"""


def lines(runs: int) -> list[Line]:
    with tempfile.TemporaryDirectory() as scratch_name:
        design, home = Path(scratch_name) / "wine", Path(scratch_name) / "home"
        data = Path(str(files("hornbook") / "samples" / "wine_quality_white.csv"))
        hornbook(["init", str(design), "--data", str(data), "--target", "quality"], home)
        hornbook(["train", str(design)], home)

        def one(kind: str) -> Run:
            return run_python(["-c", ONE, str(home), str(design), kind])

        found = in_turns(runs, {kind: (lambda kind=kind: one(kind)) for kind in ("ready", "new")})
    ready, new = ([run.value for run in found[kind]] for kind in ("ready", "new"))
    return [
        Line(
            "wine, from handing over the job to the first step made, worker ready",
            "a worker to be started",
            "s",
            median(ready),
            median(new),
            "< 1.5 s",
            max(run.peak_mb for run in found["ready"]),
            max(run.peak_mb for run in found["new"]),
            {"ours": ready, "theirs": new},
        )
    ]


if __name__ == "__main__":
    began = time.time()
    print(json.dumps([line.to_json() for line in lines(3)], indent=1), time.time() - began)
